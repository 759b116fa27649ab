"""Task-based sums and subsidies: paid from their plan; advances are taken back from what is granted later."""

from datetime import date, timedelta

import httpx
import pytest

from services.messaging import bewaren
from shared.calendar import vandaag
from shared.db.session import Namens, transaction
from tests.chain import Chain, query
from tests.services.betalen import TARIEF, Office, allocation, grant, row, termijn
from tests.services.claims import codes, deliver, overtaken

THUIS = "65656056"


def amounts(office: Office) -> list[int]:
    """The lines of a proposal of now, in eurocents."""
    return [regel["bedrag"] for each in office.propose()["betalingen"] for regel in each["regels"]]


class TestAPlan:
    def test_what_is_due_is_paid_once_and_what_is_not_due_waits(self, office: Office) -> None:
        tomorrow = (vandaag() + timedelta(days=1)).isoformat()
        parts = [termijn(100), termijn(200, vandaag().isoformat()), termijn(400, tomorrow)]
        assert office.task(THUIS, *parts).status_code == 200
        assert amounts(office) == [100, 200]
        assert codes(office.ask("POST", "/betaalvoorstellen", json={})) == ["LEEG"]

    def test_it_needs_no_person_no_allocation_and_no_declaratie(self, office: Office) -> None:
        office.task(THUIS, termijn(50_000))
        paid = office.paid()
        assert [each["status"] for each in paid["betalingen"]] == ["betaald"]
        [regel] = paid["betalingen"][0]["regels"]
        assert (regel["taakbekostiging"], regel["termijn"], regel["declaratie"]) == ("T1", 1, None)
        assert query("SELECT count(*) FROM bericht")[0][0] == query("SELECT count(*) FROM persoon")[0][0] == 0

    def test_it_is_no_more_than_the_sum(self, office: Office) -> None:
        assert office.task(THUIS, termijn(60), termijn(40), bedrag=100).status_code == 200
        refused = office.task(THUIS, termijn(60), termijn(41), bedrag=100)
        assert (refused.status_code, codes(refused)) == (422, ["value_error"])

    def test_what_was_kept_is_shown(self, office: Office) -> None:
        parts = [termijn(60), termijn(40, soort="voorschot")]
        kept = office.task(THUIS, *parts).json()
        assert office.ask("GET", "/taakbekostigingen").json() == {"taakbekostigingen": [kept]}
        assert kept["termijnen"] == parts

    def test_a_plan_changes_except_for_what_is_in_a_payment(self, office: Office) -> None:
        office.task(THUIS, termijn(100))
        office.paid()
        refused = office.task("65656055", termijn(101), termijn(7))
        assert (refused.status_code, codes(refused)) == (422, ["BETAALD", "BETAALD"])
        assert codes(office.task(THUIS)) == ["BETAALD"]
        assert office.task(THUIS, termijn(100), termijn(7), termijn(8)).status_code == 200
        assert office.task(THUIS, termijn(100), termijn(9)).status_code == 200
        [kept] = office.ask("GET", "/taakbekostigingen").json()["taakbekostigingen"]
        assert kept["termijnen"] == [termijn(100), termijn(9)]
        assert amounts(office) == [9]

    def test_what_the_bank_rejects_is_due_again(self, office: Office) -> None:
        office.task(THUIS, termijn(100))
        made = office.propose()
        office.approve(made)
        office.told(row(made["betalingen"][0], status="mislukt"))
        assert amounts(office) == [100]

    def test_an_unpaid_instalment_before_a_paid_one_is_taken_out_with_0(self, office: Office) -> None:
        later = (vandaag() + timedelta(days=9)).isoformat()
        office.task(THUIS, termijn(100, later), termijn(200), termijn(300, later))
        office.paid()
        assert codes(office.task(THUIS, termijn(200))) == ["BETAALD"]
        parts = [termijn(0, later), termijn(200)]
        assert office.task(THUIS, *parts).status_code == 200
        [kept] = office.ask("GET", "/taakbekostigingen").json()["taakbekostigingen"]
        assert kept["termijnen"] == parts
        assert office.task(THUIS, *kept["termijnen"]).status_code == 200

    def test_its_number_is_no_bsn(self, office: Office) -> None:
        refused = office.task(THUIS, nummer="999900006")
        assert (refused.status_code, codes(refused)) == (422, ["value_error"])
        assert "999900006" not in refused.text


