"""What the bank says, matched with payments by EndToEndId and amount; the same again has no second effect."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.billing.betalen import queries
from services.billing.betalen.bank import Gelezen, Overig, Uitslag
from services.billing.betalen.models import Bankbevinding, Bankresultaat
from services.billing.betalen.pain import payment_of
from shared.db import ledger
from shared.db import tables as t
from shared.errors import Fault
from shared.security import Caller

MELDINGEN: Mapping[str, str] = {
    "ONBEKEND": "Dit kenmerk is van geen betaling. Controleer het bestand en de rekening.",
    "BEDRAG": "Het bedrag is niet dat van de betaling. Vraag het uw bank; de betaling blijft zoals zij was.",
    "NIET_GOEDGEKEURD": "Deze betaling was niet goedgekeurd. Zoek uit hoe de bank haar toch kent.",
    "MISLUKT": "Deze betaling was al als mislukt gemeld en haar regels zijn vrij. Zoek uit of er dubbel is betaald.",
}


def take_in(session: Session, who: Caller, data: bytes, gelezen: Sequence[Gelezen]) -> Bankresultaat:
    """Do what a file says: paid, or failed so that its lines can be paid again. What does not fit is told, by line."""
    ledger.serialize(session, "betalen", who.organisatie)
    bestand = _file(session, who, data)
    uitslagen = [each for each in gelezen if isinstance(each, Uitslag)]
    counts = {"betaald": 0, "mislukt": 0, "bekend": 0}
    counts["overig"] = sum(isinstance(each, Overig) for each in gelezen)
    found = [Bankbevinding(regel=f.regel or 0, code=f.code, melding=f.melding) for f in gelezen if isinstance(f, Fault)]
    for each in sorted(uitslagen, key=lambda each: not each.gelukt):  # paid comes before returned
        outcome = _apply(session, who.organisatie, bestand, each)
        if outcome in MELDINGEN:
            found.append(Bankbevinding(regel=each.regel, code=outcome, melding=MELDINGEN[outcome]))
        else:
            counts[outcome] += 1
    return Bankresultaat(**counts, bevindingen=sorted(found, key=lambda each: each.regel))


def _file(session: Session, who: Caller, data: bytes) -> UUID:
    row = {"eigenaar": who.organisatie, "inhoud": hashlib.sha256(data).digest()}
    new = insert(t.bankresultaat).values(**row, id=uuid4(), gemaakt_door=who.kenmerk)
    session.execute(new.on_conflict_do_nothing())
    same = (t.bankresultaat.c[name] == value for name, value in row.items())
    found: UUID = session.execute(select(t.bankresultaat.c.id).where(*same)).scalar_one()
    return found


def _apply(session: Session, eigenaar: str, bestand: UUID, said: Uitslag) -> str:
    """Do what is said of one payment: which count it belongs to, or why it does not fit."""
    betaling = payment_of(said.kenmerk)
    row = queries.payments_by_id(session, eigenaar, [betaling]).get(betaling) if betaling else None
    if row is None:
        return "ONBEKEND"
    outcome = _outcome(row, said)
    if outcome in ("betaald", "mislukt"):
        done = {"uitgevoerd_op": said.datum} if said.gelukt else {"vervallen_op": said.datum, "reden": said.reden}
        own = (t.betaling.c.eigenaar == eigenaar, t.betaling.c.id == row.id)
        session.execute(update(t.betaling).where(*own).values(**done, bankresultaat=bestand))
    return outcome


def _outcome(row: Row[Any], said: Uitslag) -> str:
    if row.goedgekeurd_op is None:
        return "NIET_GOEDGEKEURD"
    if row.bedrag != said.bedrag:
        return "BEDRAG"
    if said.gelukt:
        return "bekend" if row.uitgevoerd_op is not None else "betaald" if row.levend else "MISLUKT"
    return "mislukt" if row.levend else "bekend"
