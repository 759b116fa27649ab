"""A 325 that does not fit its 323: refused as a whole with what is wrong, and nothing of it is applied (OP355)."""

from pathlib import Path

import pytest

from services import organisations
from shared.db.session import owner
from shared.rules import Finding
from shared.standard.document import Document
from tests.builders import message
from tests.chain import Chain, jobs, query
from tests.flows.elsewhere import Json, answer_to, bring, status, told
from tests.services.claims import TARIEF, declaraties, deliver

ELDERS = "0200"


@pytest.fixture
def declaratie(chain: Chain, tmp_path: Path) -> str:
    """A 323 of two lines that waits for the answer of a municipality elsewhere."""
    with owner() as session:
        organisations.register(session, ELDERS, "Gemeente elders", "map", str(tmp_path))
    period = {"ingangsdatum": "2025-10-07", "einddatum": "2025-12-30", "referentie_aanbieder": ""}
    head = {"Header[1].afzender": ELDERS, "Header[1].ontvanger": chain.begeleiding.code}
    allocated = message("WMO301", head | {"ToegewezenProduct[2]": False, "ToegewezenProduct[1]": period})
    bring(chain, chain.begeleiding, allocated)
    contract = {"nummer": "C9", "standaard": "iwmo", "begindatum": "2024-01-01", "tegenpartij": ELDERS}
    chain.begeleiding.call("PUT", "allocation", "/contracten", json=contract)
    product = {"product_categorie": "02", "product_code": "02A03", "eenheid": "04"}
    tarief = product | {"contract": "C9", "tarief": TARIEF, "begindatum": "2024-01-01"}
    chain.begeleiding.call("PUT", "allocation", "/tarieven", json=tarief)
    for maand in ("2025-10", "2025-11"):
        deliver(chain.begeleiding, f"{ELDERS}-iwmo-300201", maand, 12)
    return claimed(chain)


def claimed(chain: Chain) -> str:
    body = {"standaard": "iwmo", "gemeente": ELDERS, "maand": "2025-11"}
    made: Json = chain.begeleiding.call("POST", "billing", "/declaraties", 202, json=body)
    chain.drain()
    return str(made["bericht"])


def rejecting(chain: Chain, declaratie: str, *lines: int) -> Document:
    """The answer that rejects these lines."""
    return answer_to(chain.begeleiding, declaratie, *(Finding("?", 3, "9321", "Prestatie", line) for line in lines))


def outcome(chain: Chain, declaratie: str, answer: Document) -> list[tuple[str, str]]:
    """What is told of an answer, that is refused and leaves its declaratie waiting."""
    bericht = bring(chain, chain.begeleiding, answer)
    assert status(chain.begeleiding, bericht) == "afgekeurd"
    assert status(chain.begeleiding, declaratie) == "afgeleverd"
    assert told(chain.begeleiding, declaratie) == []
    assert chain.begeleiding.get("messaging", f"/berichten/{bericht}")["antwoord_op"] is None
    [shown] = declaraties(chain.begeleiding)
    assert {line["uitkomst"] for line in shown["regels"]} == {"in behandeling"}
    assert jobs("todo", "failed") == 0
    return told(chain.begeleiding, bericht)


def changed(answer: Document, klasse: str, number: int = 1, **values: str) -> Document:
    list(answer.root.all(klasse))[number - 1].values.update(values)
    return answer


def test_an_answer_that_fits_is_applied(chain: Chain, declaratie: str) -> None:
    bericht = bring(chain, chain.begeleiding, rejecting(chain, declaratie, 2))
    assert status(chain.begeleiding, bericht) == "goedgekeurd"
    assert chain.begeleiding.get("messaging", f"/berichten/{bericht}")["antwoord_op"] == declaratie
    [shown] = declaraties(chain.begeleiding)
    assert [line["uitkomst"] for line in shown["regels"]] == ["toegekend", "afgewezen"]


def test_a_reference_that_was_never_claimed_is_tr366(chain: Chain, declaratie: str) -> None:
    answer = changed(rejecting(chain, declaratie, 1, 2), "Prestatie", product_referentie_referentie_nummer="ONBEKEND")
    assert outcome(chain, declaratie, answer) == [("TR366", "9366")]


def test_a_line_that_was_changed_on_the_way_back_is_tr367(chain: Chain, declaratie: str) -> None:
    answer = changed(rejecting(chain, declaratie, 1, 2), "Prestatie", 2, geleverd_volume="7")
    assert outcome(chain, declaratie, answer) == [("TR367", "9367")]


def test_the_same_volume_written_otherwise_is_the_same(chain: Chain, declaratie: str) -> None:
    answer = changed(rejecting(chain, declaratie, 1), "Prestatie", geleverd_volume="0012")
    assert status(chain.begeleiding, bring(chain, chain.begeleiding, answer)) == "goedgekeurd"


def test_a_client_that_was_never_claimed_is_tr304_and_its_lines_tr366(chain: Chain, declaratie: str) -> None:
    answer = changed(rejecting(chain, declaratie, 1), "Client", bsn="999900018")
    assert outcome(chain, declaratie, answer) == [("TR304", "8187"), ("TR366", "9366")]


def test_another_declaratienummer_is_tr376(chain: Chain, declaratie: str) -> None:
    answer = changed(rejecting(chain, declaratie), "DeclaratieAntwoord", declaratie_nummer="D0")
    assert outcome(chain, declaratie, answer) == [("TR376", "n.v.t.")]


def test_an_answer_to_nothing_of_ours_is_tr337(chain: Chain, declaratie: str) -> None:
    answer = changed(rejecting(chain, declaratie, 1), "Header", declaratie_identificatie_identificatie="F0")
    assert outcome(chain, declaratie, answer) == [("TR337", "n.v.t.")]


def test_after_a_wrong_answer_the_right_one_is_taken_in(chain: Chain, declaratie: str) -> None:
    wrong = changed(rejecting(chain, declaratie, 1), "Prestatie", product_referentie_referentie_nummer="ONBEKEND")
    outcome(chain, declaratie, wrong)
    right = changed(rejecting(chain, declaratie, 1), "Header", bericht_identificatie_identificatie="X2")
    bericht = bring(chain, chain.begeleiding, right)
    assert status(chain.begeleiding, bericht) == "goedgekeurd"
    assert told(chain.begeleiding, declaratie) == [("TR321", "9321")]


def test_an_answer_leaves_no_rows_that_could_count_as_claimed(chain: Chain, declaratie: str) -> None:
    bring(chain, chain.begeleiding, rejecting(chain, declaratie, 1, 2))
    assert query("SELECT count(*) FROM prestatie JOIN bericht b ON b.id = bericht WHERE b.soort = '325'")[0][0] == 0
