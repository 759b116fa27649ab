"""A request for change (317) against the allocations of the client (level 3).

What names no current allocation is told by TR350 and TR351 alone: the other rules look at what does.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Text, and_, func, literal, or_, select, union_all

from services.allocation.rules.toewijzing import VERWIJDERD
from shared.db import ledger
from shared.db import tables as t
from shared.levels34.toewijzing import allocations, with_allocation
from shared.rules import Scope, per_message

TOTAAL = "6"
"""Frequentie of a volume for the whole of an allocation."""
OMVANG = ("omvang_volume", "omvang_eenheid", "omvang_frequentie")
HULPMIDDELEN = ("11", "12", "13", "14")
"""Categories of iWmo that may overlap with everything; iJw has no such numbers."""
NAMED = ("OngewijzigdProduct", "TeWijzigenProduct")
"""The classes that name an allocation."""


def _dagtekening(scope: Scope) -> ScalarSelect[date]:
    return select(t.bericht.c.dagtekening).where(t.bericht.c.id == scope.bericht).scalar_subquery()


def current(version: Any, day: Any) -> ColumnElement[bool]:
    """The condition that an allocation is valid on a day or later and was not deleted."""
    ends = func.coalesce(version.c.einddatum, date.max)
    return and_(ends >= day, version.c.reden_wijziging.is_distinct_from(VERWIJDERD))


def _with_allocation(scope: Scope, table: Any, *, isouter: bool = False) -> tuple[Select[Any], Any]:
    """A SELECT of the rows of the request with the allocation of the client that they name, and that allocation.

    It must be current on the Dagtekening: that is when the sender looked.
    """
    day = _dagtekening(scope)
    return with_allocation(scope, table, lambda allocation: current(allocation, day), isouter=isouter)


def _without_allocation(scope: Scope, table: Any) -> Select[Any]:
    products, allocation = _with_allocation(scope, table, isouter=True)
    return products.where(allocation.c.toewijzing_nummer.is_(None))


def _names(scope: Scope, product: Any, allocation: Any) -> ColumnElement[bool]:
    number = product.c.toewijzing_nummer == allocation.c.toewijzing_nummer
    return ledger.looked_up(select(1).where(product.c.bericht == scope.bericht, number))


@per_message("TR349", on="Verzoek")
def tr349(scope: Scope, table: Any) -> Select[Any]:
    """A current allocation of the client is missing.

    One that the provider did not accept yet may be missing: perhaps it had not come when the request was made (OP095).
    """
    allocation, holder = allocations(scope, table, "bsn"), t.bericht.alias()
    accepted = select(1).where(holder.c.id == allocation.c.bericht, holder.c.status == "goedgekeurd")
    return (
        select(table.c.volgnummer)
        .select_from(table.join(allocation, current(allocation, scope.vandaag)))
        .where(
            table.c.bericht == scope.bericht,
            ledger.looked_up(accepted),
            *(~_names(scope, t.classes[name], allocation) for name in NAMED),
        )
    )


@per_message("TR350", on="OngewijzigdProduct")
def tr350(scope: Scope, table: Any) -> Select[Any]:
    """The number is not that of a current allocation of this client with this provider."""
    return _without_allocation(scope, table)


@per_message("TR351", on="TeWijzigenProduct")
def tr351(scope: Scope, table: Any) -> Select[Any]:
    """The number is not that of a current allocation of this client with this provider."""
    return _without_allocation(scope, table)


@per_message("TR357", on="TeWijzigenProduct")
def tr357(scope: Scope, table: Any) -> Select[Any]:
    """The change starts on or before the Dagtekening, and not with the allocation: that is neither now on nor whole."""
    products, allocation = _with_allocation(scope, table)
    first = table.c.gewenste_ingangsdatum
    return products.where(first <= _dagtekening(scope), first != allocation.c.ingangsdatum)


@per_message("TR373", on="TeWijzigenProduct")
def tr373(scope: Scope, table: Any) -> Select[Any]:
    """The budget or the volume in total would be another, and not from the first day of the allocation."""
    products, allocation = _with_allocation(scope, table)
    other_total = or_(*(allocation.c[name] != table.c[name] for name in OMVANG))
    altered = or_(allocation.c.budget != table.c.budget, and_(allocation.c.omvang_frequentie == TOTAAL, other_total))
    return products.where(altered, table.c.gewenste_ingangsdatum != allocation.c.ingangsdatum)


def _volume_after_2020(table: Any) -> ColumnElement[bool]:
    ends = func.coalesce(table.c.einddatum, date.max)
    return and_(table.c.omvang_volume.is_not(None), ends > date(2020, 12, 31))


@per_message("TR375", on="TeWijzigenProduct")
def tr375(scope: Scope, table: Any) -> Select[Any]:
    """A volume is asked for and the allocation has no product (generic); what ends by 2020 may have one."""
    products, allocation = _with_allocation(scope, table)
    return products.where(allocation.c.product_categorie.is_(None), _volume_after_2020(table))


@per_message("TR411", on="TeWijzigenProduct")
def tr411(scope: Scope, table: Any) -> Select[Any]:
    """No volume is asked for and the allocation has a product code (specific)."""
    products, allocation = _with_allocation(scope, table)
    return products.where(allocation.c.product_code.is_not(None), table.c.omvang_volume.is_(None))


@per_message("TR412", on="TeWijzigenProduct")
def tr412(scope: Scope, table: Any) -> Select[Any]:
    """A volume is asked for and the allocation has no product code; what ends by 2020 may have one."""
    products, allocation = _with_allocation(scope, table)
    return products.where(allocation.c.product_code.is_(None), _volume_after_2020(table))


def _period(rows: Select[Any], table: Any, product: Any, begin: Any, einde: Any) -> Select[Any]:
    """The product and the period of each row of a SELECT, but for those that may overlap."""
    category = product.c.product_categorie
    return rows.with_only_columns(
        literal(table.name, Text).label("klasse"),
        table.c.volgnummer,
        category,
        product.c.product_code,
        begin.label("begin"),
        func.coalesce(einde, date.max).label("einde"),
    ).where(func.coalesce(category, "").not_in(HULPMIDDELEN))


def _periods(scope: Scope) -> dict[str, Select[Any]]:
    """The products of the request by table: what changes has the period that is asked for, what stays its own."""
    same, changed, new = (t.classes[name] for name in (*NAMED, "NieuwProduct"))
    kept, allocation = _with_allocation(scope, same)
    asked, original = _with_allocation(scope, changed)
    fresh = select(new.c.volgnummer).where(new.c.bericht == scope.bericht)
    return {
        same.name: _period(kept, same, allocation, allocation.c.ingangsdatum, allocation.c.einddatum),
        changed.name: _period(asked, changed, original, changed.c.gewenste_ingangsdatum, changed.c.einddatum),
        new.name: _period(fresh, new, new, new.c.gewenste_ingangsdatum, new.c.einddatum),
    }


def _overlap(one: Any, other: Any) -> ColumnElement[bool]:
    """The condition that two products meet in time, and one is the other or covers it (no code, no category)."""
    category = or_(*(product.c.product_categorie.is_(None) for product in (one, other)))
    code = or_(*(product.c.product_code.is_(None) for product in (one, other)))
    same_code = or_(code, one.c.product_code == other.c.product_code)
    return and_(
        one.c.begin <= other.c.einde,
        other.c.begin <= one.c.einde,
        or_(category, and_(one.c.product_categorie == other.c.product_categorie, same_code)),
    )


@per_message("TR361", on=("TeWijzigenProduct", "NieuwProduct"))
def tr361(scope: Scope, table: Any) -> Select[Any]:
    """The product is in the request once more, in an overlapping period.

    Two new products are told by level 2 (TR410); two that stay as they are were allocated so.
    """
    periods, new = _periods(scope), t.classes["NieuwProduct"].name
    one = periods[table.name].subquery("een")
    others = (found for name, found in periods.items() if {name, table.name} != {new})
    other = union_all(*others).cte(f"ander_{table.name}").prefix_with("MATERIALIZED")  # else looked up for each row
    itself = and_(other.c.klasse == one.c.klasse, other.c.volgnummer == one.c.volgnummer)
    return select(one.c.volgnummer).where(ledger.looked_up(select(1).where(~itself, _overlap(one, other))))
