"""The ledger of an earlier moment, as far as one line of a declaratie is concerned, for the same SQL as the rules.

It stands in temporary tables with the names of the real ones: what was stored by then, each message with the status
that it had, tariffs and contracts as they were recorded. They live as long as `as_it_stood` is open.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Executable,
    FromClause,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable, DropTable

from shared.config import settings
from shared.db import inkoop
from shared.db import tables as t
from shared.db.geldig import LOKAAL

BEOORDEELD, VERSTUURD = "bericht beoordeeld", "bericht uitgaand"
"""How the processing log calls the moments of judging what came in, and of storing what we send."""
EINDE = ("goedgekeurd", "afgekeurd")
_METADATA = MetaData(schema="pg_temp")
_REAL = (
    t.prestatie,
    t.toegewezen_product,
    t.client,
    t.declaratie,
    t.contract,
    t.tarief,
    t.bericht,
    t.bevinding,
    t.vraag,
)


def _copied(table: Table) -> Table:
    columns = [Column(column.name, column.type) for column in table.columns if column.name != "xml"]
    return Table(table.name, _METADATA, *columns, prefixes=["TEMPORARY"])


_COPIES = {table.name: _copied(table) for table in _REAL}


@dataclass(frozen=True, slots=True)
class Toen:
    """The ledger of that moment, which `run` asks."""

    session: Session

    def run(self, statement: Executable) -> Sequence[Row[Any]]:
        """The rows that a statement on the tables of the ledger gives of that moment."""
        there = {"schema_translate_map": {None: "pg_temp"}}
        return self.session.execute(statement, execution_options=there).all()


@contextmanager
def as_it_stood(session: Session, line: Row[Any], op: datetime) -> Iterator[Toen]:
    """The ledger of the owner of a line as its judge, or its sender, saw it at a moment.

    The message of the line itself has no outcome yet: its status is that of a message under judgement. Ask nothing
    else of the session meanwhile: a table of the same name would hide behind the temporary one.
    """
    real = {"schema_translate_map": {None: settings().db_schema}}
    for name, copy in _COPIES.items():
        session.execute(CreateTable(copy))
        columns, rows = _FILLING[name](line, op)
        session.execute(insert(copy).from_select(columns, rows), execution_options=real)
    yield Toen(session)
    for copy in _COPIES.values():
        session.execute(DropTable(copy))


_Filling = tuple[list[str], Any]


def _rows(table: Table, *conditions: ColumnElement[bool]) -> _Filling:
    return list(table.c.keys()), select(table).where(*conditions)


def _exchange(table: Any, line: Row[Any]) -> ColumnElement[bool]:
    """The condition that a row belongs to the exchange of a line."""
    return and_(*(table.c[name] == getattr(line, name) for name in ("eigenaar", "standaard", "tegenpartij")))


def _lines(line: Row[Any], _: datetime) -> _Filling:
    """The lines on the same allocation, and those that name this one, or that it names."""
    row = t.prestatie.c
    own, previous = line.product_referentie_referentie_nummer, line.product_referentie_vorig_referentie_nummer
    named = [reference for reference in (own, previous) if reference is not None]
    related = or_(
        row.toewijzing_nummer == line.toewijzing_nummer,
        row.product_referentie_referentie_nummer.in_(named),
        and_(row.ingediend_bedrag_debet_credit == "C", row.product_referentie_vorig_referentie_nummer.in_(named)),
    )
    return _rows(t.prestatie, _exchange(t.prestatie, line), related)


def _allocations(line: Row[Any], _: datetime) -> _Filling:
    row = t.toegewezen_product.c
    same = or_(row.toewijzing_nummer == line.toewijzing_nummer, row.bsn == line.bsn)
    return _rows(t.toegewezen_product, _exchange(t.toegewezen_product, line), same)


def _clients(line: Row[Any], _: datetime) -> _Filling:
    return _rows(t.client, t.client.c.bericht == line.bericht, t.client.c.volgnummer == line.ouder)


def _declaraties(line: Row[Any], _: datetime) -> _Filling:
    """Its own, those with the same number, and those of later months."""
    row, own = t.declaratie.c, t.declaratie.alias("eigen")
    mine = select(own.c.declaratie_nummer).where(own.c.bericht == line.bericht).scalar_subquery()
    month = select(own.c.declaratie_periode_begindatum).where(own.c.bericht == line.bericht).scalar_subquery()
    wanted = or_(row.bericht == line.bericht, row.declaratie_nummer == mine, row.declaratie_periode_begindatum > month)
    return _rows(t.declaratie, _exchange(t.declaratie, line), wanted)


def _contracts(line: Row[Any], op: datetime) -> _Filling:
    return _versions(t.contract, line.eigenaar, op, lambda row: _exchange(row, line))


def _tariffs(line: Row[Any], op: datetime) -> _Filling:
    """All tariffs of the product code: of whatever contract and category."""
    mine, code = line.eigenaar, line.product_code
    return _versions(t.tarief, mine, op, lambda row: and_(row.c.eigenaar == mine, row.c.product_code == code))


def _versions(table: Table, eigenaar: str, op: datetime, wanted: Any) -> _Filling:
    """The rows of a table with a history that were recorded by then and not replaced yet."""
    history = inkoop.inkoop_historie.c
    columns = [Column(column.name, column.type) for column in table.columns]
    shown = func.jsonb_to_record(history.rij).table_valued(*columns, name="vroeger").render_derived(with_types=True)
    now = select(table).where(table.c.vastgelegd_op <= op, wanted(table))
    then = (
        select(*shown.c)
        .select_from(inkoop.inkoop_historie.join(shown, literal(True)))
        .where(history.eigenaar == eigenaar, history.tabel == table.name, history.vervangen_op > op)
        .where(shown.c.vastgelegd_op <= op, wanted(shown))
    )
    return list(table.c.keys()), union_all(now, then)


def _messages(line: Row[Any], op: datetime) -> _Filling:
    """The messages of the rows so far that were stored by then, with the status that they had."""
    row, answer = t.bericht.c, t.bericht.alias("antwoord")
    holders = union_all(*(select(cast(_COPIES[name].c.bericht, Text)) for name in _HOLDERS))
    logged = moments(line.eigenaar, holders).subquery("logboek")
    incoming = row.richting == "inkomend"
    stored = case((incoming, row.aangemaakt), else_=func.coalesce(logged.c.moment, row.aangemaakt))
    settled = case(
        (incoming, func.coalesce(logged.c.moment, row.aangemaakt)),
        else_=func.coalesce(answer.c.aangemaakt, row.aangemaakt),
    )
    before = case((incoming, "gecontroleerd"), else_="afgeleverd")
    status = case(
        (row.id == line.bericht, case((incoming, "gecontroleerd"), else_="klaar")),
        (and_(row.status.in_(EINDE), settled > op), before),
        else_=row.status,
    )
    columns = list(_COPIES["bericht"].c.keys())
    values = (status.label(name) if name == "status" else row[name] for name in columns)
    source = t.bericht.outerjoin(logged, logged.c.onderwerp == cast(row.id, Text)).outerjoin(
        answer, and_(answer.c.eigenaar == row.eigenaar, answer.c.antwoord_op == row.id)
    )
    by_then = or_(stored <= op, row.id == line.bericht)
    return columns, select(*values).select_from(source).where(cast(row.id, Text).in_(holders), by_then)


_HOLDERS = ("prestatie", "toegewezen_product", "declaratie")


def moments(eigenaar: str, berichten: Any) -> Select[Any]:
    """When each of some messages was judged, or stored to be sent: its id as text, and the moment."""
    row = t.verwerking.c
    about = (row.eigenaar == eigenaar, row.onderwerp.in_(berichten), row.handeling.in_((BEOORDEELD, VERSTUURD)))
    return select(row.onderwerp, func.min(row.tijdstip).label("moment")).where(*about).group_by(row.onderwerp)


def _findings(line: Row[Any], op: datetime) -> _Filling:
    """What was found by then in the lines so far; in the message itself, what the rules found in it.

    A message of ours was without findings when it was sent.
    """
    row, kept, holder = t.bevinding.c, _COPIES["prestatie"].c, _COPIES["bericht"].c
    place = or_(
        and_(row.klasse == "Prestatie", kept.volgnummer == row.volgnummer),
        and_(row.klasse == "Client", kept.ouder == row.volgnummer),
    )
    here = exists(select(1).where(kept.bericht == row.bericht, place))
    settled = exists(select(1).where(holder.id == row.bericht, holder.status.in_(EINDE)))
    judging = exists(select(1).where(holder.id == row.bericht, holder.status == "gecontroleerd"))
    seen = or_(and_(row.bericht == line.bericht, judging), and_(row.bericht != line.bericht, settled))
    return _rows(t.bevinding, here, seen, ~_decided_later(op))


def _decided_later(op: datetime) -> ColumnElement[bool]:
    """The condition that a finding was made by a person, after that moment."""
    row, asked, rule = t.bevinding.c, t.vraag.c, t.lokale_regel.c
    same = and_(rule.eigenaar == asked.eigenaar, rule.id == asked.regel)
    place = (asked.eigenaar == row.eigenaar, asked.bericht == row.bericht, asked.volgnummer == row.volgnummer)
    named = row.code == literal(LOKAAL) + rule.naam
    joined: FromClause = t.vraag.join(t.lokale_regel, same)
    return exists(select(1).select_from(joined).where(*place, named, asked.besloten_op > op))


def _questions(_: Row[Any], op: datetime) -> _Filling:
    """What was asked of persons about the messages so far, open where they decided after that moment."""
    row = t.vraag.c
    outcome = case((row.besloten_op > op, None), else_=row.uitkomst)
    values = (outcome.label(column.name) if column is row.uitkomst else column for column in row)
    return list(row.keys()), select(*values).where(row.bericht.in_(select(_COPIES["bericht"].c.id)))


_FILLING = {
    "prestatie": _lines,
    "toegewezen_product": _allocations,
    "client": _clients,
    "declaratie": _declaraties,
    "contract": _contracts,
    "tarief": _tariffs,
    "bericht": _messages,
    "bevinding": _findings,
    "vraag": _questions,
}
assert [*_FILLING] == [*_COPIES], "each table is filled from those before it"
