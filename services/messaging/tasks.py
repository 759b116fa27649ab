"""The jobs of messaging. Each is one transaction and may run twice."""

from uuid import UUID

from services.messaging import flows
from services.messaging.storingen import noted
from shared.aside import aside
from shared.calendar import vandaag
from shared.clients import assess as ask
from shared.db import ledger
from shared.db.session import Namens, transaction
from shared.jobs import RETRY, app
from shared.standard.codec import without_lines


def _worker(organisatie: str) -> Namens:
    return Namens(organisatie, "dienst messaging")


@app.task(name="messaging.process", retry=RETRY)
def process(organisatie: str, bericht: str) -> None:
    """Level 2 of a message that came in."""
    who = _worker(organisatie)
    with noted(who, "process", bericht), transaction(who) as session:
        flows.process(session, UUID(bericht), vandaag())


@app.task(name="messaging.assess", retry=RETRY)
def assess(organisatie: str, bericht: str) -> None:
    """Levels 3 and 4: the owner judges, then the return message is made."""
    key, who = UUID(bericht), _worker(organisatie)
    with noted(who, "assess", bericht):
        with transaction(who) as session:
            row = ledger.get(session, key)
        with aside(ask, flows.OWNERS[row.soort], organisatie, key) as judging:
            ahead = ledger.document_of(row, without_lines)  # its answer mostly needs no more
        with transaction(who) as session:
            flows.close_or_wait(session, key, judging.result().wacht_tot, vandaag(), ahead)


@app.task(name="messaging.close", retry=RETRY)
def close(organisatie: str, bericht: str) -> None:
    """The return message of a message on which a person decided."""
    key, who = UUID(bericht), _worker(organisatie)
    with noted(who, "close", bericht), transaction(who) as session:
        flows.close(session, key, vandaag())


@app.task(name="messaging.deliver", retry=RETRY)
def deliver(organisatie: str, bericht: str) -> None:
    """Bring a message that goes out to its receiver."""
    who = _worker(organisatie)
    with noted(who, "deliver", bericht), transaction(who) as session:
        flows.deliver(session, UUID(bericht))
