"""How a message leaves this installation: into a folder, or by HTTP to a partner's own API.

An organisation that is served here needs no channel: its message is received in the same transaction.
"""

import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from shared.clients import push
from shared.config import settings
from shared.errors import Fault, Refused


def to_folder(row: Row[Any], xml: bytes, folder: str) -> None:
    """Write the bytes as a new file, whole or not at all; the name tells the kind and our id, no more."""
    prefix = "JW" if row.standaard == "ijw" else "WMO"
    place = Path(folder) / f"{prefix}{row.soort}-{row.id}.xml"
    part = place.with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("wb") as file:
        file.write(xml)
        file.flush()
        os.fsync(file.fileno())
    part.replace(place)


def to_http(row: Row[Any], xml: bytes, url: str) -> None:
    """Post the bytes to the partner; a repetition carries the same key, so it has no second effect.

    Raises Refused with the partner's findings when it answers 4xx; anything else is tried again.
    """
    key = settings().partner_sleutels.get(row.tegenpartij, "")
    response = push(url, key, xml, str(row.id))
    if 400 <= response.status_code < 500 and response.status_code not in _LATER:
        raise Refused(422, "De ontvanger weigert het bericht", _findings(response.content))
    response.raise_for_status()


_LATER = (408, 425, 429)
"""Answers that say nothing of the message, only that the partner has no time now."""


def _findings(content: bytes) -> list[Fault]:
    """What the partner found, as far as it speaks problem+json like we do."""
    try:
        found = json.loads(content)["bevindingen"]
        return [Fault(str(item["code"]), str(item["pad"]), str(item["melding"])) for item in found]
    except (ValueError, LookupError, TypeError):
        return []
