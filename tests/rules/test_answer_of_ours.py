"""The filling rules of a 325 that have no return code: every one that we make holds them (TR337, TR371, TR376)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.messaging.retour import Kenmerk, build_return
from shared.rules import Finding
from shared.standard.document import Document
from tests.builders import message

PLACES = [("Header", 1), ("Declaratie", 1), *(("Client", n) for n in (1, 2)), *(("Prestatie", n) for n in range(1, 7))]
FINDINGS = st.sets(st.tuples(st.sampled_from(PLACES), st.sampled_from(["9321", "9346"]), st.sampled_from([2, 3, 4])))


def declaratie(name: str) -> Document:
    """A 323 of two clients, with marks of its own and another version of the schema than we write."""
    marks = {
        "bericht_identificatie_identificatie": "F4711",
        "bericht_identificatie_dagtekening": "2026-05-05",
        "xsd_versie_basisschema_xsd_versie": "1.0.3",
        "xsd_versie_bericht_xsd_versie": "1.1.0",
    }
    changes: dict[str, Any] = {"Header[1]": marks, "Declaratie[1].declaratie_nummer": "D4711"}
    references = {f"Prestatie[{n}].product_referentie_referentie_nummer": f"P{n}" for n in range(1, 7)}
    return message(name, changes | {"Client[2]": {"bsn": "999900018"}} | references)


@pytest.mark.parametrize("name", ["JW323", "WMO323"])
@given(findings=FINDINGS)
@settings(max_examples=50, deadline=None)
def test_an_answer_names_its_declaratie_and_changes_nothing_of_it(name: str, findings: set[Any]) -> None:
    heen = declaratie(name)
    made = build_return(
        heen,
        [Finding("TR000", niveau, code, *place) for place, code, niveau in findings],
        Kenmerk("R1", date(2026, 5, 8)),
    )
    told, asked = made.header, heen.header
    for part in ("identificatie", "dagtekening"):  # TR337
        assert told.get(f"declaratie_identificatie_{part}") == asked.get(f"bericht_identificatie_{part}")
    for part in ("basisschema", "bericht"):  # TR371
        assert told.get(f"xsd_versie_declaratie_{part}_xsd_versie") == asked.get(f"xsd_versie_{part}_xsd_versie")
    for answer in made.root.all("DeclaratieAntwoord"):  # TR376
        assert answer.get("declaratie_nummer") == "D4711"
    assert lines(made).items() <= lines(heen).items()  # TR366, TR367 and TR304


def lines(document: Document) -> dict[tuple[str, str], dict[str, str]]:
    """The lines of a declaratie or its answer, by client and reference."""
    return {
        (client.get("bsn"), line.get("product_referentie_referentie_nummer")): line.values
        for client in document.root.all("Client")
        for line in client.children
    }
