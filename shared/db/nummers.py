"""Numbers that are given out once."""

from functools import cache

from sqlalchemy import Select, Sequence, bindparam, func, select
from sqlalchemy.orm import Session

from shared.db import geldig
from shared.db import tables as t


def next_number(session: Session, name: str) -> int:
    """The next number of one of the sequences; never given out twice."""
    return next_numbers(session, name, 1)[0]


def next_numbers(session: Session, name: str, count: int) -> list[int]:
    """The next numbers of one of the sequences."""
    following = Sequence(name, metadata=t.metadata).next_value()
    return list(session.scalars(select(following).select_from(func.generate_series(1, count).table_valued("n"))))


def next_allocation(session: Session, eigenaar: str, standaard: str) -> int:
    """The next ToewijzingNummer that stands nowhere in the ledger of an organisation under a law (TR332).

    It may have brought 301s with numbers of its own, which the sequence would come to some day (ADR 0008).
    """
    return session.execute(free_number(), {"eigenaar": eigenaar, "standaard": standaard}).scalar_one()


@cache
def free_number() -> Select[int]:
    """Draws a ToewijzingNummer until no row of an organisation has it, by parameters: that number."""
    row, number = t.toegewezen_product.c, Sequence("toewijzing_nummer", metadata=t.metadata).next_value()
    drawn = select(number.label("nummer")).cte("getrokken", recursive=True)
    own = (row.eigenaar == bindparam("eigenaar"), row.standaard == bindparam("standaard"))
    same = (row.toewijzing_nummer == drawn.c.nummer, *own)
    again = select(number).select_from(drawn).where(geldig.looked_up(select(1).where(*same).correlate(drawn)))
    return select(func.max(drawn.union_all(again).c.nummer))
