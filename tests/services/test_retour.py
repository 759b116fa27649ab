"""Return messages as a pure function of the heen message and what was found in it (IV028, IV032, IV087, IV088)."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from services.messaging.retour import build_return
from shared import level2
from shared.rules import facts
from shared.standard.catalogue import XSD_VERSIE, messages
from shared.standard.codec import encode
from shared.standard.document import Document
from tests.builders import message
from tests.services.retour import HEEN, KENMERK, answer, codes, finding, inside

MET_HEADER = [name for name in HEEN if not name.endswith("323")]
MET_CLIENT = [name for name in MET_HEADER if not name.endswith("319")]
PRODUCT = {"301": "ToegewezenProduct", "305": "StartProduct", "307": "StopProduct"}
OFFICIAL = Path(__file__).parents[3] / "shared" / "istandaarden" / "xsd"
CASES = Path(__file__).parents[1] / "rules" / "cases"


@pytest.mark.parametrize("name", MET_HEADER)
class TestEveryAnswerButTheOneToAnInvoice:
    def test_full_acceptance_is_a_header_without_codes(self, name: str) -> None:
        assert codes(answer(message(name))) == {"Header[1]": []}

    def test_the_header_is_that_of_the_heen_message_with_a_mark_of_its_own(self, name: str) -> None:
        heen = message(name)
        header = answer(heen).header
        own = {
            "bericht_code": header.get("bericht_code"),
            "identificatie_retour": "R4711",
            "dagtekening_retour": "2026-05-08",
            "xsd_versie_retour_basisschema_xsd_versie": XSD_VERSIE,
            "xsd_versie_retour_bericht_xsd_versie": XSD_VERSIE,
        }
        assert header.values == heen.header.values | own
        assert own["bericht_code"] != heen.header.get("bericht_code")

    def test_a_fault_inside_the_message_gives_0001_and_nothing_else(self, name: str) -> None:
        assert codes(answer(message(name), inside("Client"))) == {"Header[1]": ["0001"]}

    def test_0001_hides_what_else_was_found(self, name: str) -> None:
        assert codes(answer(message(name), finding("Header", 1, "9056"), inside())) == {"Header[1]": ["0001"]}

    def test_a_fault_in_the_header_gives_its_code_and_no_client(self, name: str) -> None:
        found = answer(message(name), finding("Header", 1, "9056"), finding("Client", 1, "8187"))
        assert codes(found) == {"Header[1]": ["9056"]}

    def test_two_faults_in_the_header_are_both_told(self, name: str) -> None:
        found = answer(message(name), finding("Header", 1, "9056"), finding("Header", 1, "8848", 4))
        assert codes(found) == {"Header[1]": ["8848", "9056"]}


@pytest.mark.parametrize("name", MET_CLIENT)
class TestARefusedClient:
    def test_every_class_comes_back_unchanged(self, name: str) -> None:
        heen = message(name)
        found = answer(heen, finding("Client", 1, "8187"))

        def plain(document: Document) -> list[tuple[str, int, dict[str, str]]]:
            return [(node.name, node.volgnummer, node.values) for node in document.nodes() if node.name != "Header"]

        assert plain(found) == plain(heen)

    def test_the_client_has_the_code_and_all_else_is_0200(self, name: str) -> None:
        found = codes(answer(message(name), finding("Client", 1, "8187")))
        assert found.pop("Client[1]") == ["8187"]
        assert set(map(tuple, found.values())) == {("0200",)}


@pytest.mark.parametrize("standaard", ["JW", "WMO"])
@pytest.mark.parametrize("soort", PRODUCT)
class TestARefusedProduct:
    def test_only_that_product_has_the_code(self, standaard: str, soort: str) -> None:
        found = codes(answer(message(standaard + soort), finding(PRODUCT[soort], 2, "9019")))
        assert found.pop(f"{PRODUCT[soort]}[2]") == ["9019"]
        assert found.pop("Header[1]") == ["0200"]
        assert set(map(tuple, found.values())) == {("0200",)}

    def test_several_faults_in_one_class_are_told_once_each(self, standaard: str, soort: str) -> None:
        klasse = PRODUCT[soort]
        found = answer(
            message(standaard + soort),
            finding(klasse, 1, "9326"),
            finding(klasse, 1, "9019"),
            finding(klasse, 1, "9326", 4),
            finding("Client", 1, "8187"),
        )
        told = codes(found)
        assert told[f"{klasse}[1]"] == ["9019", "9326"]
        assert told[f"{klasse}[2]"] == ["0200"]
        assert told["Client[1]"] == ["8187"]


@pytest.mark.parametrize("name", ["JW301", "WMO301"])
def test_the_classes_of_a_relation_have_codes_of_their_own(name: str) -> None:
    found = codes(answer(message(name), finding("Relatie", 1, "9019"), finding("Contact", 1, "9326")))
    contacts = {place: told for place, told in found.items() if place.startswith("Contact")}
    assert found["Relatie[1]"] == ["9019"]
    assert contacts == {"Contact[1]": ["9326"], "Contact[2]": ["0200"], "Contact[3]": ["0200"]}


@pytest.mark.parametrize("name", ["JW319", "WMO319"])
def test_a_refused_answer_to_a_request_comes_back_with_its_code(name: str) -> None:
    found = codes(answer(message(name), finding("Antwoord", 1, "9355")))
    assert found.pop("Antwoord[1]") == ["9355"]
    assert set(map(tuple, found.values())) == {("0200",)}


@pytest.mark.parametrize("name", HEEN)
def test_the_heen_message_stays_as_it_is_and_the_same_question_has_the_same_answer(name: str) -> None:
    heen, last = message(name), list(message(name).nodes())[-1]
    before = encode(heen)
    found = [encode(answer(heen, finding(last.name, last.volgnummer, "9019"))) for _ in range(2)]
    assert found[0] == found[1]
    assert encode(heen) == before


@pytest.mark.parametrize("name", sorted(set(messages()) - set(HEEN)))
def test_an_answer_is_not_answered(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        build_return(message(name), [], KENMERK)


def refused_at_level_2() -> Iterator[tuple[str, Document]]:
    """Every heen message that a case file of level 2 says to be wrong."""
    codes = sorted({code for (_, code), known in facts().items() if known.niveau == 2})
    for path in (CASES / f"{code}.toml" for code in codes):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["geval"]:
            for name in set(case["berichten"]) & set(HEEN) if case["verwacht"] else ():
                yield f"{path.stem} {case['naam']}", message(name, case.get("wijzig"))


def test_whatever_level_2_refuses_can_be_answered() -> None:
    answered = 0
    for what, heen in refused_at_level_2():
        if findings := level2.check(heen):
            assert codes(answer(heen, *findings)) == {"Header[1]": ["0001"]}, what
            answered += 1
    assert answered > 100


@cache
def official(name: str) -> etree.XMLSchema:
    path = OFFICIAL / ("ijw-3.2" if name.startswith("JW") else "iwmo-3.2") / f"{name.lower()}.xsd"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return etree.XMLSchema(etree.parse(path))


@pytest.mark.parametrize("name", HEEN)
def test_each_answer_is_valid_for_the_official_xsd(name: str) -> None:
    heen = message(name)
    schema = official(messages()[name].antwoord or "")
    places = {(node.name, node.volgnummer) for node in heen.nodes()}
    for findings in ([], [inside()], *([finding(*place, "9019")] for place in places)):
        assert schema.validate(etree.fromstring(encode(answer(heen, *findings)))), schema.error_log
