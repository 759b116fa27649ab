"""The situations in which a term runs: each a SELECT over the ledger of what is open, and of nothing that was closed.

What is narrow comes first in each: the messages that are open have an index of their own, requests and allocations
are found by the messages of one kind of one organisation, and what closes them is looked up by number or reference.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, bindparam, case, cast, column, func, or_, select, table
from sqlalchemy import union_all as union

from services.allocation.meldingen import direction, exchange
from services.allocation.rules.verzoek import AFGEWEZEN
from services.allocation.termijnen.basis import Situatie, item, ontvangst
from services.allocation.termijnen.leveringen import ended, unstarted
from shared.db import geldig
from shared.db import tables as t

HEEN = ("301", "305", "307", "315", "317", "319")
TE_BEOORDELEN, ONDERWEG, BEOORDEELD = ("ontvangen", "gecontroleerd"), ("afgeleverd",), ("goedgekeurd", "afgekeurd")
_jobs = table("procrastinate_jobs", column("task_name", Text), column("args"))


def _spelled(values: tuple[str, ...]) -> Any:
    """A list that stands in the statement itself, so that Postgres sees that the index of open messages serves."""
    return bindparam(None, values, expanding=True, literal_execute=True)


def messages(soorten: tuple[str, ...]) -> Situatie:
    """Messages without an answer: those that came in, and those of ours that were delivered."""

    def unanswered(eigenaar: str, vandaag: date) -> Select[Any]:
        bericht = t.bericht.c
        kind = bericht.soort.in_(_spelled(soorten))
        came_in, went_out = bericht.richting == "inkomend", bericht.richting == "uitgaand"
        open_ = bericht.status.in_(_spelled(TE_BEOORDELEN + ONDERWEG))
        fitting = or_(and_(came_in, bericht.status.in_(TE_BEOORDELEN)), and_(went_out, bericht.status.in_(ONDERWEG)))
        judged = (came_in, bericht.status.in_(BEOORDEELD), bericht.id.in_(_at_work(eigenaar)))
        found = (_message(eigenaar, kind, open_, fitting), _message(eigenaar, kind, *judged))
        return select(union(*found).subquery())

    return unanswered


def _message(eigenaar: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    bericht, answer = t.bericht, t.bericht.alias("antwoord")
    answered = select(1).where(answer.c.eigenaar == bericht.c.eigenaar, answer.c.antwoord_op == bericht.c.id)
    receiver = case((bericht.c.richting == "inkomend", bericht.c.eigenaar), else_=bericht.c.tegenpartij)
    query = item(bericht, bericht.c.id, ontvangst(bericht).label("ontvangst"), receiver=receiver)
    return query.where(bericht.c.eigenaar == eigenaar, *conditions, ~geldig.looked_up(answered))


def _at_work(eigenaar: str) -> Select[Any]:
    """The messages that a job still works on or stopped working on: judging and answering are two transactions."""
    mine = _jobs.c.args.op("->>")("organisatie") == eigenaar
    return select(cast(_jobs.c.args.op("->>")("bericht"), Uuid)).where(_jobs.c.task_name == "messaging.assess", mine)


def requests(soort: str, *, answered: bool | None) -> Situatie:
    """Requests that were neither granted nor rejected; `answered`: under investigation, not even that, or either."""
    name = "AangevraagdProduct" if soort == "315" else "Verzoek"

    def undecided(eigenaar: str, vandaag: date) -> Select[Any]:
        row, holder = t.classes[name].alias(), t.bericht.alias()
        investigated = _refers("Antwoord", row)
        wanted = () if answered is None else (investigated if answered else ~investigated,)
        named = func.concat(cast(row.c.bericht, Text), "/", cast(row.c.volgnummer, Text))
        days = (ontvangst(holder).label("ontvangst"), holder.c.dagtekening)
        return (
            item(row, named, *days, volgnummer=row.c.volgnummer, person=row.c.bsn)
            .join_from(row, holder, and_(holder.c.id == row.c.bericht, t.geldig(holder.c.status)))
            .where(
                holder.c.eigenaar == eigenaar,
                holder.c.richting == direction(eigenaar, "aanbieder"),
                holder.c.soort == soort,
                ~_refers("ToegewezenProduct", row),
                ~_refers("Antwoord", row, AFGEWEZEN),
                *wanted,
            )
        )

    return undecided


def _refers(name: str, request: Any, answer: str | None = None) -> ColumnElement[bool]:
    """The condition that a class of a message that holds refers to a request."""
    other = t.classes[name].alias()
    same = other.c.referentie_aanbieder == request.c.referentie_aanbieder
    query = select(1).where(exchange(other, request), same, geldig.holds(other))
    return geldig.looked_up(query if answer is None else query.where(other.c.verzoek_antwoord == answer))


SITUATIES: Mapping[str, Situatie] = {
    "heenbericht": messages(HEEN),
    "declaratie": messages(("323",)),
    "toewijzing-zonder-start": unstarted,
    "einde-zonder-stop": ended,
    "315-onbeantwoord": requests("315", answered=False),
    "315-in-onderzoek": requests("315", answered=True),
    "315-onbeslist": requests("315", answered=None),
    "317-onbeantwoord": requests("317", answered=False),
    "317-in-onderzoek": requests("317", answered=True),
}
"""Every situation, by the name that termijnen.csv uses."""
