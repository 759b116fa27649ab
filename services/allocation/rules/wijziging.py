"""A request for change (317) against the allocations of the client (level 3).

What names no current allocation is told by TR350 and TR351 alone: the other rules look at what does. A 301 and a
request may cross: a row is refused only if it is wrong in every version that its sender may have known (OP095).
"""

import operator
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Text,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from services.allocation.rules.toewijzing import VERWIJDERD
from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange
from shared.level2.stapeling import HULPMIDDELEN
from shared.levels34.toewijzing import allocations, with_allocation
from shared.rules import Scope, per_message

TOTAAL = "6"
"""Frequentie of a volume for the whole of an allocation."""
OMVANG = ("omvang_volume", "omvang_eenheid", "omvang_frequentie")
NAMED = ("OngewijzigdProduct", "TeWijzigenProduct")
"""The classes that name an allocation."""


def _dagtekening(scope: Scope) -> ScalarSelect[date]:
    return select(t.bericht.c.dagtekening).where(t.bericht.c.id == scope.bericht).scalar_subquery()


def current(version: Any, day: Any) -> ColumnElement[bool]:
    """The condition that an allocation is valid on a day or later and was not deleted."""
    ends = func.coalesce(version.c.einddatum, date.max)
    return and_(ends >= day, version.c.reden_wijziging.is_distinct_from(VERWIJDERD))


def _surely_known(scope: Scope, holder: Any) -> ColumnElement[bool]:
    """The condition that the sender of the request knew a 301 when he made it.

    His own ledger holds nothing else. A municipality goes by the day on which he accepted it: before that of the
    request, as within a day either may have crossed the other.
    """
    if not scope.by_municipality:
        return true()
    answer = t.bericht.alias()
    same = (answer.c.eigenaar == holder.c.eigenaar, answer.c.antwoord_op == holder.c.id)
    accepted = func.coalesce(select(answer.c.dagtekening).where(*same).scalar_subquery(), holder.c.dagtekening)
    return and_(holder.c.status == "goedgekeurd", accepted < _dagtekening(scope))


def _versions(scope: Scope, product: Any) -> tuple[Select[Any], Any, Any]:
    """A SELECT of the versions of the allocation that a row names, its table and that of the messages."""
    row, holder = t.toegewezen_product.alias(), t.bericht.alias()
    query = select(1).where(
        of_exchange(row, scope),
        row.c.toewijzing_nummer == product.c.toewijzing_nummer,
        row.c.bsn == product.c.bsn,
        holder.c.id == row.c.bericht,
        t.geldig(holder.c.status),
    )
    return query, row, holder


def _possible(scope: Scope, product: Any) -> tuple[Select[Any], Any]:
    """A SELECT of the versions that the sender may have had before him, from the last that he surely knew on (OP095).

    Toewijzingsdatum and -tijd tell which is later (IV013).
    """
    versions, row, holder = _versions(scope, product)
    others, later, teller = _versions(scope, row)
    moments = (
        tuple_(version.c.toewijzingsdatum, version.c.toewijzingstijd, message.c.volgorde)
        for version, message in ((later, teller), (row, holder))
    )
    superseded = others.where(_surely_known(scope, teller), operator.gt(*moments))
    return versions.where(~geldig.looked_up(superseded)), row


def _offending(scope: Scope, table: Any, offends: Callable[[Any], ColumnElement[bool]]) -> Select[Any]:
    """A SELECT of the rows that offend against their allocation, in every version that their sender may have had.

    It must be current on the Dagtekening: that is when the sender looked.
    """
    versions, version = _possible(scope, table)
    standing = versions.where(current(version, _dagtekening(scope)))
    return select(table.c.volgnummer).where(
        table.c.bericht == scope.bericht,
        geldig.looked_up(standing),
        ~geldig.looked_up(standing.where(offends(version).is_not(true()))),
    )


def _without_allocation(scope: Scope, table: Any) -> Select[Any]:
    versions, version = _possible(scope, table)
    standing = versions.where(current(version, _dagtekening(scope)))
    return select(table.c.volgnummer).where(table.c.bericht == scope.bericht, ~geldig.looked_up(standing))


