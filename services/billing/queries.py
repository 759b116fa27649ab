"""What billing reads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from shared.calendar import Periode
from shared.db import audit, inkoop, ledger
from shared.db import tables as t
from shared.errors import not_found


def allocation(session: Session, aanbieder: str, toewijzing: str) -> Row[Any]:
    """An allocation as the provider has it. Raises Refused (404)."""
    gemeente, standaard, nummer = toewijzing.split("-")
    row = t.toegewezen_product.c
    current = ledger.current_allocations(
        row.eigenaar == aanbieder,
        row.tegenpartij == gemeente,
        row.standaard == standaard,
        row.toewijzing_nummer == int(nummer),
    )
    found = session.execute(select(current)).one_or_none()
    if found is None:
        raise not_found("Toewijzing")
    return found


def own(session: Session, table: Any, eigenaar: str) -> list[Row[Any]]:
    """The rows of a table that an organisation owns, in the order of the primary key."""
    return list(session.execute(select(table).where(table.c.eigenaar == eigenaar).order_by(*table.primary_key)))


def tariff(session: Session, levering: Row[Any]) -> Row[Any, Any] | None:
    """The provider's tariff for a delivery on its first day, its own unit before hours for minutes; or None."""
    contract, tarief, day = t.contract, t.tarief, levering.begindatum
    units = [levering.eenheid, *(["04"] if levering.eenheid == "01" else [])]
    query = (
        select(tarief.c.tarief, tarief.c.eenheid)
        .join(contract, inkoop.prices(tarief, contract))
        .where(
            contract.c.eigenaar == levering.eigenaar,
            contract.c.tegenpartij == levering.tegenpartij,
            contract.c.standaard == levering.standaard,
            tarief.c.product_categorie == levering.product_categorie,
            tarief.c.product_code == levering.product_code,
            tarief.c.eenheid.in_(units),
            *(
                and_(p.c.begindatum <= day, func.coalesce(p.c.einddatum, literal(day)) >= day)
                for p in (contract, tarief)
            ),
        )
        .order_by(tarief.c.eenheid != levering.eenheid, tarief.c.contract != contract.c.nummer)
        .limit(1)
    )
    return session.execute(query).one_or_none()


def deliveries(session: Session, aanbieder: str, gemeente: str, standaard: str, until: Any) -> list[Row[Any]]:
    """What was delivered under a law for a municipality in product periods that begin no later than `until`."""
    row = t.levering
    query = select(row).where(
        row.c.eigenaar == aanbieder,
        row.c.tegenpartij == gemeente,
        row.c.standaard == standaard,
        row.c.begindatum <= until,
    )
    return list(session.execute(query.order_by(row.c.begindatum, row.c.toewijzing_nummer, row.c.product_code)))


def recorded_period(session: Session, toewijzing: Row[Any], month: Periode) -> Periode | None:
    """The product period in which something was delivered on an allocation in a month, or None."""
    row = t.levering
    same = (row.c[name] == getattr(toewijzing, name) for name in ("eigenaar", "standaard", "tegenpartij"))
    query = select(row.c.begindatum, row.c.einddatum).where(
        *same,
        row.c.toewijzing_nummer == toewijzing.toewijzing_nummer,
        row.c.begindatum.between(month.begin, month.eind),
    )
    found = session.execute(query.limit(1)).one_or_none()
    return Periode(*found) if found else None


def standing_debits(session: Session, levering: Row[Any]) -> list[Row[Any]]:
    """The debits of a delivery's allocation, product and period that were sent, not refused and not credited.

    `wacht` is true for one that waits for an answer, or whose credit does.
    """
    line, credit = t.prestatie, t.prestatie.alias()
    taken_back = exists(
        select(1).where(
            credit.c.eigenaar == line.c.eigenaar,
            credit.c.standaard == line.c.standaard,
            credit.c.tegenpartij == line.c.tegenpartij,
            credit.c.toewijzing_nummer == line.c.toewijzing_nummer,
            credit.c.product_referentie_vorig_referentie_nummer == line.c.product_referentie_referentie_nummer,
            ledger.holds(credit),
            ~ledger.rejected_line(credit),
        )
    )
    pending = or_(t.bericht.c.status.in_(("klaar", "afgeleverd")), taken_back)
    query = (
        select(line, pending.label("wacht"))
        .join(t.bericht, t.bericht.c.id == line.c.bericht)
        .where(
            line.c.eigenaar == levering.eigenaar,
            line.c.tegenpartij == levering.tegenpartij,
            line.c.standaard == levering.standaard,
            line.c.toewijzing_nummer == levering.toewijzing_nummer,
            line.c.product_categorie == levering.product_categorie,
            line.c.product_code == levering.product_code,
            line.c.product_periode_begindatum == levering.begindatum,
            line.c.ingediend_bedrag_debet_credit == "D",
            ledger.holds(line),
            ~ledger.rejected_line(line),
            ~ledger.credited(line),
        )
    )
    return list(session.execute(query))


def _with_totals(eigenaar: str) -> Select[Any]:
    return (
        select(t.declaratie, t.bericht.c.richting, t.bericht.c.status, t.bericht.c.volgorde)
        .join(t.bericht, t.bericht.c.id == t.declaratie.c.bericht)
        .where(t.declaratie.c.eigenaar == eigenaar)
    )


def declaratie(session: Session, eigenaar: str, bericht: UUID) -> Row[Any]:
    """A declaratie of an organisation with its totals. Raises Refused (404)."""
    row = session.execute(_with_totals(eigenaar).where(t.declaratie.c.bericht == bericht)).one_or_none()
    if row is None:
        raise not_found("Declaratie")
    return row


def declaraties(session: Session, eigenaar: str, na: int | None, limit: int) -> list[Row[Any]]:
    """The declaraties of an organisation, newest first, with their totals; one more than `limit` if there are more."""
    query = _with_totals(eigenaar).order_by(t.bericht.c.volgorde.desc()).limit(limit + 1)
    return list(session.execute(query if na is None else query.where(t.bericht.c.volgorde < na)))


def lines(session: Session, berichten: Sequence[UUID]) -> list[Row[Any]]:
    """The prestaties of declaraties, each with its signed amount in eurocents, whether it was refused, and its payment.

    `betaling` is the live payment of the owner that it stands in, `betaald_op` the day on which the bank paid that.
    """
    line, paid, betaling = t.prestatie, t.betaalregel, t.betaling
    own = (paid.c.eigenaar == line.c.eigenaar, paid.c.declaratie == line.c.bericht)
    place = and_(*own, paid.c.prestatie == line.c.volgnummer, paid.c.levend, paid.c.soort == "prestatie")
    query = (
        select(
            line,
            ledger.signed(line).label("bedrag"),
            ledger.rejected_line(line).label("afgewezen"),
            paid.c.betaling,
            betaling.c.uitgevoerd_op.label("betaald_op"),
        )
        .outerjoin(paid, place)
        .outerjoin(betaling, and_(betaling.c.eigenaar == paid.c.eigenaar, betaling.c.id == paid.c.betaling))
    )
    found = list(session.execute(query.where(line.c.bericht.in_(berichten)).order_by(line.c.volgnummer)))
    for bericht in berichten:
        audit.note(session, "declaratie ingezien", bericht, {row.bsn: "" for row in found if row.bericht == bericht})
    return found


def findings(session: Session, berichten: Sequence[UUID]) -> list[Row[Any]]:
    """What was found in declaraties."""
    return list(session.execute(select(t.bevinding).where(t.bevinding.c.bericht.in_(berichten))))
