"""Nothing goes before its term is over, nothing goes by one person, and what goes leaves nothing behind."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.messaging import bewaren
from shared.db.session import Namens, owner_engine, transaction
from shared.db.tables import metadata
from shared.errors import Refused
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain

ZWOLLE = Namens("0193", "test")
UNASKED = {"ToegewezenProduct[1].referentie_aanbieder": ""}
CLOSED = UNASKED | {"ToegewezenProduct[1].einddatum": "2026-12-31", "ToegewezenProduct[2].einddatum": "2026-12-31"}


@pytest.fixture
def told(chain: Chain) -> str:
    """A 301 of allocations that end with 2026, and its answer."""
    return post(chain, CLOSED)


def post(chain: Chain, changes: dict[str, Any]) -> str:
    made = chain.post(chain.gemeente, encode(message("JW301", changes)))
    assert made.status_code == 202, made.text
    chain.drain()
    bericht = str(made.json()["id"])
    assert chain.gemeente.get("messaging", f"/berichten/{bericht}")["status"] == "goedgekeurd"
    return bericht


def expired(vandaag: date) -> set[UUID]:
    until = {law: bewaren._years_before(vandaag, years) for law, (years, _) in bewaren.DEFAULT.items()}
    with transaction(ZWOLLE) as session:
        return set(session.execute(bewaren._expired("0193", until)).scalars())


def test_twenty_years_after_the_end_of_the_last_allocation_and_not_a_day_earlier(chain: Chain, told: str) -> None:
    over = date(2046, 12, 31)
    assert expired(over - timedelta(days=1)) == set()
    assert UUID(told) in expired(over)
    assert len(expired(over)) == 2, "the answer goes along"


def test_an_allocation_without_an_end_keeps_everything(chain: Chain) -> None:
    post(
        chain,
        UNASKED | {"ToegewezenProduct[1]": {"einddatum": "", "omvang_frequentie": "4"}, "ToegewezenProduct[2]": False},
    )
    assert expired(date(2199, 1, 1)) == set()


def test_a_later_message_about_the_same_person_keeps_the_earlier(chain: Chain, told: str) -> None:
    later = UNASKED | {
        "Header[1].bericht_identificatie_identificatie": "LATER",
        "Header[1].bericht_identificatie_dagtekening": "2026-11-20",
        "ToegewezenProduct[1].einddatum": "2028-06-30",
        "ToegewezenProduct[1].toewijzing_nummer": "777",
        "ToegewezenProduct[2]": False,
    }
    post(chain, later)
    assert expired(date(2047, 6, 1)) == set()
    assert len(expired(date(2048, 6, 30))) == 4


def carried_out(vandaag: date, door: str = "ander") -> UUID:
    with transaction(ZWOLLE) as session:
        zaak: UUID = bewaren.propose(session, "0193", "iemand", vandaag).id
    with transaction(ZWOLLE) as session:
        bewaren.carry_out(session, "0193", zaak, door)
    return zaak


def test_what_goes_leaves_nothing_of_the_person_behind_and_nothing_of_others_goes(chain: Chain, told: str) -> None:
    numbers = {"ToegewezenProduct[1].toewijzing_nummer": "801", "ToegewezenProduct[2].toewijzing_nummer": "802"}
    new = {"Header[1].bericht_identificatie_identificatie": "B2", "Client[1].bsn": "999900018"}
    other = post(chain, CLOSED | numbers | new | {"ToegewezenProduct[1].einddatum": "2027-06-30"})
    with owner_engine().connect() as connection:
        before = connection.execute(text("SELECT count(*) FROM bericht WHERE eigenaar <> '0193'")).scalar_one()
    zaak = carried_out(date(2047, 1, 1))
    with owner_engine().connect() as connection:
        for name, table in metadata.tables.items():
            if "bericht" in table.c and "eigenaar" in table.c:
                query = text(f"SELECT count(*) FROM {name} WHERE eigenaar = '0193' AND bericht = :told")
                assert connection.execute(query, {"told": told}).scalar_one() == 0, name
        left = set(connection.execute(text("SELECT id FROM bericht WHERE eigenaar = '0193'")).scalars())
        people = connection.execute(text("SELECT count(*) FROM persoon WHERE eigenaar = '0193'")).scalar_one()
        assert connection.execute(text("SELECT count(*) FROM bericht WHERE eigenaar <> '0193'")).scalar_one() == before
        log = text("SELECT count(*) FROM verwerking WHERE handeling = 'gegevens verwijderd' AND onderwerp = :zaak")
        assert connection.execute(log, {"zaak": str(zaak)}).scalar_one() == 1
    assert UUID(other) in left
    assert UUID(told) not in left
    assert people == 1


def test_who_proposes_cannot_approve(chain: Chain, told: str) -> None:
    with pytest.raises(Refused, match="Iemand anders"):
        carried_out(date(2047, 1, 1), "iemand")
    assert UUID(told) in expired(date(2047, 1, 1))


def test_the_database_itself_deletes_nothing_that_was_not_approved_or_is_recent(chain: Chain, told: str) -> None:
    with transaction(ZWOLLE) as session:
        zaak = bewaren.propose(session, "0193", "iemand", date(2047, 1, 1)).id
    run = text("SELECT opschonen(:zaak)")
    with pytest.raises(DBAPIError, match="niet goedgekeurd"), transaction(ZWOLLE) as session:
        session.execute(run, {"zaak": zaak})
    with pytest.raises(DBAPIError, match="ck_opschoning_twee"), transaction(ZWOLLE) as session:
        session.execute(text("UPDATE opschoning SET goedgekeurd_door = voorgesteld_door"))
    with pytest.raises(DBAPIError, match="niet voorbij"), transaction(ZWOLLE) as session:
        session.execute(text("UPDATE opschoning SET goedgekeurd_door = 'x', tot_ijw = '2020-01-01'"))
        session.execute(run, {"zaak": zaak})
    with pytest.raises(DBAPIError, match="niet goedgekeurd"), transaction(Namens("65656055", "x")) as session:
        session.execute(run, {"zaak": zaak})


def test_something_new_keeps_a_proposal_from_being_carried_out(chain: Chain, told: str) -> None:
    with transaction(ZWOLLE) as session:
        zaak = bewaren.propose(session, "0193", "iemand", date(2047, 1, 1)).id
    new = {"Header[1].bericht_identificatie_identificatie": "NIEUW", "ToegewezenProduct[1].einddatum": "2047-12-31"}
    post(chain, CLOSED | new)
    with pytest.raises(Refused, match="iets veranderd"), transaction(ZWOLLE) as session:
        bewaren.carry_out(session, "0193", zaak, "ander")


class TestTheApi:
    def test_the_terms_are_data(self, chain: Chain) -> None:
        found = {
            row["standaard"]: row["jaren"]
            for row in chain.gemeente.get("messaging", "/bewaartermijnen")["bewaartermijnen"]
        }
        assert found == {"ijw": 20, "iwmo": 15}
        own = {"standaard": "iwmo", "jaren": 10, "grondslag": "selectielijst"}
        chain.gemeente.call("PUT", "messaging", "/bewaartermijnen", json=own)
        assert own in chain.gemeente.get("messaging", "/bewaartermijnen")["bewaartermijnen"]

    def test_there_is_nothing_to_delete_yet(self, chain: Chain, told: str) -> None:
        refused = chain.gemeente.apis["messaging"].call("POST", "/v1/opschoningen")
        assert refused.status_code == 422
        assert refused.json()["bevindingen"][0]["code"] == "LEEG"
