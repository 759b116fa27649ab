"""How a message leaves this installation: into a folder, or by HTTP to a partner's own API.

An organisation that is served here needs no channel: its message is received in the same transaction.
"""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from shared.clients import push
from shared.config import settings
from shared.errors import Fault, Refused


def to_folder(row: Row[Any], folder: str) -> None:
    """Write the bytes as a new file, whole or not at all; the name tells the kind and our id, no more."""
    prefix = "JW" if row.standaard == "ijw" else "WMO"
    place = Path(folder) / f"{prefix}{row.soort}-{row.id}.xml"
    part = place.with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("wb") as file:
        file.write(row.xml)
        file.flush()
        os.fsync(file.fileno())
    part.replace(place)


def to_http(row: Row[Any], url: str) -> None:
    """Post the bytes to the partner; a repetition carries the same key, so it has no second effect.

    Raises Refused with the partner's findings when it answers 4xx; anything else is tried again.
    """
    key = settings().partner_sleutels.get(row.tegenpartij, "")
    response = push(url, key, row.xml, str(row.id))
    if 400 <= response.status_code < 500:
        raise Refused(422, "De ontvanger weigert het bericht", _findings(response.json()))
    response.raise_for_status()


def _findings(body: Any) -> list[Fault]:
    found = body.get("bevindingen", []) if isinstance(body, dict) else []
    return [Fault(str(item.get("code", "")), str(item.get("pad", "")), str(item.get("melding", ""))) for item in found]
