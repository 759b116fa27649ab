"""Return messages as a pure function of the heen message and what was found in it (IV028, IV032, IV087, IV088)."""

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from services.messaging.retour import Kenmerk, build_return
from shared import level2
from shared.rules import Finding, facts
from shared.standard.catalogue import XSD_VERSIE, messages
from shared.standard.codec import encode
from shared.standard.document import Document, Node, build
from shared.standard.level1 import check
from tests.builders import AANBIEDER, ANDER_BSN, BSN, GEMEENTE, example, message

KENMERK = Kenmerk("R4711", date(2026, 5, 8))
HEEN = sorted(kind.name for kind in messages().values() if kind.antwoord)
MET_HEADER = [name for name in HEEN if not name.endswith("323")]
MET_CLIENT = [name for name in MET_HEADER if not name.endswith("319")]
DECLARATIES = ["JW323", "WMO323"]
PRODUCT = {"301": "ToegewezenProduct", "305": "StartProduct", "307": "StopProduct"}
OFFICIAL = Path(__file__).parents[3] / "shared" / "istandaarden" / "xsd"
CASES = Path(__file__).parents[1] / "rules" / "cases"


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


def granted(document: Document) -> tuple[str, str]:
    totals = document.root.children[1]
    return totals.get("totaal_toegekend_bedrag_totaal_bedrag"), totals.get("totaal_toegekend_bedrag_debet_credit")


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


@pytest.mark.parametrize("name", DECLARATIES)
class TestTheAnswerToAnInvoice:
    def test_the_header_goes_the_other_way_and_names_the_invoice(self, name: str) -> None:
        header = answer(message(name)).header
        assert (header.get("afzender"), header.get("ontvanger")) == (GEMEENTE, AANBIEDER)
        assert header.get("bericht_identificatie_identificatie") == "R4711"
        assert header.get("bericht_identificatie_dagtekening") == "2026-05-08"
        assert header.get("declaratie_identificatie_identificatie") == "B0001"
        assert header.get("declaratie_identificatie_dagtekening") == "2026-05-06"

    def test_full_acceptance_is_0200_and_8001_with_all_granted(self, name: str) -> None:
        found = answer(message(name))
        assert codes(found) == {"Header[1]": ["0200"], "DeclaratieAntwoord[1]": ["8001"]}
        assert granted(found) == ("32500", "D")
        assert found.root.children[1].get("totaal_ingediend_bedrag_totaal_bedrag") == "32500"
        assert found.root.children[1].get("declaratie_nummer") == "D001"

    def test_a_fault_inside_the_message_gives_0001_and_nothing_else(self, name: str) -> None:
        found = answer(message(name), inside("Prestatie"), finding("Prestatie", 2, "9321"))
        assert codes(found) == {"Header[1]": ["0001"]}

    def test_a_fault_in_the_header_gives_its_code_and_no_amounts(self, name: str) -> None:
        found = answer(message(name), finding("Header", 1, "9056"), finding("Declaratie", 1, "9333"))
        assert codes(found) == {"Header[1]": ["9056"]}

    def test_a_fault_in_the_declaratie_grants_nothing_and_tells_no_lines(self, name: str) -> None:
        found = answer(message(name), finding("Declaratie", 1, "9333"), finding("Prestatie", 1, "9321"))
        assert codes(found) == {"Header[1]": ["0200"], "DeclaratieAntwoord[1]": ["9333"]}
        assert granted(found) == ("0", "D")

    def test_a_refused_line_comes_back_alone_below_a_client_without_remarks(self, name: str) -> None:
        heen = message(name)
        found = answer(heen, finding("Prestatie", 2, "9346"))
        assert codes(found) == {
            "Header[1]": ["0200"],
            "DeclaratieAntwoord[1]": ["0200"],
            "Client[1]": ["0200"],
            "Prestatie[1]": ["9346"],
        }
        [line] = found.root.all("Prestatie")
        [*_, original] = [line for line in heen.root.all("Prestatie") if line.volgnummer == 2]
        assert line.values == original.values
        assert granted(found) == ("2500", "D")

    def test_several_faults_in_one_line_are_told_once_each(self, name: str) -> None:
        found = answer(
            message(name),
            finding("Prestatie", 1, "9346", 4),
            finding("Prestatie", 1, "0611"),
            finding("Prestatie", 1, "0611"),
        )
        assert codes(found)["Prestatie[1]"] == ["0611", "9346"]
        assert granted(found) == ("27500", "D")

    def test_a_fault_in_a_client_leaves_its_lines_unjudged_and_grants_the_rest(self, name: str) -> None:
        found = answer(two_clients(name), finding("Client", 2, "8187"))
        assert codes(found) == {
            "Header[1]": ["0200"],
            "DeclaratieAntwoord[1]": ["0200"],
            "Client[1]": ["8187"],
            "Prestatie[1]": ["0233"],
            "Prestatie[2]": ["0233"],
            "Prestatie[3]": ["0233"],
        }
        assert [client.get("bsn") for client in found.root.all("Client")] == [ANDER_BSN]
        assert granted(found) == ("32500", "D")

    def test_what_was_found_in_lines_of_a_refused_client_is_not_told(self, name: str) -> None:
        """IV087: what stands below a refused class counts as not judged; the total takes each line off once."""
        found = answer(two_clients(name), finding("Client", 2, "8187"), finding("Prestatie", 5, "9346"))
        assert [line.retourcodes for line in found.root.all("Prestatie")] == [["0233"]] * 3
        assert codes(found)["Client[1]"] == ["8187"]
        assert granted(found) == ("32500", "D")

    def test_a_client_without_faults_is_left_out(self, name: str) -> None:
        found = answer(two_clients(name), finding("Prestatie", 1, "9346"), finding("Prestatie", 2, "9346"))
        assert [client.get("bsn") for client in found.root.all("Client")] == [BSN]
        assert [line.get("product_referentie_referentie_nummer") for line in found.root.all("Prestatie")] == [
            "P001",
            "P002",
        ]

    def test_a_refused_credit_raises_what_is_granted(self, name: str) -> None:
        assert granted(answer(message(name), finding("Prestatie", 3, "8017"))) == ("35000", "D")

    def test_what_is_left_can_be_a_net_credit(self, name: str) -> None:
        found = answer(message(name), finding("Prestatie", 1, "9346"), finding("Prestatie", 2, "9346"))
        assert granted(found) == ("2500", "C")

    def test_an_invoice_of_credits_only_is_granted_as_a_credit(self, name: str) -> None:
        totaal = {"totaal_ingediend_bedrag_totaal_bedrag": "2500", "totaal_ingediend_bedrag_debet_credit": "C"}
        heen = message(name, {"Prestatie[2]": False, "Prestatie[1]": False, "Declaratie[1]": totaal})
        found = answer(heen)
        assert found.root.children[1].get("totaal_ingediend_bedrag_debet_credit") == "C"
        assert granted(found) == ("2500", "C")

    def test_nothing_left_is_a_debit_of_nothing(self, name: str) -> None:
        found = answer(message(name), *(finding("Prestatie", line, "9346") for line in (1, 2, 3)))
        assert granted(found) == ("0", "D")

    def test_amounts_with_a_sign_and_zeros_count_as_what_they_are(self, name: str) -> None:
        odd: dict[str, object] = {"Prestatie[1].ingediend_bedrag_bedrag": "+0005000"}
        assert granted(answer(message(name, odd))) == ("32500", "D")
        nothing = {"geleverd_volume": "-0", "ingediend_bedrag_bedrag": "-0"}
        total = {"Declaratie[1].totaal_ingediend_bedrag_totaal_bedrag": "2500"}
        assert granted(answer(message(name, {"Prestatie[2]": nothing, **total}))) == ("2500", "D")


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