class TestAnAdvance:
    @pytest.fixture
    def hours(self, chain: Chain) -> str:
        return allocation(chain, chain.begeleiding)

    def test_it_is_taken_back_from_what_is_granted(self, chain: Chain, office: Office, hours: str) -> None:
        office.task(THUIS, termijn(2 * TARIEF, soort="voorschot"))
        office.paid()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        made = office.propose()
        assert made["bedrag"] == 10 * TARIEF
        assert [each["soort"] for each in made["betalingen"][0]["regels"]] == ["prestatie", "verrekening"]
        office.withdraw(made)
        assert amounts(office) == [12 * TARIEF, -2 * TARIEF]

    def test_never_more_than_is_granted_and_the_rest_stays_open(self, chain: Chain, office: Office, hours: str) -> None:
        office.task(THUIS, termijn(15 * TARIEF, soort="voorschot"))
        office.paid()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        covered = office.propose()
        assert (covered["bedrag"], len(covered["betalingen"][0]["regels"])) == (0, 2)
        assert office.approve(covered).json()["betalingen"][0]["status"] == "betaald"
        assert office.pain(covered).status_code == 409
        grant(chain, chain.begeleiding, hours, "2025-11", 10)
        assert amounts(office) == [10 * TARIEF, -3 * TARIEF]

    def test_one_that_the_bank_returns_after_it_was_taken_back_is_paid_again(
        self, chain: Chain, office: Office, hours: str
    ) -> None:
        office.task(THUIS, termijn(2 * TARIEF, soort="voorschot"))
        [advance] = office.paid()["betalingen"]
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        assert office.paid()["bedrag"] == 10 * TARIEF
        office.told(row(advance, status="mislukt"))
        assert codes(office.task(THUIS)) == ["BETAALD"]
        assert amounts(office) == [2 * TARIEF]

    def test_what_was_not_paid_yet_is_not_taken_back(self, chain: Chain, office: Office, hours: str) -> None:
        office.task(THUIS, termijn(2 * TARIEF, soort="voorschot"))
        office.approve(office.propose())
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        assert amounts(office) == [12 * TARIEF]

    def test_what_a_proposal_of_now_would_pay_is_told(self, chain: Chain, office: Office, hours: str) -> None:
        office.task(THUIS, termijn(2 * TARIEF, soort="voorschot"))
        office.paid()
        office.task(THUIS, termijn(500), nummer="T2")
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        [told] = office.ask("GET", "/te-betalen").json()["aanbieders"]
        amount = 10 * TARIEF + 500
        assert (told["regels"], told["termijnen"], told["verrekening"]) == (12 * TARIEF, 500, 2 * TARIEF)
        assert (told["bedrag"], told["belemmering"]) == (amount, "")
        assert office.propose()["bedrag"] == amount


def test_payments_outlive_the_messages_that_they_paid(chain: Chain, office: Office) -> None:
    """Retention deletes what was exchanged; what was paid is explained by its own rows, without a person."""
    hours = allocation(chain, chain.begeleiding)
    grant(chain, chain.begeleiding, hours, "2025-10", 12)
    paid = office.paid()
    long_after = date(2050, 1, 1)
    with transaction(Namens("0193", "test")) as session:
        zaak = bewaren.propose(session, "0193", "iemand", long_after).id
    with transaction(Namens("0193", "test")) as session:
        bewaren.carry_out(session, "0193", zaak, "ander")
    assert query("SELECT count(*) FROM prestatie WHERE eigenaar = '0193'")[0][0] == 0
    assert office.seen(paid) == paid
    assert office.pain(paid).status_code == 200
    assert office.open() == {}


