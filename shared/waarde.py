"""What allocations are worth in eurocents, as SQL: over a window or per month, at the tariffs of their contracts.

Per day, week or calendar month what a period touches counts whole; of a week of output that is its Sunday (IV077). A
total or a budget is spread over the days of the run.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Interval,
    Numeric,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from shared.db import geldig, inkoop
from shared.db import tables as t
from shared.db.spans import OUTPUT, days, monday, months, sundays, weeks

EURO, MINUUT, UUR = "83", "01", "04"
DAG, WEEK, MAAND, TOTAAL = "1", "2", "4", "6"
_PRICED = ("eigenaar", "standaard", "tegenpartij", "product_categorie", "product_code", "omvang_eenheid", "eerste")
"""What the price of a part of an allocation depends on."""
_SIZED = (
    *("bericht", "bsn", "toewijzing_nummer", "ingangsdatum", "einddatum"),
    *("omvang_volume", "omvang_frequentie", "budget"),
)


def allocations(eigenaar: str, *conditions: ColumnElement[bool]) -> Subquery:
    """The allocations of an organisation as they stand (IV013), by way of its own 301s; deleted ones too."""
    message, row = t.bericht.c, t.toegewezen_product.c
    richting = "uitgaand" if len(eigenaar) == 4 else "inkomend"
    own = (message.eigenaar == eigenaar, message.richting == richting, message.soort == "301")
    return geldig.current_allocations(*own, row.eigenaar == eigenaar, *conditions)


def price_of(allocation: Any, day: Any) -> Any:
    """The tariff of an allocation's product on a day, for a left join: that of its contract before its framework."""
    contract, tarief = inkoop.contract, inkoop.tarief
    query = (
        select(tarief.c.tarief)
        .join(contract, inkoop.prices(tarief, contract))
        .where(
            contract.c.eigenaar == allocation.c.eigenaar,
            contract.c.standaard == allocation.c.standaard,
            contract.c.tegenpartij == allocation.c.tegenpartij,
            tarief.c.product_categorie == allocation.c.product_categorie,
            tarief.c.product_code == allocation.c.product_code,
            tarief.c.eenheid == allocation.c.omvang_eenheid,
            inkoop.holds_on(contract, day),
            inkoop.holds_on(tarief, day),
        )
    )
    return query.order_by(*inkoop.preference(tarief, contract)).limit(1).lateral("prijs")


def worth(allocation: Any, price: Any, begin: Any, eind: Any) -> ColumnElement[int]:
    """Eurocents that an allocation commits between two days, both included; 0 outside of its run.

    All at one price. A total or a budget without an end counts on its first day.
    """
    first, last = func.greatest(allocation.c.ingangsdatum, begin), func.least(allocation.c.einddatum, eind)
    run = _length(allocation.c.ingangsdatum, allocation.c.einddatum)
    starts = case((and_(allocation.c.ingangsdatum >= begin, allocation.c.ingangsdatum <= eind), 1), else_=0)
    spread = case((allocation.c.einddatum.is_(None), starts), else_=cast(_length(first, last), Numeric) / run)
    times = case(
        {
            DAG: _length(first, last),
            WEEK: _weekly(allocation.c, (first, last), allocation.c.einddatum, weeks(first, last)),
            MAAND: months(first, last),
        },
        value=func.coalesce(allocation.c.omvang_frequentie, TOTAAL),
        else_=spread,
    )
    return cast(func.round(case((first > last, 0), else_=each(allocation, price) * times)), BigInteger)


def _weekly(row: Any, part: tuple[Any, Any], einde: Any, effort: Any) -> Any:
    """How often a weekly volume counts in a part of a run that ends on `einde`: as billing does, or as given."""
    return case((t.among(row.omvang_eenheid, OUTPUT), sundays(*part, row.ingangsdatum, einde)), else_=effort)


def each(allocation: Any, price: Any) -> Any:
    """Eurocents of the volume of an allocation, per its frequency, or its budget; what has no tariff counts as 0."""
    unit, volume = allocation.c.omvang_eenheid, allocation.c.omvang_volume
    priced = cast(volume, Numeric) * case((unit == EURO, 1), else_=func.coalesce(price.c.tarief, 0))
    return case((volume.is_(None), cast(func.coalesce(allocation.c.budget, 0), Numeric)), else_=priced)


def unknown(allocation: Any, price: Any) -> ColumnElement[bool]:
    """Whether it is not known what an allocation is worth: no tariff in a contract, or no volume and no budget."""
    unit, volume = allocation.c.omvang_eenheid, allocation.c.omvang_volume
    unpriced = case((unit == EURO, false()), else_=price.c.tarief.is_(None))
    return case((volume.is_(None), allocation.c.budget.is_(None)), else_=unpriced)


def window(begin: date, eind: date) -> Subquery:
    """A window of days for `monthly`."""
    return select(literal(begin, Date).label("begin"), literal(eind, Date).label("eind")).subquery("venster")


