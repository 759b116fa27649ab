"""What the figures share: the answered declaraties of an organisation in a period, and the codes of their lines."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, exists, func, or_, select

from shared.db import tables as t

ANSWERED = ("goedgekeurd", "afgekeurd")
GROUP = ("standaard", "tegenpartij")


@dataclass(frozen=True, slots=True)
class Vraag:
    """Whose figures, of declaraties dated in which days, both included, and of which law (None: both)."""

    eigenaar: str
    van: date
    tot: date
    standaard: str | None = None


def answered(message: Any) -> ColumnElement[bool]:
    """The condition that the answer to a declaratie is there: one that waits for a person is not answered yet."""
    answer = t.bericht.alias("gegeven_antwoord")
    return exists().where(answer.c.eigenaar == message.c.eigenaar, answer.c.antwoord_op == message.c.id)


def declared(vraag: Vraag, message: Any) -> ColumnElement[bool]:
    """The condition that a message is an answered declaratie that a question is about."""
    own = [message.c.standaard == vraag.standaard] if vraag.standaard else []
    return and_(
        message.c.eigenaar == vraag.eigenaar,
        message.c.richting == ("inkomend" if len(vraag.eigenaar) == 4 else "uitgaand"),
        message.c.soort == "323",
        message.c.status.in_(ANSWERED),
        message.c.dagtekening.between(vraag.van, vraag.tot),
        answered(message),
        *own,
    )


def lines(vraag: Vraag) -> CTE:
    """The lines of those declaraties, with the order in which these were stored.

    A declaratie that was refused before its lines were kept (0001) has one row, without an amount and sign.
    """
    line, message = t.prestatie, t.bericht
    columns = (message.c.id.label("bericht"), *(message.c[name] for name in GROUP), message.c.status)
    place = (func.coalesce(line.c.volgnummer, 0).label("volgnummer"), line.c.ouder)
    product = (line.c[name] for name in ("toewijzing_nummer", "product_categorie", "product_code", "eenheid"))
    return (
        select(
            *columns,
            *place,
            *product,
            message.c.volgorde,
            message.c.eigenaar,
            line.c.product_tarief.label("tarief"),
            line.c.product_periode_begindatum.label("begin"),
            line.c.ingediend_bedrag_bedrag.label("bedrag"),
            line.c.ingediend_bedrag_debet_credit.label("teken"),
            line.c.product_referentie_referentie_nummer.label("referentie"),
            line.c.bsn,
        )
        .outerjoin_from(message, line, line.c.bericht == message.c.id)
        .where(declared(vraag, message))
        .cte("regel")
    )


def told(line: Any, finding: Any) -> ColumnElement[bool]:
    """The condition that a finding is about a line: itself, its client, or the declaratie as a whole."""
    return and_(
        finding.c.bericht == line.c.bericht,
        or_(
            and_(finding.c.klasse == "Prestatie", finding.c.volgnummer == line.c.volgnummer),
            and_(finding.c.klasse == "Client", finding.c.volgnummer == line.c.ouder),
            finding.c.klasse.in_(("Header", "Declaratie")),
            finding.c.niveau == 2,
        ),
    )


def refused(line: Any) -> CTE:
    """The lines that were refused with their return codes, each pair once."""
    finding = t.bevinding
    key = (line.c.bericht, line.c.volgnummer)
    code = case((finding.c.niveau == 2, "0001"), else_=finding.c.retourcode).label("retourcode")  # as it is answered
    query = select(*key, code).join_from(line, finding, told(line, finding)).distinct()
    return query.cte("afgewezen")


def total(amount: Any, *conditions: ColumnElement[bool]) -> Any:
    """A sum in eurocents, 0 of nothing."""
    whole = func.sum(amount)
    return func.coalesce(whole.filter(*conditions) if conditions else whole, 0)
