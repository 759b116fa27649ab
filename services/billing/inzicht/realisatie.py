"""What was granted or paid against what was committed: one query, with the figures of allocation."""

from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, Text

from services.billing.betalen.queries import paid
from services.billing.inzicht.basis import answered
from services.billing.inzicht.models import Realisatie
from shared import waarde
from shared.db import geldig
from shared.db import tables as t

VERDELINGEN = ("maand", "plafond", "tegenpartij", "product")


def realised(session: Session, eigenaar: str, jaar: int, per: str, standaard: str | None) -> list[Realisatie]:
    """Per law and key what allocations commit, and what was granted for product periods in it.

    Over a calendar year; per ceiling over the period of each ceiling that has days in that year. Of tasks, which have
    no law and so no ceiling, their instalments and what was paid of these.
    """
    parts = [_committed(eigenaar, jaar, per, standaard), _granted(eigenaar, jaar, per, standaard)]
    if standaard is None and per != "plafond":
        parts.append(_tasks(eigenaar, jaar, per))
    found = union_all(*parts).subquery()
    key = (found.c.standaard, found.c.sleutel)
    sums = (cast(func.sum(found.c[name]), BigInteger).label(name) for name in ("vastgelegd", "gerealiseerd"))
    unknown = func.count(found.c.onbekend.distinct())
    something = or_(func.sum(found.c.vastgelegd) != 0, func.sum(found.c.gerealiseerd) != 0, unknown > 0)
    query = select(*key, *sums, unknown.label("zonder_bedrag")).group_by(*key).having(something).order_by(*key)
    return [_row(row) for row in session.execute(query)]


def _row(row: Row[Any]) -> Realisatie:
    committed, granted = row.vastgelegd, row.gerealiseerd
    return Realisatie(
        standaard=row.standaard,
        sleutel=row.sleutel,
        vastgelegd=committed,
        gerealiseerd=granted,
        verschil=committed - granted,
        percentage=granted * 100 // committed if committed else None,
        zonder_bedrag=row.zonder_bedrag,
    )


def _key(per: str, row: Any, maand: Any, naam: Any) -> Any:
    keys = {
        "maand": func.to_char(maand, "YYYY-MM"),
        "plafond": naam,
        "tegenpartij": row.c.tegenpartij,
        "product": func.concat_ws("/", row.c.product_categorie, row.c.product_code),
    }
    return keys[per].label("sleutel")


def _window(eigenaar: str, jaar: int, per: str, standaard: str | None) -> Any:
    if per == "plafond":
        return waarde.ceilings(eigenaar, jaar, standaard)
    return waarde.window(date(jaar, 1, 1), date(jaar, 12, 31))


def _committed(eigenaar: str, jaar: int, per: str, standaard: str | None) -> Select[Any]:
    own = [t.toegewezen_product.c.standaard == standaard] if standaard else []
    current, venster = waarde.allocations(eigenaar, *own), _window(eigenaar, jaar, per, standaard)
    ceiling = [waarde.under] if per == "plafond" else []
    found = waarde.monthly(current, venster, *ceiling)
    naam = found.c.naam if per == "plafond" else literal("")
    nothing = cast(literal(0), BigInteger).label("gerealiseerd")
    unknown = case((found.c.onbekend, func.concat_ws("-", found.c.tegenpartij, found.c.toewijzing_nummer)))
    committed = found.c.bedrag.label("vastgelegd")
    return select(
        found.c.standaard, _key(per, found, found.c.maand, naam), committed, nothing, unknown.label("onbekend")
    )


def _granted(eigenaar: str, jaar: int, per: str, standaard: str | None) -> Select[Any]:
    line, message, venster = t.prestatie, t.bericht, _window(eigenaar, jaar, per, standaard)
    day = line.c.product_periode_begindatum
    belongs = [waarde.under(venster, line)] if per == "plafond" else []
    naam = venster.c.naam if per == "plafond" else literal("")
    nothing = cast(literal(0), BigInteger).label("vastgelegd")
    known, granted = cast(null(), Text), geldig.signed(line).label("gerealiseerd")
    return (
        select(line.c.standaard, _key(per, line, day, naam), nothing, granted, known)
        .join_from(message, line, line.c.bericht == message.c.id)
        .join(venster, and_(day >= venster.c.begin, day <= venster.c.eind, *belongs))
        .where(
            message.c.eigenaar == eigenaar,
            message.c.richting == ("inkomend" if len(eigenaar) == 4 else "uitgaand"),
            message.c.soort == "323",
            message.c.status == "goedgekeurd",
            answered(message),
            *([message.c.standaard == standaard] if standaard else []),
            ~geldig.rejected_line(line),
        )
    )


def _tasks(eigenaar: str, jaar: int, per: str) -> Select[Any]:
    """The instalments that fall due in a year, and those that the bank paid, in the month in which they fell due.

    Advances are no part of it: they are taken back from what is granted.
    """
    task, part = t.taakbekostiging.c, t.betaaltermijn.c
    keys = {"maand": func.to_char(part.vervaldatum, "YYYY-MM"), "tegenpartij": task.aanbieder, "product": literal("")}
    granted = case((paid("termijn"), part.bedrag), else_=0).label("gerealiseerd")
    return (
        select(literal("").label("standaard"), keys[per].label("sleutel"), part.bedrag.label("vastgelegd"), granted)
        .add_columns(cast(null(), Text))
        .where(task.eigenaar == eigenaar, part.eigenaar == task.eigenaar, part.taakbekostiging == task.nummer)
        .where(part.soort == "termijn", part.vervaldatum.between(date(jaar, 1, 1), date(jaar, 12, 31)))
    )
