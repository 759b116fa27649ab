"""Payment proposals: made by one person, approved by another, or withdrawn.

Whatever changes payments of an organisation runs one after the other (`serialize`); that a line stands in one live
payment, and that nobody approves his own proposal, the database refuses by itself.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, func, insert, update
from sqlalchemy.orm import Session

from services.billing.betalen import queries
from services.billing.betalen.models import NieuwBetaalvoorstel
from services.billing.betalen.pain import NIET_AFGEGEVEN, Opdracht, Overboeking, end_to_end, next_bank_day, render
from services.billing.betalen.verrekenen import Afrekening, Post, settle, values
from shared.db import audit, ledger, rows
from shared.db import tables as t
from shared.errors import Fault, Refused
from shared.security import Caller

_BSN = re.compile("[0-9](?:[ .-]?[0-9]){8}")
"""What could be a BSN in a number that a provider chose."""
TITEL = "Er is niets klaargezet om te betalen"


@dataclass(frozen=True, slots=True)
class Kandidaat:
    """A provider with what is open, and the account that it can be paid to."""

    aanbieder: str
    afrekening: Afrekening
    rekening: Row[Any] | None
    personen: Sequence[str]

    @property
    def belemmering(self) -> str:
        """Why nothing is paid now, and what to do; empty when it can be."""
        if not self.afrekening.can_be_settled:
            return "Er blijft niets over om te betalen. Dit wacht tot er meer is toegekend."
        if self.rekening is None:
            return "Er is geen bevestigde rekening. Leg de rekening vast en laat een ander haar bevestigen."
        return ""


def candidates(session: Session, eigenaar: str, dag: date, aanbieders: Sequence[str] = ()) -> list[Kandidaat]:
    """What is open with each provider on a day, netted; with those named only, when some are named."""
    open_posts: dict[str, list[Post]] = {}
    people: dict[str, dict[str, None]] = {}
    for line in queries.open_lines(session, eigenaar, aanbieders):
        open_posts.setdefault(line.aanbieder, []).append(_line(line))
        people.setdefault(line.aanbieder, {})[line.bsn] = None
    return _netted(session, eigenaar, dag, open_posts, people, aanbieders)


def foreseen(session: Session, eigenaar: str, dag: date, sums: Sequence[Row[Any]]) -> list[Kandidaat]:
    """The same amounts as `candidates`, from the sums of open lines (see queries.open_sums)."""
    open_posts: dict[str, list[Post]] = {}
    for row in sums:
        open_posts.setdefault(row.aanbieder, []).append(Post("prestatie", int(row.debet - row.credit)))
    return _netted(session, eigenaar, dag, open_posts, {}, ())


def _netted(
    session: Session,
    eigenaar: str,
    dag: date,
    open_posts: dict[str, list[Post]],
    people: Mapping[str, Iterable[str]],
    aanbieders: Sequence[str],
) -> list[Kandidaat]:
    """Open lines with the instalments that are due beside them, netted by provider."""
    for row in queries.due(session, eigenaar, dag, aanbieders):
        post = Post(row.soort, row.bedrag, taakbekostiging=row.taakbekostiging, termijn=row.volgnummer)
        open_posts.setdefault(row.aanbieder, []).append(post)
    accounts, advances = queries.accounts_on(session, eigenaar, dag), queries.advances(session, eigenaar)
    return [
        Kandidaat(code, settle(posts, advances.get(code, ())), accounts.get(code), list(people.get(code, ())))
        for code, posts in sorted(open_posts.items())
    ]


def _line(row: Row[Any]) -> Post:
    return Post(
        "prestatie",
        row.bedrag,
        standaard=row.standaard,
        declaratie=row.declaratie,
        prestatie=row.prestatie,
        declaratie_nummer=row.declaratie_nummer,
        referentie=row.referentie,
    )


def propose(session: Session, who: Caller, wanted: NieuwBetaalvoorstel, dag: date) -> UUID:
    """Take what can be paid on a day into a proposal: its id.

    Raises Refused (422) when there is nothing to pay, with the reason for each provider.
    """
    ledger.serialize(session, "betalen", who.organisatie)
    found = candidates(session, who.organisatie, dag, wanted.aanbieders)
    payable = [each for each in found if not each.belemmering]
    if not payable:
        faults = [Fault("OPEN", each.aanbieder, each.belemmering) for each in found]
        nothing = Fault("LEEG", "", "Er staat niets open. Wacht op een declaratie of een vervallen termijn.")
        raise Refused(422, TITEL, faults or [nothing])
    voorstel = uuid4()
    row = {"eigenaar": who.organisatie, "id": voorstel, "gemaakt_door": who.kenmerk}
    session.execute(insert(t.betaalvoorstel).values(row))
    for each in payable:
        _pay(session, who.organisatie, voorstel, each)
        audit.note(session, "betaling voorgesteld", voorstel, each.personen)
    return voorstel


def _pay(session: Session, eigenaar: str, voorstel: UUID, wanted: Kandidaat) -> None:
    assert wanted.rekening is not None
    betaling, afrekening = uuid4(), wanted.afrekening
    row = {
        "eigenaar": eigenaar,
        "id": betaling,
        "betaalvoorstel": voorstel,
        "aanbieder": wanted.aanbieder,
        "bedrag": afrekening.bedrag,
        "iban": wanted.rekening.iban,
        "naam": wanted.rekening.naam,
    }
    session.execute(insert(t.betaling).values(row))
    key = {"eigenaar": eigenaar, "betaling": betaling, "levend": True}
    posten = enumerate((*afrekening.posten, *afrekening.verrekeningen), 1)
    rows.add(session, t.betaalregel, [{**key, "nummer": number, **values(post)} for number, post in posten])


def approve(session: Session, who: Caller, voorstel: UUID, dag: date) -> None:
    """Approve a proposal of somebody else on a day; the bank is asked to pay on its next working day.

    Raises Refused: 404; 409 when it is too late or one's own, or an account is no longer the one that holds.
    """
    row = _undecided(session, who, voorstel)
    if row.gemaakt_door == who.kenmerk:
        detail = "Laat iemand anders het goedkeuren."
        raise Refused(409, "U heeft dit voorstel zelf gemaakt", detail=detail)
    accounts = queries.accounts_on(session, who.organisatie, dag)
    wrong = _total_faults(session, who.organisatie, voorstel)
    if faults := [*_account_faults(session, who.organisatie, voorstel, accounts), *wrong]:
        raise Refused(409, "Het voorstel kan zo niet worden goedgekeurd", faults)
    own = accounts[who.organisatie]
    _set(
        session,
        row,
        goedgekeurd_door=who.kenmerk,
        goedgekeurd_op=func.now(),
        uitvoerdatum=next_bank_day(dag),
        iban=own.iban,
        naam=own.naam,
    )
    covered = _payments_of(row) & (t.betaling.c.bedrag == 0)  # nothing goes to the bank, so nothing comes back of it
    session.execute(update(t.betaling).where(covered).values(uitgevoerd_op=dag))


def _account_faults(
    session: Session, eigenaar: str, voorstel: UUID, accounts: Mapping[str, Row[Any]]
) -> Iterator[Fault]:
    if eigenaar not in accounts:
        melding = "De gemeente heeft geen bevestigde rekening om van te betalen. Leg die vast en laat haar bevestigen."
        yield Fault("REKENING", eigenaar, melding)
    for betaling in queries.payments(session, eigenaar, [voorstel]):
        now = accounts.get(betaling.aanbieder)
        if now is None or (now.iban, now.naam) != (betaling.iban, betaling.naam):
            melding = "Er geldt nu een andere rekening. Trek het voorstel in en maak een nieuw."
            yield Fault("REKENING", betaling.aanbieder, melding)


def _total_faults(session: Session, eigenaar: str, voorstel: UUID) -> list[Fault]:
    melding = "Het bedrag is niet de som van de regels. Betaal niet en meld dit aan uw beheerder."
    return [Fault("TOTAAL", aanbieder, melding) for aanbieder in queries.differing(session, eigenaar, voorstel)]


def withdraw(session: Session, who: Caller, voorstel: UUID, dag: date) -> None:
    """Withdraw a proposal that was not approved: its lines can be paid again. Raises Refused (404, 409)."""
    row = _undecided(session, who, voorstel)
    _set(session, row, ingetrokken_door=who.kenmerk, ingetrokken_op=func.now())
    session.execute(update(t.betaling).where(_payments_of(row)).values(vervallen_op=dag))


def _undecided(session: Session, who: Caller, voorstel: UUID) -> Row[Any]:
    ledger.serialize(session, "betalen", who.organisatie)
    row = queries.proposal(session, who.organisatie, voorstel)
    if row.ingetrokken_op is not None:
        raise Refused(409, "Dit voorstel is ingetrokken", detail="Maak een nieuw voorstel.")
    if row.goedgekeurd_op is not None:
        detail = "Betaalt de bank niet, meld de betalingen dan als mislukt bij de bankresultaten."
        raise Refused(409, "Dit voorstel is al goedgekeurd", detail=detail)
    return row


def _set(session: Session, row: Row[Any], **changes: Any) -> None:
    table = t.betaalvoorstel
    session.execute(update(table).where(table.c.eigenaar == row.eigenaar, table.c.id == row.id).values(changes))


def _payments_of(row: Row[Any]) -> Any:
    return (t.betaling.c.eigenaar == row.eigenaar) & (t.betaling.c.betaalvoorstel == row.id)


def bank_file(session: Session, eigenaar: str, voorstel: UUID) -> bytes:
    """The file for the bank of an approved proposal.

    Raises Refused: 404; 409 when there is nothing for the bank, or not yet; 500 when the file is wrong.
    """
    row = queries.proposal(session, eigenaar, voorstel)
    if row.goedgekeurd_op is None:
        detail = "Laat iemand anders het voorstel eerst goedkeuren."
        raise Refused(409, "Dit voorstel is niet goedgekeurd", detail=detail)
    paid = [each for each in queries.payments(session, eigenaar, [voorstel]) if each.bedrag > 0]
    if not paid:
        raise Refused(409, "Er is niets over te maken", detail="Alles is verrekend.")
    if faults := _total_faults(session, eigenaar, voorstel):
        raise Refused(500, NIET_AFGEGEVEN, faults)
    numbers = queries.invoice_numbers(session, eigenaar, voorstel)
    return render(
        Opdracht(
            kenmerk=row.id.hex,
            gemaakt_op=row.goedgekeurd_op,
            uitvoerdatum=row.uitvoerdatum,
            iban=row.iban,
            naam=row.naam,
            overboekingen=[
                Overboeking(end_to_end(each.id), each.bedrag, each.iban, each.naam, _told(numbers.get(each.id, ())))
                for each in paid
            ],
        )
    )


def _told(nummers: Sequence[str]) -> str:
    """What the receiver reads: the numbers of his invoices and tasks, as far as there is room; never with a BSN."""
    return " ".join(["Betaling", *(nummer for nummer in nummers if not _BSN.search(nummer))])
