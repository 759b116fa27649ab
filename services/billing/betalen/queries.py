"""What paying reads."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, case, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.billing.betalen.verrekenen import Voorschot
from shared.db import audit, geldig
from shared.db import tables as t
from shared.errors import not_found


def accounts(session: Session, eigenaar: str) -> list[Row[Any]]:
    """All accounts, by holder and first day."""
    row = t.rekening.c
    query = select(t.rekening).where(row.eigenaar == eigenaar)
    return list(session.execute(query.order_by(row.houder, row.begindatum, row.gemaakt_op, row.id)))


def accounts_on(session: Session, eigenaar: str, dag: date) -> dict[str, Row[Any]]:
    """The account of each holder that holds on a day: of those that were confirmed the latest."""
    row = t.rekening.c
    query = (
        select(t.rekening)
        .where(row.eigenaar == eigenaar, row.begindatum <= dag, row.bevestigd_op.is_not(None))
        .ext(distinct_on(row.houder))
        .order_by(row.houder, row.begindatum.desc(), row.bevestigd_op.desc())
    )
    return {found.houder: found for found in session.execute(query)}


def _open_lines(eigenaar: str, aanbieders: Sequence[str] = ()) -> Select[Any]:
    line, paid = t.prestatie, t.betaalregel
    taken = select(1).where(
        paid.c.eigenaar == line.c.eigenaar,
        paid.c.declaratie == line.c.bericht,
        paid.c.prestatie == line.c.volgnummer,
        paid.c.levend,
        paid.c.soort == "prestatie",
    )
    answer = t.bericht.alias("antwoord")
    told = exists().where(answer.c.eigenaar == line.c.eigenaar, answer.c.antwoord_op == line.c.bericht)
    some = [line.c.tegenpartij.in_(aanbieders)] if aanbieders else []
    return (
        select(
            line.c.tegenpartij.label("aanbieder"),
            line.c.standaard,
            line.c.bericht.label("declaratie"),
            line.c.volgnummer.label("prestatie"),
            t.declaratie.c.declaratie_nummer,
            line.c.product_referentie_referentie_nummer.label("referentie"),
            line.c.ingediend_bedrag_debet_credit.label("teken"),
            line.c.bsn,
            geldig.signed(line).label("bedrag"),
        )
        .join(t.bericht, and_(t.bericht.c.eigenaar == line.c.eigenaar, t.bericht.c.id == line.c.bericht))
        .join(t.declaratie, t.declaratie.c.bericht == line.c.bericht)
        .where(line.c.eigenaar == eigenaar, t.bericht.c.richting == "inkomend", *some)
        .where(t.bericht.c.status == "goedgekeurd", ~geldig.rejected_line(line), told)
        .where(~geldig.looked_up(taken))  # joined, all that was paid might be walked for each line
        .order_by(line.c.tegenpartij, t.bericht.c.volgorde, line.c.volgnummer)
    )


def open_lines(session: Session, eigenaar: str, aanbieders: Sequence[str] = ()) -> list[Row[Any]]:
    """The granted lines of answered declaraties that came in, in no live payment; of some providers, or of all."""
    return list(session.execute(_open_lines(eigenaar, aanbieders)))


def open_sums(session: Session, eigenaar: str) -> list[Row[Any]]:
    """The lines of `open_lines`, summed per law and provider, in eurocents."""
    rows = _open_lines(eigenaar).order_by(None).subquery()
    is_credit = rows.c.teken == "C"
    debet = func.sum(case((is_credit, 0), else_=rows.c.bedrag)).label("debet")
    credit = func.sum(case((is_credit, -rows.c.bedrag), else_=0)).label("credit")
    key = (rows.c.standaard, rows.c.aanbieder)
    query = select(*key, debet, credit, func.count().label("regels")).group_by(*key).order_by(*key)
    return list(session.execute(query))


def _in_live_payment(soorten: Sequence[str]) -> Any:
    paid, plan = t.betaalregel, t.betaaltermijn
    return and_(
        paid.c.eigenaar == plan.c.eigenaar,
        paid.c.taakbekostiging == plan.c.taakbekostiging,
        paid.c.termijn == plan.c.volgnummer,
        paid.c.levend,
        paid.c.soort.in_(soorten),
    )


def paid(*soorten: str) -> ColumnElement[bool]:
    """The condition that an instalment is in a payment, as one of these, that the bank carried out and that stands."""
    line, betaling = t.betaalregel, t.betaling
    return exists().where(
        _in_live_payment(soorten),
        betaling.c.eigenaar == line.c.eigenaar,
        betaling.c.id == line.c.betaling,
        betaling.c.uitgevoerd_op.is_not(None),
    )


OWN = ("termijn", "voorschot")


def due(session: Session, eigenaar: str, dag: date, aanbieders: Sequence[str] = ()) -> list[Row[Any]]:
    """The instalments and advances that can be paid on a day and are in no live payment."""
    plan, taak = t.betaaltermijn, t.taakbekostiging
    some = [taak.c.aanbieder.in_(aanbieders)] if aanbieders else []
    query = (
        select(plan, taak.c.aanbieder)
        .join(taak, and_(taak.c.eigenaar == plan.c.eigenaar, taak.c.nummer == plan.c.taakbekostiging))
        .where(plan.c.eigenaar == eigenaar, plan.c.vervaldatum <= dag, plan.c.bedrag > 0, *some)
        .where(~exists().where(_in_live_payment(OWN)))
    )
    return list(session.execute(query.order_by(plan.c.vervaldatum, plan.c.taakbekostiging, plan.c.volgnummer)))


def advances(session: Session, eigenaar: str) -> dict[str, list[Voorschot]]:
    """Of each provider the advances that the bank paid, with what of them is not taken back yet; the oldest first."""
    plan, taak, line = t.betaaltermijn, t.taakbekostiging, t.betaalregel
    back = select(func.coalesce(func.sum(line.c.bedrag), 0)).where(_in_live_payment(["verrekening"])).scalar_subquery()
    query = (
        select(taak.c.aanbieder, plan.c.taakbekostiging, plan.c.volgnummer, (plan.c.bedrag + back).label("rest"))
        .join(taak, and_(taak.c.eigenaar == plan.c.eigenaar, taak.c.nummer == plan.c.taakbekostiging))
        .where(plan.c.eigenaar == eigenaar, plan.c.soort == "voorschot", paid("voorschot"))
        .order_by(plan.c.vervaldatum, plan.c.taakbekostiging, plan.c.volgnummer)
    )
    found: dict[str, list[Voorschot]] = {}
    for row in session.execute(query):
        found.setdefault(row.aanbieder, []).append(Voorschot(row.taakbekostiging, row.volgnummer, int(row.rest)))
    return found


def plans(session: Session, eigenaar: str) -> list[tuple[Row[Any], list[Row[Any]]]]:
    """The task-based sums with their instalments; what was taken out of the end of a plan is left out.

    What was taken out before others is 0: the place of an instalment in its plan is what a payment knows it by.
    """
    taak, plan = t.taakbekostiging, t.betaaltermijn
    tasks = session.execute(select(taak).where(taak.c.eigenaar == eigenaar).order_by(taak.c.nummer))
    found: dict[str, list[Row[Any]]] = {}
    last = func.max(plan.c.volgnummer).filter(plan.c.bedrag > 0).over(partition_by=plan.c.taakbekostiging)
    rows = select(plan, last.label("laatste")).where(plan.c.eigenaar == eigenaar)
    for row in session.execute(rows.order_by(plan.c.taakbekostiging, plan.c.volgnummer)):
        if row.laatste is not None and row.volgnummer <= row.laatste:
            found.setdefault(row.taakbekostiging, []).append(row)
    return [(task, found.get(task.nummer, [])) for task in tasks]


def plan_of(session: Session, eigenaar: str, nummer: str) -> list[Row[Any]]:
    """All instalments of a task-based sum ever planned; `betaald` is true for one that is in a live payment.

    An advance that was taken back is so too: when the bank returns it afterwards, it has to be paid again.
    """
    plan = t.betaaltermijn
    paid = exists().where(_in_live_payment((*OWN, "verrekening"))).label("betaald")
    query = select(plan, paid).where(plan.c.eigenaar == eigenaar, plan.c.taakbekostiging == nummer)
    return list(session.execute(query.order_by(plan.c.volgnummer)))


def proposals(session: Session, eigenaar: str, na: int | None, limit: int) -> list[Row[Any]]:
    """Proposals, newest first; one more than `limit` when there are more."""
    row = t.betaalvoorstel.c
    query = select(t.betaalvoorstel).where(row.eigenaar == eigenaar).order_by(row.volgorde.desc()).limit(limit + 1)
    return list(session.execute(query if na is None else query.where(row.volgorde < na)))


def proposal(session: Session, eigenaar: str, voorstel: UUID) -> Row[Any]:
    """A proposal. Raises Refused (404)."""
    row = t.betaalvoorstel.c
    found = session.execute(select(t.betaalvoorstel).where(row.eigenaar == eigenaar, row.id == voorstel)).one_or_none()
    if found is None:
        raise not_found("Betaalvoorstel")
    return found


def payments(session: Session, eigenaar: str, voorstellen: Sequence[UUID]) -> list[Row[Any]]:
    """The payments of proposals, by provider."""
    row = t.betaling.c
    query = select(t.betaling).where(row.eigenaar == eigenaar, row.betaalvoorstel.in_(voorstellen))
    return list(session.execute(query.order_by(row.aanbieder)))


def payment_lines(session: Session, eigenaar: str, voorstel: UUID) -> list[Row[Any]]:
    """The lines of the payments of a proposal. Reading them is noted for the persons whose care they pay."""
    row, line = t.betaalregel, t.prestatie
    of_proposal = and_(t.betaling.c.eigenaar == row.c.eigenaar, t.betaling.c.id == row.c.betaling)
    in_ledger = and_(
        line.c.eigenaar == row.c.eigenaar, line.c.bericht == row.c.declaratie, line.c.volgnummer == row.c.prestatie
    )
    before = _failed(eigenaar)
    query = (
        select(row, line.c.bsn, before.c.betaling.label("eerder"))
        .join(t.betaling, of_proposal)
        .outerjoin(line, in_ledger)
        .outerjoin(before, and_(before.c.waarvoor == _purpose(row), before.c.betaling != row.c.betaling))
        .where(row.c.eigenaar == eigenaar, t.betaling.c.betaalvoorstel == voorstel)
    )
    found = list(session.execute(query.order_by(row.c.betaling, row.c.nummer)))
    audit.note(session, "betaalregels ingezien", voorstel, {each.bsn: "" for each in found if each.bsn})
    return found


def _purpose(row: Any) -> Any:
    """What a line of a payment is for."""
    names = ("soort", "declaratie", "prestatie", "taakbekostiging", "termijn")
    return func.concat_ws("/", *(row.c[name] for name in names))


def _failed(eigenaar: str) -> Subquery:
    """What was for the bank to pay before and failed, with the last payment that it stood in."""
    row, paid, voorstel = t.betaalregel.alias(), t.betaling.alias(), t.betaalvoorstel.alias()
    purpose = _purpose(row).label("waarvoor")
    return (
        select(purpose, row.c.betaling)
        .join_from(paid, voorstel, and_(voorstel.c.eigenaar == paid.c.eigenaar, voorstel.c.id == paid.c.betaalvoorstel))
        .join(row, and_(row.c.eigenaar == paid.c.eigenaar, row.c.betaling == paid.c.id))
        .where(paid.c.eigenaar == eigenaar, ~paid.c.levend, voorstel.c.goedgekeurd_op.is_not(None))
        .where(row.c.soort != "verrekening")
        .ext(distinct_on(purpose))
        .order_by(purpose, voorstel.c.volgorde.desc())
        .subquery("eerder")
    )


def invoice_numbers(session: Session, eigenaar: str, voorstel: UUID) -> dict[UUID, list[str]]:
    """Of each payment of a proposal the numbers of the declaraties and task-based sums that it is for."""
    row, paid = t.betaalregel.c, t.betaling.c
    number = func.coalesce(row.declaratie_nummer, row.taakbekostiging).label("nummer")
    query = (
        select(row.betaling, number)
        .join(t.betaling, and_(paid.eigenaar == row.eigenaar, paid.id == row.betaling))
        .where(row.eigenaar == eigenaar, paid.betaalvoorstel == voorstel)
        .distinct()
        .order_by(row.betaling, number)
    )
    found: dict[UUID, list[str]] = {}
    for betaling, nummer in session.execute(query):
        found.setdefault(betaling, []).append(nummer)
    return found


def differing(session: Session, eigenaar: str, voorstel: UUID) -> list[str]:
    """The providers whose payment in a proposal is not the sum of its lines, or has a line of another amount.

    The amount of a granted line is that of the ledger, as long as its message is kept.
    """
    row, paid, line = t.betaalregel, t.betaling, t.prestatie
    in_ledger = and_(
        line.c.eigenaar == row.c.eigenaar, line.c.bericht == row.c.declaratie, line.c.volgnummer == row.c.prestatie
    )
    other = func.coalesce(func.bool_or(geldig.signed(line) != row.c.bedrag), False)
    query = (
        select(paid.c.aanbieder)
        .outerjoin(row, and_(row.c.eigenaar == paid.c.eigenaar, row.c.betaling == paid.c.id))
        .outerjoin(line, and_(in_ledger, row.c.soort == "prestatie"))
        .where(paid.c.eigenaar == eigenaar, paid.c.betaalvoorstel == voorstel)
        .group_by(paid.c.id, paid.c.aanbieder, paid.c.bedrag)
        .having(or_(func.coalesce(func.sum(row.c.bedrag), 0) != paid.c.bedrag, other))
    )
    return list(session.execute(query.order_by(paid.c.aanbieder)).scalars())


def payments_by_id(session: Session, eigenaar: str, betalingen: Sequence[UUID]) -> dict[UUID, Row[Any]]:
    """Payments with the state of their proposals."""
    row, voorstel = t.betaling, t.betaalvoorstel
    query = (
        select(row, voorstel.c.goedgekeurd_op)
        .join(voorstel, and_(voorstel.c.eigenaar == row.c.eigenaar, voorstel.c.id == row.c.betaalvoorstel))
        .where(row.c.eigenaar == eigenaar, row.c.id.in_(betalingen))
    )
    return {found.id: found for found in session.execute(query)}
