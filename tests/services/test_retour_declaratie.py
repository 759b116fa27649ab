"""The answer to a declaratie: what is granted, line by line and client by client."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.messaging.retour import build_return
from shared.rules import Finding
from shared.standard.catalogue import messages
from shared.standard.codec import encode
from shared.standard.document import Document, build
from shared.standard.level1 import check
from shared.standard.node import Node
from tests.builders import AANBIEDER, ANDER_BSN, BSN, GEMEENTE, example, message
from tests.services.retour import KENMERK, answer, codes, finding, inside, two_clients

DECLARATIES = ["JW323", "WMO323"]


def granted(document: Document) -> tuple[str, str]:
    totals = document.root.children[1]
    return totals.get("totaal_toegekend_bedrag_totaal_bedrag"), totals.get("totaal_toegekend_bedrag_debet_credit")


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