def test_who_reads_lines_is_noted_for_the_persons_whose_care_they_pay(chain: Chain, office: Office) -> None:
    hours = allocation(chain, chain.begeleiding)
    grant(chain, chain.begeleiding, hours, "2025-10", 12)
    made = office.propose()
    office.seen(made)
    lines = query(f"SELECT handeling, betrokkenen FROM verwerking WHERE onderwerp = '{made['id']}' ORDER BY volgnummer")
    [[person]] = query("SELECT DISTINCT bsn FROM prestatie WHERE eigenaar = '0193'")
    assert [tuple(each) for each in lines] == [
        ("betaling voorgesteld", [person]),
        ("betaalregels ingezien", [person]),
        ("betaalregels ingezien", [person]),
    ]


def test_a_line_that_was_refused_is_claimed_answered_and_never_paid(chain: Chain, office: Office) -> None:
    hours = allocation(chain, chain.begeleiding)
    deliver(chain.begeleiding, hours, "2025-10", 12)
    deliver(chain.begeleiding, hours, "2025-11", 10)
    overtaken(chain, chain.begeleiding, hours, "2025-11", volume=2)
    office.paid()
    [declaratie] = chain.gemeente.get("billing", "/declaraties")["declaraties"]
    states = [(each["uitkomst"], each["betaald_op"]) for each in declaratie["regels"]]
    assert states == [("afgewezen", None), ("toegekend", "2026-01-05")]


HEADER = "nummer;aanbieder;omschrijving;begindatum;einddatum;bedrag;termijn.vervaldatum;termijn.bedrag;termijn.soort\n"
SUM = "T1;65656056;Wijkteam;2026-01-01;2026-12-31;100;"


class TestASpreadsheet:
    def read(self, office: Office, rows: str) -> httpx.Response:
        headers = {"Content-Type": "text/csv"}
        return office.ask("POST", "/taakbekostigingen/import-csv", content=(HEADER + rows).encode(), headers=headers)

    def test_a_row_is_an_instalment_and_a_sum_may_have_none(self, office: Office) -> None:
        rows = SUM + "2026-01-02;60;voorschot\n" + SUM.replace("T1", "T2") + ";;\n" + SUM + "2026-07-01;40;termijn\n"
        assert self.read(office, rows).json() == {"aantal": 2}
        first, second = office.ask("GET", "/taakbekostigingen").json()["taakbekostigingen"]
        assert first["termijnen"] == [termijn(60, "2026-01-02", "voorschot"), termijn(40, "2026-07-01")]
        assert (second["nummer"], second["termijnen"]) == ("T2", [])

    def test_all_faults_are_told_by_row_and_nothing_is_kept(self, office: Office) -> None:
        rows = SUM + "2026-01-02;60;termijn\n" + SUM.replace("Wijkteam", "Iets") + "2026-07-01;41;termijn\n"
        refused = self.read(office, rows + SUM.replace("T1", "T2") + "1-1-2026;1;termijn\nT3;x\n")
        assert [(f["code"], f["pad"]) for f in refused.json()["bevindingen"]] == [
            ("value_error", "/regel 2"),
            ("AFWIJKEND", "/regel 3/omschrijving"),
            ("date_from_datetime_parsing", "/regel 4/termijn/vervaldatum"),
            ("KOLOMMEN", "/regel 5"),
        ]
        assert office.ask("GET", "/taakbekostigingen").json() == {"taakbekostigingen": []}

    def test_in_json_a_number_stands_once_and_what_was_paid_stays(self, office: Office) -> None:
        kept = office.task(THUIS, termijn(100)).json()
        office.paid()
        told = {"taakbekostigingen": [kept | {"termijnen": [termijn(99)]}, kept]}
        refused = office.ask("POST", "/taakbekostigingen/import", json=told)
        assert [(f["code"], f["pad"]) for f in refused.json()["bevindingen"]] == [
            ("BETAALD", "/taakbekostigingen/0/termijnen/0"),
            ("DUBBEL", "/taakbekostigingen/1"),
        ]
