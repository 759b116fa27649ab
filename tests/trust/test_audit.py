"""The processing log: a line per object and processing, chained, never changed unnoticed."""

from collections import Counter

import pytest
from sqlalchemy import text

from services.audit import verify as command
from shared.db import audit
from shared.db.session import Namens, owner_engine, transaction
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain


@pytest.fixture
def exchanged(chain: Chain) -> str:
    """A 301, from the municipality to the provider, answered."""
    made = chain.post(chain.gemeente, encode(message("JW301", {"ToegewezenProduct[1].referentie_aanbieder": ""})))
    assert made.status_code == 202, made.text
    chain.drain()
    return str(made.json()["id"])


def lines(chain: Chain, code: str = "0193") -> Counter[str]:
    party = chain.parties[code]
    found = party.get("messaging", "/verwerkingen?limit=1000")["verwerkingen"]
    return Counter(line["handeling"] for line in found)


def test_a_message_has_a_line_for_each_processing(chain: Chain, exchanged: str) -> None:
    assert lines(chain)["bericht uitgaand"] == 1
    assert lines(chain, chain.jeugdhulp.code)["bericht inkomend"] == 1
    assert lines(chain, chain.jeugdhulp.code)["bericht beoordeeld"] == 1


def test_looking_into_a_message_is_noted_with_who_did(chain: Chain, exchanged: str) -> None:
    chain.gemeente.xml(exchanged)
    found = chain.gemeente.get("messaging", "/verwerkingen")["verwerkingen"]
    seen = [line for line in found if line["handeling"] == "bericht ingezien"]
    assert [(line["wie"], line["onderwerp"]) for line in seen] == [("sleutel demo", exchanged)]


def test_reading_allocations_is_noted(chain: Chain, exchanged: str) -> None:
    chain.jeugdhulp.get("allocation", "/toewijzingen")
    assert lines(chain, chain.jeugdhulp.code)["toewijzingen ingezien"] >= 1


def test_what_fails_leaves_no_line(chain: Chain) -> None:
    with pytest.raises(ZeroDivisionError), transaction(Namens("0193", "test")) as session:
        audit.note(session, "proef", "x", ["p"])
        audit.write(session)
        raise ZeroDivisionError
    assert lines(chain)["proef"] == 0


TAMPERED = {
    "a word": "UPDATE verwerking SET wie = 'niemand' WHERE volgnummer = 2 AND eigenaar = '0193'",
    "a moment": "UPDATE verwerking SET tijdstip = tijdstip + interval '1 us' WHERE volgnummer = 2",
    "a line gone": "DELETE FROM verwerking WHERE volgnummer = 2 AND eigenaar = '0193'",
    "a line more": "INSERT INTO verwerking SELECT eigenaar, 99, tijdstip, wie, handeling, betrokkenen, onderwerp, hash"
    " FROM verwerking WHERE volgnummer = 2 AND eigenaar = '0193'",
    "another order": "UPDATE verwerking SET betrokkenen = ARRAY['p' || (3 - volgnummer)] WHERE eigenaar = '0193'",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_even_the_owner_of_the_tables_cannot_change_it_unnoticed(chain: Chain, what: str) -> None:
    with transaction(Namens("0193", "test")) as session:
        for number in (1, 2, 3):
            audit.note(session, "proef", f"x{number}", [f"p{number}", "q"])
    assert command("0193") == 0
    with owner_engine().begin() as connection:
        connection.execute(text("ALTER TABLE verwerking DISABLE TRIGGER only_added"))
        connection.execute(text(TAMPERED[what]))
        connection.execute(text("ALTER TABLE verwerking ENABLE TRIGGER only_added"))
    assert command("0193") == 1
    assert command("65656055") == 0


def test_the_owner_has_to_go_round_the_trigger_first(chain: Chain, exchanged: str) -> None:
    for statement in ("UPDATE verwerking SET wie = 'x'", "DELETE FROM verwerking"):
        with pytest.raises(Exception, match="alleen toegevoegd"), owner_engine().begin() as connection:
            connection.execute(text(statement))


def test_the_lines_come_in_pages(chain: Chain, exchanged: str) -> None:
    chain.gemeente.xml(exchanged)
    first = chain.gemeente.get("messaging", "/verwerkingen?limit=1")
    assert len(first["verwerkingen"]) == 1
    following = first["volgende"].partition("/v1")[2]
    second = chain.gemeente.get("messaging", following)["verwerkingen"]
    assert second[0]["volgnummer"] == first["verwerkingen"][0]["volgnummer"] - 1
