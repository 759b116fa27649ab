"""Proposals: what is granted is paid once, by two persons, netted with credits."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.db.session import Namens, transaction
from tests.chain import Chain, query
from tests.services.betalen import TARIEF, Json, Office, allocation, grant, termijn
from tests.services.claims import claim, codes, deliver, overtaken

ZWOLLE = Namens("0193", "test")


@pytest.fixture
def office(chain: Chain) -> Office:
    return Office(chain)


@pytest.fixture
def hours(chain: Chain) -> str:
    return allocation(chain, chain.begeleiding)


class TestAProposal:
    def test_it_holds_what_was_granted_and_nothing_else_is_open(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        first = grant(chain, chain.begeleiding, hours, "2025-10", 12)
        second = grant(chain, chain.begeleiding, hours, "2025-11", 10)
        assert office.open() == {"65656056": 22 * TARIEF}
        made = office.propose()
        assert (made["status"], made["bedrag"]) == ("voorgesteld", 22 * TARIEF)
        [betaling] = made["betalingen"]
        assert (betaling["aanbieder"], betaling["iban"]) == ("65656056", "NL20INGB0001234567")
        assert [regel["bedrag"] for regel in betaling["regels"]] == [12 * TARIEF, 10 * TARIEF]
        assert [regel["referentie"] for regel in betaling["regels"]] == [
            declaratie["regels"][0]["referentie"] for declaratie in (first, second)
        ]
        assert office.open() == {}
        assert office.seen(made) == made

    def test_a_refused_line_is_not_paid(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        deliver(chain.begeleiding, hours, "2025-10", 12)
        deliver(chain.begeleiding, hours, "2025-11", 10)
        overtaken(chain, chain.begeleiding, hours, "2025-11", volume=2)
        assert office.propose()["bedrag"] == 10 * TARIEF

    def test_what_waits_for_an_answer_is_not_paid(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        deliver(chain.begeleiding, hours, "2025-10", 12)
        assert claim(chain.begeleiding, "2025-10").status_code == 202
        assert codes(office.ask("POST", "/betaalvoorstellen", json={})) == ["LEEG"]

    def test_credits_are_netted_with_debits(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        grant(chain, chain.begeleiding, hours, "2025-10", 9)
        [betaling] = office.propose()["betalingen"]
        assert betaling["bedrag"] == 9 * TARIEF
        assert [regel["bedrag"] // TARIEF for regel in betaling["regels"]] == [12, -12, 9]

    def test_a_provider_that_owes_waits_for_the_next(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        office.paid()
        grant(chain, chain.begeleiding, hours, "2025-10", 5)
        refused = office.ask("POST", "/betaalvoorstellen", json={})
        assert (refused.status_code, codes(refused)) == (422, ["OPEN"])
        assert office.open() == {"65656056": -7 * TARIEF}
        grant(chain, chain.begeleiding, hours, "2025-11", 10)
        assert office.propose()["bedrag"] == 3 * TARIEF

    def test_a_provider_that_owes_as_much_as_it_gets_is_settled(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        grant(chain, chain.begeleiding, hours, "2025-10", 0)
        made = office.propose()
        assert [line["bedrag"] // TARIEF for line in made["betalingen"][0]["regels"]] == [12, -12]
        assert office.approve(made).json()["betalingen"][0]["status"] == "betaald"
        assert office.pain(made).status_code == 409
        assert office.open() == {}

    def test_providers_that_are_named_only(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        other = allocation(chain, chain.jeugdhulp, nummer="C2")
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        grant(chain, chain.jeugdhulp, other, "2025-10", 2)
        assert [each["aanbieder"] for each in office.propose("65656055")["betalingen"]] == ["65656055"]
        assert [each["aanbieder"] for each in office.propose()["betalingen"]] == ["65656056"]

    def test_it_can_be_withdrawn_and_its_lines_are_paid_by_the_next(
        self, chain: Chain, office: Office, hours: str
    ) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        made = office.propose()
        assert office.withdraw(made).json()["status"] == "ingetrokken"
        assert office.open() == {"65656056": 12 * TARIEF}
        assert office.propose()["bedrag"] == 12 * TARIEF
        assert office.withdraw(made).status_code == 409
        assert office.approve(made).status_code == 409

    def test_the_list_goes_from_new_to_old(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        made = [office.propose()]
        office.withdraw(made[0])
        made.append(office.propose())
        page = office.ask("GET", "/betaalvoorstellen?limit=1").json()
        rest = office.ask("GET", page["volgende"].removeprefix("/v1")).json()
        listed = [each["id"] for each in (*page["betaalvoorstellen"], *rest["betaalvoorstellen"])]
        assert listed == [each["id"] for each in reversed(made)]
        assert rest["volgende"] is None

    def test_the_same_key_makes_one(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        ask = {"json": {}, "headers": {"Idempotency-Key": "k1"}}
        first, second = (office.ask("POST", "/betaalvoorstellen", **ask) for _ in range(2))
        assert first.json() == second.json()
        assert query("SELECT count(*) FROM betaalvoorstel")[0][0] == 1


class TestTwoPersons:
    def test_who_made_it_cannot_approve_it(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        made = office.propose()
        assert office.approve(made, office.first).status_code == 409
        assert office.approve(made).json()["status"] == "goedgekeurd"
        assert office.approve(made).status_code == 409
        assert office.withdraw(made).status_code == 409

    def test_the_database_refuses_it_too(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        office.propose()
        own = "UPDATE betaalvoorstel SET goedgekeurd_door = gemaakt_door, goedgekeurd_op = now(), uitvoerdatum = now(),"
        with pytest.raises(IntegrityError, match="ck_betaalvoorstel_twee"), transaction(ZWOLLE) as session:
            session.execute(text(own + " iban = 'x', naam = 'x'"))

    def test_an_account_is_confirmed_by_somebody_else(self, chain: Chain, office: Office) -> None:
        body = {"houder": "65656056", "iban": "NL20INGB0001234567", "naam": "Thuis", "begindatum": "2024-01-01"}
        made = office.ask("PUT", "/rekeningen", json=body).json()
        assert made["bevestigd_op"] is None
        path = f"/rekeningen/{made['id']}/bevestiging"
        assert office.ask("POST", path).status_code == 409
        with pytest.raises(IntegrityError, match="ck_rekening_twee"), transaction(ZWOLLE) as session:
            session.execute(text("UPDATE rekening SET bevestigd_door = gemaakt_door, bevestigd_op = now()"))
        assert office.ask("POST", path, office.second).status_code == 200
        assert office.ask("POST", path, office.second).status_code == 409

    def test_nothing_is_paid_without_accounts_that_were_confirmed(
        self, chain: Chain, office: Office, hours: str
    ) -> None:
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        body = {"houder": "65656056", "iban": "NL20INGB0001234567", "naam": "Thuis", "begindatum": "2024-01-01"}
        office.ask("PUT", "/rekeningen", json=body)
        refused = office.ask("POST", "/betaalvoorstellen", json={})
        assert (refused.status_code, codes(refused)) == (422, ["OPEN"])
        office.accounts("65656056")
        made = office.propose()
        refused = office.approve(made)
        assert (refused.status_code, codes(refused)) == (409, ["REKENING"])
        office.accounts("0193")
        assert office.approve(made).status_code == 200

    def test_a_changed_account_stops_the_approval(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        made = office.propose()
        changed = {"houder": "65656056", "iban": "NL02ABNA0123456789", "naam": "X", "begindatum": "2025-01-01"}
        office.ask("PUT", "/rekeningen", json=changed)
        assert office.seen(made)["betalingen"][0]["iban"] == "NL20INGB0001234567"
        office.account("65656056", "NL02ABNA0123456789", "2025-01-01")
        assert codes(office.approve(made)) == ["REKENING"]
        office.withdraw(made)
        assert office.propose()["betalingen"][0]["iban"] == "NL02ABNA0123456789"

    @pytest.mark.parametrize(
        ("changes", "wanted"),
        [
            ({"iban": "NL20INGB0001234568"}, "value_error"),
            ({"iban": "nl20ingb0001234567"}, "string_pattern_mismatch"),
            ({"iban": "BR1500000000000010932840814P2"}, "value_error"),
            ({"naam": " "}, "string_pattern_mismatch"),
            ({"naam": "東京"}, "NAAM"),
            ({"houder": "0200"}, "HOUDER"),
        ],
    )
    def test_an_account_that_cannot_be_right_is_refused(
        self, office: Office, changes: dict[str, str], wanted: str
    ) -> None:
        body = {"houder": "65656056", "iban": "NL20INGB0001234567", "naam": "Thuis", "begindatum": "2024-01-01"}
        refused = office.ask("PUT", "/rekeningen", json=body | changes)
        assert (refused.status_code, codes(refused)) == (422, [wanted])


_MORE = "INSERT INTO betaling (eigenaar, id, betaalvoorstel, aanbieder, bedrag, iban, naam) SELECT"
_LINE = "INSERT INTO betaalregel (eigenaar, betaling, nummer, levend, soort, declaratie, prestatie, bedrag) SELECT"
_VALUES = "eigenaar, gen_random_uuid(), betaalvoorstel, '65656055', 1, iban, naam FROM betaling"


class TestWhatASecondPersonDecidedOn:
    """Not even who writes to the tables as the services do can change it."""

    @pytest.fixture
    def proposed(self, chain: Chain, office: Office, hours: str) -> Json:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        office.task("65656056", termijn(100))
        return office.propose()

    def refused(self, sql: str, table: str) -> None:
        with pytest.raises(IntegrityError, match=f"{table} ligt vast"), transaction(ZWOLLE) as session:
            session.execute(text(sql))

    @pytest.mark.parametrize(
        ("table", "sql"),
        [
            ("betaling", "UPDATE betaling SET bedrag = bedrag + 1"),
            ("betaling", "UPDATE betaling SET iban = 'NL02ABNA0123456789'"),
            ("betaling", "UPDATE betaling SET naam = 'Een ander'"),
            ("betaling", "UPDATE betaling SET aanbieder = '65656055'"),
            ("betaling", f"{_MORE} {_VALUES}"),
            ("betaalregel", f"{_LINE} eigenaar, id, 9, true, 'prestatie', id, 1, 5 FROM betaling"),
            ("betaalregel", "UPDATE betaalregel SET bedrag = 1"),
            ("betaalregel", "UPDATE betaalregel SET declaratie = gen_random_uuid() WHERE soort = 'prestatie'"),
            ("betaalvoorstel", "UPDATE betaalvoorstel SET gemaakt_door = 'een ander'"),
            ("betaalvoorstel", "UPDATE betaalvoorstel SET iban = 'NL02ABNA0123456789'"),
            ("betaalvoorstel", "UPDATE betaalvoorstel SET goedgekeurd_door = NULL, goedgekeurd_op = NULL"),
            ("betaalvoorstel", "UPDATE betaalvoorstel SET ingetrokken_door = 'x', ingetrokken_op = now()"),
            ("rekening", "UPDATE rekening SET iban = 'NL02ABNA0123456789'"),
            ("rekening", "UPDATE rekening SET bevestigd_door = NULL, bevestigd_op = NULL"),
            ("betaaltermijn", "UPDATE betaaltermijn SET bedrag = 1"),
        ],
    )
    def test_stays_as_it_was(self, office: Office, proposed: Json, table: str, sql: str) -> None:
        assert office.approve(proposed).status_code == 200
        before = office.seen(proposed), office.pain(proposed).content
        self.refused(sql, table)
        assert (office.seen(proposed), office.pain(proposed).content) == before

    @pytest.mark.parametrize(
        ("table", "sql"),
        [
            ("betaalvoorstel", "UPDATE betaalvoorstel SET gemaakt_door = 'een ander'"),
            ("betaling", "UPDATE betaling SET iban = 'NL02ABNA0123456789'"),
            (
                "betaalvoorstel",
                "UPDATE betaalvoorstel SET goedgekeurd_door = 'x', goedgekeurd_op = now(), uitvoerdatum = now(),"
                " iban = 'x', naam = 'x', ingetrokken_door = 'y', ingetrokken_op = now()",
            ),
        ],
    )
    def test_is_what_the_first_person_made(self, proposed: Json, table: str, sql: str) -> None:
        self.refused(sql, table)

    def test_what_was_withdrawn_is_not_approved(self, office: Office, proposed: Json) -> None:
        office.withdraw(proposed)
        self.refused("UPDATE betaalvoorstel SET ingetrokken_door = NULL, ingetrokken_op = NULL", "betaalvoorstel")

    def test_an_account_that_waits_is_confirmed_as_it_was_entered(self, office: Office) -> None:
        body = {"houder": "65656056", "iban": "NL20INGB0001234567", "naam": "Thuis", "begindatum": "2024-01-01"}
        office.ask("PUT", "/rekeningen", json=body)
        confirmed = "bevestigd_door = 'x', bevestigd_op = now()"
        self.refused(f"UPDATE rekening SET iban = 'NL02ABNA0123456789', {confirmed}", "rekening")


class TestOnce:
    def test_proposals_at_once_take_each_line_once(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: office.ask("POST", "/betaalvoorstellen", json={}), range(8)))
        assert sorted(answer.status_code for answer in made) == [201] + [422] * 7
        assert query("SELECT count(*) FROM betaalregel")[0][0] == 1

    def test_the_database_refuses_a_line_in_two_live_payments(self, chain: Chain, office: Office, hours: str) -> None:
        office.accounts()
        grant(chain, chain.begeleiding, hours, "2025-10", 12)
        office.withdraw(office.propose())
        office.propose()
        with pytest.raises(IntegrityError, match="uq_betaalregel_prestatie"), transaction(ZWOLLE) as session:
            session.execute(text("UPDATE betaling SET vervallen_op = NULL"))
        with pytest.raises(IntegrityError, match="fk_betaalregel"), transaction(ZWOLLE) as session:
            session.execute(text("UPDATE betaalregel SET levend = false WHERE levend"))
