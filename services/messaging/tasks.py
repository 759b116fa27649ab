"""The jobs of messaging. Each is one transaction and may run twice."""

from collections.abc import Sequence
from uuid import UUID

from services.messaging import flows, verwerken
from services.messaging.storingen import noted
from shared.aside import aside
from shared.calendar import vandaag
from shared.clients import assess as ask
from shared.db import ledger
from shared.db.session import Namens, transaction
from shared.jobs import RETRY, app, together
from shared.standard.codec import without_lines


def _worker(organisatie: str) -> Namens:
    return Namens(organisatie, "dienst messaging")


@together("messaging.process")
def process(organisatie: str, berichten: Sequence[str]) -> None:
    """Level 2 of messages that came in."""
    who = _worker(organisatie)
    with noted(who, "process", berichten), transaction(who) as session:
        verwerken.process(session, [UUID(bericht) for bericht in berichten], vandaag())


@together("messaging.assess")
def assess(organisatie: str, berichten: Sequence[str]) -> None:
    """Levels 3 and 4: the owner judges, then the return messages are made."""
    keys, who = [UUID(bericht) for bericht in berichten], _worker(organisatie)
    with noted(who, "assess", berichten):
        with transaction(who) as session:
            rows = ledger.some(session, keys)
        with aside(verwerken.judged, organisatie, rows, ask) as judging:
            ahead = {row.id: ledger.document_of(row, without_lines) for row in rows}  # mostly enough for the answer
        with transaction(who) as session:
            verwerken.close_or_wait(session, judging.result(), vandaag(), ahead)


@app.task(name="messaging.close", retry=RETRY)
def close(organisatie: str, bericht: str) -> None:
    """The return message of a message on which a person decided."""
    who = _worker(organisatie)
    with noted(who, "close", [bericht]), transaction(who) as session:
        verwerken.close(session, [UUID(bericht)], vandaag())


@app.task(name="messaging.deliver", retry=RETRY)
def deliver(organisatie: str, bericht: str) -> None:
    """Bring a message that goes out to its receiver."""
    who = _worker(organisatie)
    with noted(who, "deliver", [bericht]), transaction(who) as session:
        flows.deliver(session, UUID(bericht))
