"""What local rules read."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from shared.db import audit
from shared.db import lokaal as tl
from shared.db import tables as t
from shared.errors import not_found


def rules(session: Session, eigenaar: str) -> list[Row[Any]]:
    """All local rules of a municipality, by name."""
    row = tl.lokale_regel
    return list(session.execute(select(row).where(row.c.eigenaar == eigenaar).order_by(row.c.naam)))


def rule(session: Session, eigenaar: str, key: UUID) -> Row[Any]:
    """A local rule. Raises Refused (404)."""
    row = tl.lokale_regel
    found = session.execute(select(row).where(row.c.eigenaar == eigenaar, row.c.id == key)).one_or_none()
    if found is None:
        raise not_found("Lokale regel")
    return found


def in_use(session: Session, eigenaar: str, standaard: str) -> list[Row[Any]]:
    """The rules that a municipality uses for a law, by name."""
    row = tl.lokale_regel
    own = (row.c.eigenaar == eigenaar, row.c.standaard == standaard, row.c.aan_sinds.is_not(None))
    return list(session.execute(select(row).where(*own).order_by(row.c.naam)))


def _questions(eigenaar: str) -> Select[Any]:
    line, asked, rule = t.prestatie, tl.vraag, tl.lokale_regel
    place = and_(line.c.bericht == asked.c.bericht, line.c.volgnummer == asked.c.volgnummer)
    same = and_(rule.c.eigenaar == asked.c.eigenaar, rule.c.id == asked.c.regel)
    return (
        select(
            asked,
            rule.c.naam,
            rule.c.grens,
            rule.c.eenheid,
            line.c.tegenpartij,
            line.c.toewijzing_nummer,
            line.c.product_referentie_referentie_nummer.label("referentie"),
            line.c.product_periode_begindatum.label("begindatum"),
            line.c.ingediend_bedrag_bedrag.label("bedrag"),
            line.c.bsn,
        )
        .select_from(asked.join(line, place).join(rule, same))
        .where(asked.c.eigenaar == eigenaar, asked.c.uiterlijk.is_not(None))
    )


def questions(session: Session, eigenaar: str, *, wacht: bool, limit: int) -> list[Row[Any]]:
    """The lines that were put before a person, the most urgent first; `wacht` for those that wait only."""
    asked = tl.vraag.c
    query = _questions(eigenaar).where(*([asked.uitkomst.is_(None)] if wacht else []))
    order = (asked.uitkomst.is_not(None), asked.uiterlijk, asked.bericht, asked.volgnummer)
    found = list(session.execute(query.order_by(*order).limit(limit)))
    audit.note(session, "vragen ingezien", "lijst", [row.bsn for row in found])
    return found


def questions_of(session: Session, eigenaar: str, bericht: UUID, volgnummer: int) -> list[Row[Any]]:
    """The questions on a line, locked. Raises Refused (404)."""
    row = tl.vraag
    own = (row.c.eigenaar == eigenaar, row.c.bericht == bericht, row.c.uiterlijk.is_not(None))
    # all of the message, so that two decisions at once cannot both miss that theirs is the last
    found = [q for q in session.execute(select(row).where(*own).with_for_update()) if q.volgnummer == volgnummer]
    if not found:
        raise not_found("Vraag")
    return found
