"""Level 1 by the schemas that an installation brings itself: the published XSDs, of this or another release.

A folder holds a subfolder per release, each with its basisschema beside the schemas of the messages. A
message is recognised by its namespace, which names standard, release and kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from errno import ENOENT
from functools import cache
from pathlib import Path

from lxml import etree

from shared.standard.catalogue import XSD_VERSIE

_XS = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True, slots=True)
class Published:
    """A published schema and what it says of itself; `versies` are those of basisschema and message (IV034)."""

    path: Path
    standaard: str
    bericht: str
    release: str
    versies: tuple[str, str]


@cache
def published(folder: Path) -> Mapping[str, Published]:
    """The schemas of messages below a folder, by namespace. Raises OSError when it holds none."""
    found = {}
    for path in sorted(folder.rglob("*.xsd")):
        schema = etree.parse(str(path), _parser()).getroot()
        items = schema.iterfind(f".//{_XS}appinfo/*")
        facts = {etree.QName(item).localname: (item.text or "").strip() for item in items}
        if "BerichtXsdVersie" in facts:
            versies = (facts.get("BasisschemaXsdVersie", ""), facts["BerichtXsdVersie"])
            kind = facts.get("bericht", path.stem).upper()
            own = Published(path, facts.get("standaard", ""), kind, facts.get("release", ""), versies)
            found[schema.get("targetNamespace", "")] = own
    if not found:
        raise FileNotFoundError(ENOENT, "bevat geen XSD's van berichten", str(folder))
    return found


def versies(namespace: str, folder: Path | None) -> tuple[str, str]:
    """The versions of basisschema and message that go into XsdVersie (IV034): the published ones, else our own."""
    found = published(folder).get(namespace) if folder else None
    return found.versies if found else (XSD_VERSIE, XSD_VERSIE)


@cache
def compiled(path: Path) -> etree.XMLSchema:
    """A published schema, compiled with the basisschema beside it; nothing is fetched from elsewhere."""
    return etree.XMLSchema(etree.parse(str(path), _parser()))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(no_network=True, resolve_entities=False)
