"""What the tests of return messages share: a finding, and the answer to a message."""

from datetime import date

from services.messaging.retour import Kenmerk, build_return
from shared import level2
from shared.rules import Finding
from shared.standard.catalogue import messages
from shared.standard.codec import encode
from shared.standard.document import Document
from shared.standard.level1 import check
from tests.builders import ANDER_BSN, message

KENMERK = Kenmerk("R4711", date(2026, 5, 8))
HEEN = sorted(kind.name for kind in messages().values() if kind.antwoord)


def finding(klasse: str, volgnummer: int, retourcode: str, niveau: int = 3) -> Finding:
    return Finding("TR000", niveau, retourcode, klasse, volgnummer)


def inside(klasse: str = "Header") -> Finding:
    """A finding of level 2."""
    return Finding("CS000", 2, "0001", klasse, 1)


def answer(heen: Document, *findings: Finding) -> Document:
    """The return message, which is always one that our own controls let through."""
    found = build_return(heen, findings, KENMERK)
    assert check(encode(found)).document().root == found.root
    assert level2.check(found) == []
    return found


def codes(document: Document) -> dict[str, list[str]]:
    """The return codes of every class, by class and number."""
    return {f"{node.name}[{node.volgnummer}]": node.retourcodes for node in document.nodes()}


def two_clients(name: str) -> Document:
    """A declaratie of twice € 325,00: the lines 1, 2 and 3 of one client, 4, 5 and 6 of another."""
    wijzig: dict[str, object] = {
        "Client[2]": {"bsn": ANDER_BSN},
        "Declaratie[1].totaal_ingediend_bedrag_totaal_bedrag": "65000",
    }
    for line in (4, 5, 6):
        wijzig[f"Prestatie[{line}].product_referentie_referentie_nummer"] = f"P00{line}"
    wijzig["Prestatie[6].product_referentie_vorig_referentie_nummer"] = "M002"
    document = message(name, wijzig)
    assert level2.check(document) == []
    return document