def _names(scope: Scope, product: Any, allocation: Any) -> ColumnElement[bool]:
    number = product.c.toewijzing_nummer == allocation.c.toewijzing_nummer
    return geldig.looked_up(select(1).where(product.c.bericht == scope.bericht, number))


@per_message("TR349", on="Verzoek")
def tr349(scope: Scope, table: Any) -> Select[Any]:
    """A current allocation of the client is missing.

    One that the provider may not have known, or may have known as ended, may be missing (OP095).
    """
    allocation = allocations(scope, table, "bsn")
    told, _, holder = _versions(scope, allocation)
    versions, version = _possible(scope, allocation)
    return (
        select(table.c.volgnummer)
        .select_from(table.join(allocation, current(allocation, scope.vandaag)))
        .where(
            table.c.bericht == scope.bericht,
            geldig.looked_up(told.where(_surely_known(scope, holder))),
            ~geldig.looked_up(versions.where(~current(version, scope.vandaag))),
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
    first = table.c.gewenste_ingangsdatum
    late = first <= _dagtekening(scope)
    return _offending(scope, table, lambda allocation: and_(late, first != allocation.c.ingangsdatum))


@per_message("TR373", on="TeWijzigenProduct")
def tr373(scope: Scope, table: Any) -> Select[Any]:
    """The budget or the volume in total would be another, and not from the first day of the allocation."""

    def offends(allocation: Any) -> ColumnElement[bool]:
        other_total = or_(*(allocation.c[name] != table.c[name] for name in OMVANG))
        total = and_(allocation.c.omvang_frequentie == TOTAAL, other_total)
        altered = or_(allocation.c.budget != table.c.budget, total)
        return and_(altered, table.c.gewenste_ingangsdatum != allocation.c.ingangsdatum)

    return _offending(scope, table, offends)


def _volume_after_2020(table: Any) -> ColumnElement[bool]:
    ends = func.coalesce(table.c.einddatum, date.max)
    return and_(table.c.omvang_volume.is_not(None), ends > date(2020, 12, 31))


@per_message("TR375", on="TeWijzigenProduct")
def tr375(scope: Scope, table: Any) -> Select[Any]:
    """A volume is asked for and the allocation has no product (generic); what ends by 2020 may have one."""
    volume = _volume_after_2020(table)
    return _offending(scope, table, lambda allocation: and_(allocation.c.product_categorie.is_(None), volume))


@per_message("TR411", on="TeWijzigenProduct")
def tr411(scope: Scope, table: Any) -> Select[Any]:
    """No volume is asked for and the allocation has a product code (specific)."""
    volumeless = table.c.omvang_volume.is_(None)
    return _offending(scope, table, lambda allocation: and_(allocation.c.product_code.is_not(None), volumeless))


@per_message("TR412", on="TeWijzigenProduct")
def tr412(scope: Scope, table: Any) -> Select[Any]:
    """A volume is asked for and the allocation has no product code; what ends by 2020 may have one."""
    volume = _volume_after_2020(table)
    return _offending(scope, table, lambda allocation: and_(allocation.c.product_code.is_(None), volume))


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
    """The products of the request by table: what changes has the period that is asked for, what stays its own.

    That is the shortest that the sender may have known.
    """
    same, changed, new = (t.classes[name] for name in (*NAMED, "NieuwProduct"))
    day = _dagtekening(scope)
    kept, allocation = with_allocation(scope, same, lambda found: current(found, day))
    asked, original = with_allocation(scope, changed, lambda found: current(found, day))
    versions, version = _possible(scope, same)
    standing = versions.where(current(version, day))
    ends = standing.with_only_columns(func.min(func.coalesce(version.c.einddatum, date.max))).scalar_subquery()
    fresh = select(new.c.volgnummer).where(new.c.bericht == scope.bericht)
    return {
        same.name: _period(kept, same, allocation, allocation.c.ingangsdatum, ends),
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
    return select(one.c.volgnummer).where(geldig.looked_up(select(1).where(~itself, _overlap(one, other))))
