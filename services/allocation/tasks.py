"""The jobs of allocation. Each is one transaction and may run twice; the worker loads them (services/serve.py)."""

from uuid import UUID

from services.allocation.levensloop import uitvoeren
from services.allocation.termijnen import flows
from shared.calendar import system_clock, vandaag
from shared.db.session import Namens, transaction
from shared.jobs import RETRY, app

DIENST = "dienst allocation"


@app.periodic(cron="7 * * * *")
@app.task(name="allocation.signalen", queueing_lock="allocation.signalen", retry=RETRY)
def signalen(timestamp: int) -> None:
    """Every hour: look at the terms of each organisation, in a job of its own."""
    with transaction(Namens("", DIENST)) as session:
        flows.defer_all(session)


@app.task(name=flows.TAAK, retry=RETRY)
def signaleer(organisatie: str) -> None:
    """Raise the terms of an organisation that are late or near."""
    with transaction(Namens(organisatie, DIENST)) as session:
        flows.signal(session, organisatie, vandaag())


@app.task(name=uitvoeren.TAAK, retry=RETRY)
def omzetten(organisatie: str, omzetting: str, regel: str) -> None:
    """Send what a plan does with the allocations of one client at a provider, once."""
    with transaction(Namens(organisatie, DIENST)) as session:
        uitvoeren.carry_out(session, organisatie, UUID(omzetting), int(regel), system_clock())
