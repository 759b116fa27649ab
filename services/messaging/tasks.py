"""The jobs of messaging. Each is one transaction and may run twice."""

from collections.abc import Sequence
from uuid import UUID

from services.messaging import flows
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
        for bericht in berichten:
            flows.process(session, UUID(bericht), vandaag())


@together("messaging.assess")
def assess(organisatie: str, berichten: Sequence[str]) -> None:
    """Levels 3 and 4: the owner judges, then the return messages are made."""
    keys, who = [UUID(bericht) for bericht in berichten], _worker(organisatie)
    with noted(who, "assess", berichten):
        with transaction(who) as session:
            rows = [ledger.get(session, key) for key in keys]
        with aside(flows.judged, organisatie, rows, ask) as judging:
            ahead = [ledger.document_of(row, without_lines) for row in rows]  # an answer mostly needs no more
        with transaction(who) as session:
            for key, until, document in zip(keys, judging.result(), ahead, strict=True):
                flows.close_or_wait(session, key, until, vandaag(), document)


@app.task(name="messaging.close", retry=RETRY)
def close(organisatie: str, bericht: str) -> None:
    """The return message of a message on which a person decided."""
    key, who = UUID(bericht), _worker(organisatie)
    with noted(who, "close", [bericht]), transaction(who) as session:
        flows.close(session, key, vandaag())


@app.task(name="messaging.deliver", retry=RETRY)
def deliver(organisatie: str, bericht: str) -> None:
    """Bring a message that goes out to its receiver."""
    who = _worker(organisatie)
    with noted(who, "deliver", [bericht]), transaction(who) as session:
        flows.deliver(session, UUID(bericht))
