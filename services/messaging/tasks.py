"""The jobs of messaging. Each is one transaction and may run twice."""

from uuid import UUID

from services.messaging import flows
from shared.calendar import vandaag
from shared.clients import assess as ask
from shared.db import ledger
from shared.db.session import transaction
from shared.jobs import RETRY, app


@app.task(name="messaging.process", retry=RETRY)
def process(bericht: str) -> None:
    """Level 2 of a message that came in."""
    with transaction() as session:
        flows.process(session, UUID(bericht), vandaag())


@app.task(name="messaging.assess", retry=RETRY)
def assess(bericht: str) -> None:
    """Levels 3 and 4: the owner judges, then the return message is made."""
    key = UUID(bericht)
    with transaction() as session:
        soort = ledger.get(session, key).soort
    ask(flows.OWNERS[soort], key)
    with transaction() as session:
        flows.close(session, key, vandaag())


@app.task(name="messaging.deliver", retry=RETRY)
def deliver(bericht: str) -> None:
    """Bring a message that goes out to its receiver."""
    with transaction() as session:
        flows.deliver(session, UUID(bericht))
