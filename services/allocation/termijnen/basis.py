"""What the situations share: the columns that each SELECT gives, and the day on which a message came."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, Text, cast, func, null, select

from shared.db import tables as t

Situatie = Callable[[str, date], Select[Any]]
"""Given an organisation and today: what is open for it."""
NOTHING, NOBODY = cast(null(), Integer), cast(null(), Text)


def item(
    row: Any,
    object_: ColumnElement[Any],
    *days: ColumnElement[Any],
    volgnummer: Any = NOTHING,
    nummer: Any = NOTHING,
    person: Any = NOBODY,
    receiver: Any = NOBODY,
) -> Select[Any]:
    """A SELECT of what is open: what it runs for and whose, then the days that a term needs.

    `person` is a pseudonym, `receiver` the code of who received a message, where the term depends on it.
    """
    return select(
        cast(object_, Text).label("object"),
        (row.c.id if row is t.bericht else row.c.bericht).label("bericht"),
        row.c.standaard,
        row.c.tegenpartij,
        volgnummer.label("volgnummer"),
        nummer.label("toewijzing_nummer"),
        person.label("bsn"),
        receiver.label("ontvanger"),
        *days,
    )


def ontvangst(bericht: Any) -> ColumnElement[Any]:
    """The day in the Netherlands on which a message came into the ledger."""
    return cast(func.timezone("Europe/Amsterdam", bericht.c.aangemaakt), Date)