def monthly(
    current: Any,
    venster: Any,
    belongs: Callable[[Any, Any], ColumnElement[bool]] = lambda _venster, _row: true(),
    *,
    runs_on: ColumnElement[bool] | None = None,
) -> Subquery:
    """What allocations commit in each month of windows: a row per allocation, window and calendar month.

    `venster` has columns begin and eind, and may have a naam that is passed on; `belongs` says of a window and an
    allocation whether they go together. Given are columns of the allocation, `maand` (its first day), `bedrag` and
    `prognose`, in eurocents, and `onbekend`: whether that is 0 because it is `unknown`.

    A week of effort that lies in two months counts in the first that the run touches it in, so the months of a run
    add up to the run; a week of output counts in the month of its Sunday, and a broken last one in that of the last
    Sunday (IV077). A month is priced on its first day, or on that of the run in it.

    `prognose` is what `bedrag` would be if each allocation for which `runs_on` holds went on beyond its end.

    Postgres does not know how many allocations there are, so nothing is left to its choice that would walk through
    them for each of the others: they are looked up once, and a full join (every price is that of a part) is hashed.
    """
    last = current.c.einddatum
    until = last if runs_on is None else case((runs_on, None), else_=last)
    once = select(current, until.label("einde")).cte("toewijzing").prefix_with("MATERIALIZED")
    part = _parts(once, venster, belongs).cte("deel")
    asked = (
        select(*(part.c[name] for name in _PRICED)).where(part.c.omvang_eenheid != EURO).distinct().subquery("soort")
    )
    found = price_of(asked, asked.c.eerste)
    price = select(asked, found.c.tarief).select_from(asked.join(found, true())).cte("prijs")
    same = and_(*(price.c[name] == part.c[name] for name in _PRICED))
    amounts = (
        _amount(part, price, part.c.laatste, part.c.einddatum).label("bedrag"),
        _amount(part, price, part.c.verlengd, part.c.einde).label("prognose"),
        unknown(part, price).label("onbekend"),
    )
    return select(part, *amounts).select_from(part.outerjoin(price, same, full=True)).subquery("maanden")


def _parts(current: Any, venster: Any, belongs: Callable[[Any, Any], ColumnElement[bool]]) -> Any:
    span, row = _spans(venster), current.c
    goes = or_(row.einde.is_(None), row.einde >= span.c.van)
    here = and_(row.ingangsdatum <= span.c.tot, goes, belongs(span, current))
    return (
        select(
            *(row[name] for name in (*_PRICED[:-1], *_SIZED)),
            *(span.c[name] for name in ("naam", "begin", "maand") if name in span.c),
            func.greatest(row.ingangsdatum, span.c.van).label("eerste"),
            func.least(row.einddatum, span.c.tot).label("laatste"),
            row.einde,
            func.least(row.einde, span.c.tot).label("verlengd"),
        )
        .select_from(span.join(current, here))
        .where(~geldig.vervallen(current))
    )


def _spans(venster: Any) -> Any:
    """The calendar months of windows, cut off at their edges."""
    step = cast("1 month", Interval)
    months = func.generate_series(func.date_trunc("month", venster.c.begin), venster.c.eind, step)
    month = months.table_valued("dag", name="maand").render_derived()
    first, last = cast(month.c.dag, Date), cast(month.c.dag + cast("1 month - 1 day", Interval), Date)
    return (
        select(
            venster,
            first.label("maand"),
            func.greatest(first, venster.c.begin).label("van"),
            func.least(last, venster.c.eind).label("tot"),
        )
        .select_from(venster.join(month, true()))
        .subquery("kalender")
    )


def _amount(part: Any, price: Any, last: Any, einde: Any) -> ColumnElement[int]:
    row, whole = part.c, each(part, price)
    counted_before = and_(row.eerste > row.ingangsdatum, row.eerste != monday(row.eerste))
    effort = weeks(row.eerste, last) - case((counted_before, 1), else_=0)
    run = _length(row.ingangsdatum, row.einddatum)
    parts = (_length(row.ingangsdatum, last), days(row.ingangsdatum, row.eerste))
    ratio = [cast(part, Numeric) / run for part in parts]
    spread = func.round(whole * ratio[0]) - func.round(whole * ratio[1])
    starts = case((row.eerste == row.ingangsdatum, whole), else_=0)
    total = case((row.einddatum.is_(None), starts), else_=spread)
    amount = case(
        {
            DAG: whole * _length(row.eerste, last),
            WEEK: whole * _weekly(row, (row.eerste, last), einde, effort),
            MAAND: whole,
        },
        value=func.coalesce(row.omvang_frequentie, TOTAAL),
        else_=total,
    )
    return cast(case((row.eerste > last, 0), else_=amount), BigInteger)


def _length(first: Any, last: Any) -> Any:
    return days(first, last) + literal(1)


def under(plafond: Any, row: Any) -> ColumnElement[bool]:
    """The condition that an allocation or a line of a declaratie falls under a ceiling, whatever its dates."""
    product = inkoop.product.c
    lot = select(1).where(
        product.eigenaar == row.c.eigenaar,
        product.standaard == row.c.standaard,
        product.product_categorie == row.c.product_categorie,
        product.product_code == func.coalesce(row.c.product_code, ""),
        product.perceel == plafond.c.perceel,
    )
    named = {"aanbieder": "tegenpartij", "product_categorie": "product_categorie", "product_code": "product_code"}
    return and_(
        plafond.c.eigenaar == row.c.eigenaar,
        plafond.c.standaard == row.c.standaard,
        *(or_(plafond.c[name].is_(None), plafond.c[name] == row.c[other]) for name, other in named.items()),
        or_(plafond.c.perceel.is_(None), lot.exists()),
    )


def ceilings(eigenaar: str, jaar: int, standaard: str | None = None) -> Subquery:
    """The ceilings of an organisation whose period has days in a year, as windows for `monthly`."""
    row = inkoop.plafond
    return (
        select(row, row.c.begindatum.label("begin"), row.c.einddatum.label("eind"))
        .where(row.c.eigenaar == eigenaar, *([row.c.standaard == standaard] if standaard else []))
        .where(row.c.begindatum <= date(jaar, 12, 31), row.c.einddatum >= date(jaar, 1, 1))
        .subquery("plafond")
    )