Line = tuple[int, bool, bool]  # eurocents, whether it is a credit, whether it is refused
LINES = st.lists(st.tuples(st.integers(1, 99_999_999), st.booleans(), st.booleans()), min_size=1, max_size=6)
CLIENTS = st.lists(st.tuples(LINES, st.booleans()), min_size=1, max_size=4)  # and whether the client is refused


def invoice(name: str, clients: list[tuple[list[Line], bool]]) -> Document:
    tree: dict[str, Any] = example(name)
    debit = tree["Declaratie"][0]["Client"][0]["Prestatie"][0]
    tree["Declaratie"][0]["Client"] = [
        {
            "bsn": BSN,
            "Prestatie": [
                debit | {"ingediend_bedrag_bedrag": cents, "ingediend_bedrag_debet_credit": "C" if credit else "D"}
                for cents, credit, _ in lines
            ],
        }
        for lines, _ in clients
    ]
    total = sum(-cents if credit else cents for lines, _ in clients for cents, credit, _ in lines)
    tree["Declaratie"][0]["totaal_ingediend_bedrag_totaal_bedrag"] = abs(total)  # as TR358 asks
    tree["Declaratie"][0]["totaal_ingediend_bedrag_debet_credit"] = "C" if total < 0 else "D"
    return build(messages()[name], tree)


def refusals(clients: list[tuple[list[Line], bool]]) -> Iterator[Finding]:
    number = 0
    for client, (lines, refused) in enumerate(clients, 1):
        if refused:
            yield finding("Client", client, "8187")
        for _, _, line_refused in lines:
            number += 1
            if line_refused:
                yield finding("Prestatie", number, "9321")


def amount(line: Node) -> int:
    cents = int(line.get("ingediend_bedrag_bedrag"))
    return -cents if line.get("ingediend_bedrag_debet_credit") == "C" else cents


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(DECLARATIES), CLIENTS)
def test_granted_is_claimed_minus_what_comes_back(name: str, clients: list[tuple[list[Line], bool]]) -> None:
    heen = invoice(name, clients)
    found = build_return(heen, list(refusals(clients)), KENMERK)
    assert check(encode(found)).document().root == found.root
    cents, side = granted(found)
    claimed = sum(amount(line) for line in heen.root.all("Prestatie"))
    refused = sum(amount(line) for line in found.root.all("Prestatie"))
    assert (int(cents) if side == "D" else -int(cents)) == claimed - refused
    wanted = sum(
        (-cents if credit else cents)
        for lines, client_refused in clients
        for cents, credit, line_refused in lines
        if not client_refused and not line_refused
    )
    assert claimed - refused == wanted
    assert side == "D" or wanted < 0
