"""What the bank says, matched with payments by EndToEndId and amount; the same again has no second effect."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
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
    "DUBBEL": "De bank heeft deze betaling vaker uitgevoerd. Vraag het uw bank, en vorder terug wat te veel is.",
    "DATUM": "Deze dag ligt in de toekomst, of voor de betaling zelf. Controleer het bestand; er is niets veranderd.",
    "MISLUKT": "Deze betaling was al als mislukt gemeld en haar regels zijn vrij. Zoek uit of er dubbel is betaald.",
}


def take_in(session: Session, who: Caller, data: bytes, gelezen: Sequence[Gelezen], vandaag: date) -> Bankresultaat:
    """Do what a file says: paid, or failed so that its lines can be paid again. What does not fit is told, by line."""
    ledger.serialize(session, "betalen", who.organisatie)
    bestand = _file(session, who, data)
    counts = {"betaald": 0, "mislukt": 0, "bekend": 0}
    counts["overig"] = sum(isinstance(each, Overig) for each in gelezen)
    found = [Bankbevinding(regel=f.regel or 0, code=f.code, melding=f.melding) for f in gelezen if isinstance(f, Fault)]
    for gelukt in (True, False):  # paid comes before returned
        said = [each for each in gelezen if isinstance(each, Uitslag) and each.gelukt is gelukt]
        for each, outcome in _applied(session, who.organisatie, bestand, said, vandaag):
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


def _applied(
    session: Session, eigenaar: str, bestand: UUID, said: Sequence[Uitslag], vandaag: date
) -> Iterator[tuple[Uitslag, str]]:
    """Do what is said, all of it paid or all failed: of each which count it belongs to, or why it does not fit."""
    named = {each.kenmerk: payment_of(each.kenmerk) for each in said}
    rows = queries.payments_by_id(session, eigenaar, [key for key in named.values() if key is not None])
    seen = set[UUID]()
    for each in said:
        key = named[each.kenmerk]
        row = rows.get(key) if key is not None else None
        outcome = "ONBEKEND" if row is None else _outcome(row, each, vandaag, again=row.id in seen)
        if row is not None:
            seen.add(row.id)
        if row is not None and outcome in ("betaald", "mislukt"):
            done = {"uitgevoerd_op": each.datum} if each.gelukt else {"vervallen_op": each.datum, "reden": each.reden}
            own = (t.betaling.c.eigenaar == eigenaar, t.betaling.c.id == row.id)
            session.execute(update(t.betaling).where(*own).values(**done, bankresultaat=bestand))
        yield each, outcome


def _outcome(row: Row[Any], said: Uitslag, vandaag: date, *, again: bool) -> str:
    """`again`: the file has said the same of this payment before."""
    if row.goedgekeurd_op is None:
        return "NIET_GOEDGEKEURD"
    if row.bedrag != said.bedrag:
        return "BEDRAG"
    before = not said.gelukt and row.uitgevoerd_op is not None and said.datum < row.uitgevoerd_op
    if said.datum > vandaag or (before and row.levend):
        return "DATUM"
    return _paid(row, said, again=again) if said.gelukt else "mislukt" if row.levend and not again else "bekend"


def _paid(row: Row[Any], said: Uitslag, *, again: bool) -> str:
    if again or row.uitgevoerd_op not in (None, said.datum):
        return "DUBBEL"
    if row.uitgevoerd_op is not None:
        return "bekend"
    return "betaald" if row.levend else "MISLUKT"
