"""How long it takes until a declaratie is answered, and until all that was granted of it is paid."""

from typing import Any

from sqlalchemy import Date, Row, Select, and_, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from services.billing.inzicht.basis import GROUP, Vraag, declared
from services.billing.inzicht.models import Doorlooptijd
from shared.db import tables as t


def durations(session: Session, vraag: Vraag) -> list[Doorlooptijd]:
    """Days, by law, other party and end point: the answer, and the payment as far as the municipality knows it.

    A declaratie counts from the day on which it came into the ledger (for a provider: was sent), in the Netherlands.
    """
    found = union_all(_answers(vraag), _payments(vraag)).subquery("duur")
    key = (*(found.c[name] for name in GROUP), found.c.tot)
    days = found.c.dagen
    query = select(
        *key,
        func.count().label("aantal"),
        func.avg(days).label("gemiddeld"),
        func.percentile_cont(0.5).within_group(days).label("mediaan"),
        func.percentile_disc(0.9).within_group(days).label("p90"),
    )
    rows: list[Row[Any]] = list(session.execute(query.group_by(*key).order_by(*key)))
    return [_duration(row) for row in rows]


def _duration(row: Row[Any]) -> Doorlooptijd:
    return Doorlooptijd(
        standaard=row.standaard,
        tegenpartij=row.tegenpartij,
        tot=row.tot,
        aantal=row.aantal,
        gemiddeld=round(float(row.gemiddeld), 1),
        mediaan=float(row.mediaan),
        p90=float(row.p90),
    )


def _day(message: Any) -> Any:
    return cast(func.timezone("Europe/Amsterdam", message.c.aangemaakt), Date)


def _answers(vraag: Vraag) -> Select[Any]:
    message, answer = t.bericht, t.bericht.alias("antwoord")
    answers = and_(answer.c.eigenaar == message.c.eigenaar, answer.c.antwoord_op == message.c.id)
    days = (_day(answer) - _day(message)).label("dagen")
    key = (message.c[name] for name in GROUP)
    query = select(*key, literal("antwoord").label("tot"), days).join_from(message, answer, answers)
    return query.where(declared(vraag, message))


def _payments(vraag: Vraag) -> Select[Any]:
    """Per declaratie of which every payment was carried out, the day of the last one."""
    message, line, paid = t.bericht, t.betaalregel, t.betaling
    of_message = and_(line.c.eigenaar == message.c.eigenaar, line.c.declaratie == message.c.id, line.c.levend)
    payment = and_(paid.c.eigenaar == line.c.eigenaar, paid.c.id == line.c.betaling)
    key = (*(message.c[name] for name in GROUP), message.c.id, message.c.aangemaakt)
    days = (func.max(paid.c.uitgevoerd_op) - _day(message)).label("dagen")
    return (
        select(*key[:2], literal("betaling"), days)
        .join_from(message, line, and_(of_message, line.c.soort == "prestatie"))
        .join(paid, payment)
        .where(declared(vraag, message))
        .group_by(*key)
        .having(func.count() == func.count(paid.c.uitgevoerd_op))
    )
