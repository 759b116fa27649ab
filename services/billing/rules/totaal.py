"""How much may be invoiced on an allocation in all: its Omvang over its whole run, or its Budget (level 3).

What was granted counts, credits subtracted. Of the judged message all credits come first, then the debits in their
order (OP366); one that does not fit takes no room from the next. So these rules run last: by then it is known what
other rules refuse, which takes no room either.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, tuple_

from services.billing.rules.lines import UUR, debits_with_allocation, fits
from shared.db import geldig
from shared.db import tables as t
from shared.db.spans import days, months, weeks
from shared.judging import of_exchange
from shared.rules import Scope, per_message

Limit = Callable[[Any], Any]
"""Of an allocation, what may be invoiced in all; null is no limit."""
Share = Callable[[Any, Any], Any]
"""Of a line, and the unit of its allocation, what it takes of that; null where it can not be compared."""


@per_message("TR322", on="Prestatie", later=True)
def tr322(scope: Scope, line: Any) -> Select[Any]:
    """With this debit the volume is more than that of the allocation over its whole run (IV077)."""
    return _overrun(scope, line, volume_of, volume_taken)


@per_message("TR369", on="Prestatie", later=True)
def tr369(scope: Scope, line: Any) -> Select[Any]:
    """With this debit the amounts are more than the Budget of the allocation, whatever the products and units."""
    return _overrun(scope, line, lambda allocation: allocation.c.budget, lambda row, _: row.c.ingediend_bedrag_bedrag)


def _overrun(scope: Scope, line: Any, limit: Limit, share: Share) -> Select[Any]:
    """A SELECT of the debits that do not fit: a walk along those of each allocation, with what was granted so far."""
    row = _numbered(scope, line, limit, share)
    before = _granted_before(scope, row, share).label("toegekend")
    so_far = select(row, before).where(row.c.plaats == 1).cte("verloop", recursive=True)
    following = row.alias("volgende")
    follows = and_(
        following.c.toewijzing_nummer == so_far.c.toewijzing_nummer,
        following.c.bsn == so_far.c.bsn,
        following.c.plaats == so_far.c.plaats + 1,
    )
    fits_in = so_far.c.toegekend + so_far.c.deel <= so_far.c.grens
    taken = case((and_(fits_in, ~so_far.c.afgewezen), so_far.c.deel), else_=0)
    step = select(following, so_far.c.toegekend + taken).join_from(so_far, following, follows)
    walk = so_far.union_all(step)
    return select(walk.c.volgnummer).where(walk.c.deel > 0, walk.c.toegekend + walk.c.deel > walk.c.grens)


def _numbered(scope: Scope, line: Any, limit: Limit, share: Share) -> Any:
    """The debits on a full allocation with its limit, numbered per allocation (and client) in their order."""
    lines, allocation = debits_with_allocation(scope, line)
    holder, unit = (line.c.toewijzing_nummer, line.c.bsn), allocation.c.omvang_eenheid
    place = func.row_number().over(partition_by=holder, order_by=line.c.volgnummer)
    columns = {
        "eenheid": unit,
        "grens": limit(allocation),
        "deel": share(line, unit),
        "afgewezen": geldig.rejected_line(line),
        "plaats": place,
    }
    full = _full(scope, line, limit, share).cte("vol").prefix_with("MATERIALIZED")  # else looked up again for each row
    return (
        lines.where(tuple_(*holder).in_(select(full)))
        .add_columns(*holder, *(c.label(name) for name, c in columns.items()))
        .cte("regel")
    )


def _full(scope: Scope, line: Any, limit: Limit, share: Share) -> Select[Any]:
    """The allocations, by number and client, on which all debits together, granted or not, are more than the limit.

    On all others no debit can be too much, whatever was refused or credited, so only these need the walk.
    """
    lines, allocation = debits_with_allocation(scope, line)
    holder, unit = (line.c.toewijzing_nummer, line.c.bsn), allocation.c.omvang_eenheid
    columns = (*holder, unit.label("eenheid"), limit(allocation).label("grens"), share(line, unit).label("deel"))
    debit = lines.with_only_columns(*columns).subquery("debet")
    key = (debit.c.toewijzing_nummer, debit.c.bsn)
    limited = (
        select(*key, debit.c.eenheid, debit.c.grens, func.sum(debit.c.deel).label("deel"))
        .where(debit.c.grens.is_not(None))
        .group_by(*key, debit.c.eenheid, debit.c.grens)
        .subquery("begrensd")
    )
    other = t.prestatie.alias("eerder")
    earlier = (
        select(func.coalesce(func.sum(share(other, limited.c.eenheid)), 0))
        .where(
            of_exchange(other, scope),
            other.c.toewijzing_nummer == limited.c.toewijzing_nummer,
            other.c.bsn == limited.c.bsn,
            other.c.bericht != scope.bericht,
            other.c.ingediend_bedrag_debet_credit != "C",
        )
        .scalar_subquery()
    )
    return select(limited.c.toewijzing_nummer, limited.c.bsn).where(limited.c.deel + earlier > limited.c.grens)


def _granted_before(scope: Scope, row: Any, share: Share) -> Any:
    """What was granted on the allocation of a row, with the credits of the judged message taken off."""
    other = t.prestatie.alias("ander")
    is_credit = other.c.ingediend_bedrag_debet_credit == "C"
    sign = case((is_credit, -1), else_=1)
    return (
        select(func.coalesce(func.sum(sign * share(other, row.c.eenheid)), 0))
        .where(
            of_exchange(other, scope),
            other.c.toewijzing_nummer == row.c.toewijzing_nummer,
            other.c.bsn == row.c.bsn,
            or_(other.c.bericht != scope.bericht, is_credit),
            geldig.granted(other, scope.bericht),
        )
        .scalar_subquery()
    )


def volume_taken(line: Any, unit: Any) -> Any:
    """The volume of a line, hours in minutes; null in a unit that is not for the allocation."""
    volume = line.c.geleverd_volume
    hours = and_(unit == UUR, line.c.eenheid == UUR)
    return case((hours, volume * 60), (fits(unit, line.c.eenheid), volume))


def volume_of(allocation: Any) -> Any:
    """The volume of an allocation over its whole run, hours in minutes; null when it has none or no end."""
    in_minutes = case((allocation.c.omvang_eenheid == UUR, 60), else_=1)
    return allocation.c.omvang_volume * times(allocation) * in_minutes


def times(allocation: Any) -> Any:
    """How often the volume of an allocation counts in its run; null without an end, which per week is there (CD076).

    Of output too the weeks count: over a whole run the Sundays and a broken last week are as many (IV077).
    """
    begin, einde = allocation.c.ingangsdatum, allocation.c.einddatum
    return case(
        {
            "1": days(begin, einde) + 1,
            "2": weeks(begin, einde),  # also of help at home: its six times are for one period (TR321)
            "4": months(begin, einde),
            "6": 1,
        },
        value=allocation.c.omvang_frequentie,
    )
