"""The jobs of messaging. Each may run twice."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from uuid import UUID

from services.messaging import flows, queries, verwerken
from services.messaging.storingen import noted
from shared.aside import aside
from shared.calendar import vandaag
from shared.clients import assess as ask
from shared.db import ledger
from shared.db.session import Namens, transaction
from shared.jobs import RETRY, app, together


def _worker(organisatie: str) -> Namens:
    return Namens(organisatie, "dienst messaging")


LOAD = 256 * 1024
"""How many sealed bytes of messages are worked on at once; a third of a message of 25 MB."""


def _loads(who: Namens, berichten: Sequence[str]) -> Iterator[list[UUID]]:
    """Messages in groups that are no more than LOAD together, or one large message; the small ones first."""
    keys = [UUID(bericht) for bericht in berichten]
    if len(keys) == 1:
        yield keys
        return
    with transaction(who) as session:
        sizes = queries.sizes(session, keys)
    load, total = list[UUID](), 0
    for key, size in sorted(sizes.items(), key=itemgetter(1)):
        if load and total + size > LOAD:
            yield load
            load, total = [], 0
        load, total = [*load, key], total + size
    yield load


@together("messaging.process")
def process(organisatie: str, berichten: Sequence[str]) -> None:
    """Level 2 of messages that came in."""
    who = _worker(organisatie)
    with noted(who, "process", berichten):
        for keys in _loads(who, berichten):
            with transaction(who) as session:
                verwerken.process(session, keys, vandaag())


@together("messaging.assess")
def assess(organisatie: str, berichten: Sequence[str]) -> None:
    """Levels 3 and 4: the owner judges, then the return messages are made."""
    who = _worker(organisatie)
    with noted(who, "assess", berichten):
        for keys in _loads(who, berichten):
            _assess(who, keys)


def _assess(who: Namens, keys: Sequence[UUID]) -> None:
    with transaction(who) as session:
        rows = ledger.some(session, keys)
    with aside(verwerken.judged, who.organisatie, rows, ask) as judging:
        ahead = {row.id: ledger.around_of(row) for row in rows}  # mostly enough for the answer
    with transaction(who) as session:
        verwerken.close_or_wait(session, judging.result(), vandaag(), ahead)


@app.task(name="messaging.close", retry=RETRY)
def close(organisatie: str, bericht: str) -> None:
    """The return message of a message on which a person decided."""
    who = _worker(organisatie)
    with noted(who, "close", [bericht]), transaction(who) as session:
        verwerken.close(session, [UUID(bericht)], vandaag())


@together("messaging.deliver")
def deliver(organisatie: str, berichten: Sequence[str]) -> None:
    """Bring messages that go out to their receivers."""
    who = _worker(organisatie)
    with noted(who, "deliver", berichten), transaction(who) as session:
        flows.deliver(session, [UUID(bericht) for bericht in berichten])
