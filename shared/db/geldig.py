"""What holds now in the ledger, as conditions on its rows: messages, allocations, and lines that were granted."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from shared.db import tables as t


def looked_up(query: Select[Any]) -> ColumnElement[bool]:
    """EXISTS, looked up row by row through an index: OFFSET 0 keeps Postgres from making it a join.

    A join is as fast only while the statistics know the exchange, and of a new partner they know nothing.
    """
    return exists(query.offset(0))


def holds(table: Any) -> ColumnElement[bool]:
    """The condition that a row stands in a message that was not refused (see tables.GELDIG)."""
    holder = t.bericht.alias()
    return looked_up(select(1).where(holder.c.id == table.c.bericht, t.geldig(holder.c.status)))


def current_allocations(*conditions: ColumnElement[bool]) -> Subquery:
    """The allocations as they stand: of each number the version with the latest Toewijzingsdatum and -tijd (IV013).

    `conditions` narrow the rows of toegewezen_product that are looked at; what was deleted (reason 13)
    is included, as its number still exists.
    """
    row = t.toegewezen_product
    numbered = (row.c.eigenaar, row.c.standaard, row.c.tegenpartij, row.c.toewijzing_nummer)
    latest = (row.c.toewijzingsdatum.desc(), row.c.toewijzingstijd.desc(), t.bericht.c.volgorde.desc())
    query: Select[Any] = (
        select(row)
        .join_from(row, t.bericht, and_(t.bericht.c.id == row.c.bericht, t.geldig(t.bericht.c.status)))
        .where(*conditions)
        .ext(distinct_on(*numbered))
        .order_by(*numbered, *latest)
    )
    return query.subquery("toewijzing")


def vervallen(row: Any) -> ColumnElement[bool]:
    """The condition that an allocation was taken back altogether (OP087: reason 01 or 13 on its first day)."""
    return and_(t.among(row.c.reden_wijziging, ("01", "13")), row.c.einddatum == row.c.ingangsdatum).is_(True)


LOKAAL = "LOKAAL-"
"""How the codes of what local rules find begin."""


def rejected_line(line: Any, *, local: bool = True) -> ColumnElement[bool]:
    """The condition that a prestatie, or the Client that it stands in, has a finding; of a `local` rule or not."""
    places = (("Prestatie", line.c.volgnummer), ("Client", line.c.ouder))
    return or_(*(_found(line, klasse, volgnummer, local=local) for klasse, volgnummer in places))


def _found(line: Any, klasse: str, volgnummer: Any, *, local: bool) -> ColumnElement[bool]:
    finding = t.bevinding.alias()
    place = (finding.c.bericht == line.c.bericht, finding.c.klasse == klasse, finding.c.volgnummer == volgnummer)
    return looked_up(select(1).where(*place, *([] if local else [~finding.c.code.startswith(LOKAAL)])))


def granted(line: Any, judged: UUID | None = None) -> ColumnElement[bool]:
    """The condition that a prestatie stands in an answered declaratie (or in `judged`) and was not rejected."""
    holder = t.bericht.alias()
    answered = looked_up(select(1).where(holder.c.id == line.c.bericht, holder.c.status == "goedgekeurd"))
    return and_(answered if judged is None else answered | (line.c.bericht == judged), ~rejected_line(line))


def credited(line: Any, judged: UUID | None = None) -> ColumnElement[bool]:
    """The condition that a debit has a granted credit that names it.

    `judged` is a message under judgement: its credits without findings count as granted (OP366).
    """
    credit = t.prestatie.alias()
    return looked_up(
        select(1).where(
            credit.c.eigenaar == line.c.eigenaar,
            credit.c.standaard == line.c.standaard,
            credit.c.tegenpartij == line.c.tegenpartij,
            credit.c.ingediend_bedrag_debet_credit == "C",
            credit.c.product_referentie_vorig_referentie_nummer == line.c.product_referentie_referentie_nummer,
            credit.c.toewijzing_nummer == line.c.toewijzing_nummer,
            granted(credit, judged),
        )
    )


def signed(line: Any) -> ColumnElement[int]:
    """The amount of a line in eurocents, credits negative."""
    amount: ColumnElement[int] = line.c.ingediend_bedrag_bedrag
    return case((line.c.ingediend_bedrag_debet_credit == "C", -amount), else_=amount)
