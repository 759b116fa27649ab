"""Declaraties that a provider made elsewhere and brings as bytes: with what composing them here would hold back."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from services.demo import people
from services.demo.stage import Party
from shared.db.session import owner
from shared.standard.codec import encode
from tests.chain import Chain, query
from tests.rules.test_levels34 import made, regels
from tests.services.claims import TARIEF, Json, declaraties, send

_NUMBERS = count(1)
OKTOBER, NOVEMBER, DECEMBER = "2025-10-07/2025-10-31", "2025-11-01/2025-11-30", "2025-12-01/2025-12-30"
DAG = "2026-01-02"


def line(toewijzing: str, ref: str, periode: str, volume: int, **more: Any) -> Json:
    """Hours on an allocation; `vorig` makes it the credit of that reference."""
    number = toewijzing.rsplit("-", 1)[1]
    own = {"ref": ref, "periode": periode, "volume": volume, "toewijzing_nummer": number}
    return own | {"product_tarief": str(TARIEF)} | more


def bring(chain: Chain, aanbieder: Party, *lines: Json, bsn: str = people.WILLEM["bsn"]) -> str:
    """A declaratie of December with these lines, judged; the id of what was brought."""
    number = f"EIGEN{next(_NUMBERS)}"
    header = {"afzender": aanbieder.code, "bericht_identificatie_identificatie": number}
    header["bericht_identificatie_dagtekening"] = DAG
    month = {"declaratie_periode_begindatum": "2025-12-01", "declaratie_periode_einddatum": "2025-12-31"}
    declaratie = {"declaratie_nummer": number, "declaratie_dagtekening": DAG, **month}
    change = {"Header[1]": header, "Declaratie[1]": declaratie, "Client[1].bsn": bsn}
    answer = chain.post(aanbieder, encode(made("WMO323", regels(lines, "A", change))))
    assert answer.status_code == 202, answer.text
    chain.drain()
    return str(answer.json()["id"])


def seen(chain: Chain) -> dict[str, tuple[str, list[str]]]:
    """Of each line that the municipality knows, by reference: what became of it, and its return codes."""
    return {
        each["referentie"]: (each["uitkomst"], [reden["retourcode"] for reden in each["redenen"]])
        for declaratie in declaraties(chain.gemeente)
        for each in declaratie["regels"]
    }


def decide(chain: Chain, uitkomst: str) -> None:
    """The same decision on every line that waits."""
    for question in chain.gemeente.get("billing", "/vragen")["vragen"]:
        body = {"bericht": question["bericht"], "regel": question["regel"], "uitkomst": uitkomst}
        assert send(chain.gemeente, "/vragen/antwoorden", body).status_code == 200
    chain.drain()


@contextmanager
def parked() -> Iterator[None]:
    """What the municipality gets meanwhile is judged only after `release`, behind what came later."""
    when = "NEW.task_name = 'messaging.assess' AND NEW.args ->> 'organisatie' = '0193'"
    start = f"""CREATE FUNCTION parkeer() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN IF {when} THEN NEW.status = 'failed'; END IF; RETURN NEW; END$$;
        CREATE TRIGGER parkeer BEFORE INSERT ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION parkeer()"""
    stop = "DROP TRIGGER parkeer ON procrastinate_jobs; DROP FUNCTION parkeer()"
    with owner() as session:
        session.connection().exec_driver_sql(start)
    try:
        yield
    finally:
        with owner() as session:
            session.connection().exec_driver_sql(stop)


def release(chain: Chain) -> None:
    """Let what was parked be judged now."""
    query("UPDATE procrastinate_jobs SET status = 'todo', attempts = 0 WHERE status = 'failed' RETURNING 1")
    chain.drain()
