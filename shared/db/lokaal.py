"""Local rules of a municipality on its invoices, and the lines that wait for a person."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    exists,
    func,
)

from shared.db.metadata import metadata, one_of

GROOTHEDEN = ("bedrag", "volume", "regels")
PER = ("regel", "maand", "toewijzing", "client")
GEVOLGEN = ("afwijzen", "vragen")
UITKOMSTEN = ("toegekend", "afgewezen", "verlopen")

lokale_regel = Table(
    "lokale_regel",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("naam", Text, nullable=False),
    Column("standaard", Text, nullable=False),
    Column("grootheid", Text, nullable=False, comment="what is summed over granted lines"),
    Column("eenheid", Text, comment="of the limit on a volume"),
    Column("per", Text, nullable=False, comment="over what it is summed"),
    Column("grens", BigInteger, nullable=False, comment="the most that passes: eurocents, units or lines"),
    Column("aanbieder", Text, comment="empty: all"),
    Column("product_categorie", Text, comment="empty: all"),
    Column("product_code", Text, comment="empty: all"),
    Column("gevolg", Text, nullable=False),
    Column("retourcode", Text, nullable=False, comment="what the provider gets for a line that is refused"),
    Column("bekendgemaakt_op", Date, comment="when the providers were told (OP095)"),
    Column("begindatum", Date, nullable=False, comment="of the product periods that it looks at"),
    Column("einddatum", Date),
    Column("gemaakt_door", Text, nullable=False),
    Column("gemaakt_op", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("aan_sinds", DateTime(timezone=True), comment="empty: it is not used yet"),
    Column("aangezet_door", Text),
    UniqueConstraint("eigenaar", "naam"),
    one_of("standaard", ("ijw", "iwmo")),
    one_of("grootheid", GROOTHEDEN),
    one_of("per", PER),
    one_of("gevolg", GEVOLGEN),
    CheckConstraint("grootheid <> 'volume' OR eenheid IS NOT NULL", name="eenheid"),
    CheckConstraint("grens >= 0", name="grens"),
    CheckConstraint("einddatum >= begindatum", name="periode"),
    CheckConstraint("gevolg <> 'afwijzen' OR bekendgemaakt_op <= begindatum", name="bekend"),
)

vraag = Table(
    "vraag",
    metadata,
    Column("eigenaar", Text, primary_key=True),
    Column("bericht", Uuid, primary_key=True, comment="the declaratie"),
    Column("volgnummer", Integer, primary_key=True, comment="of its Prestatie"),
    Column("regel", Uuid, primary_key=True),
    Column("waarde", BigInteger, nullable=False, comment="what was found, in the measure of the rule"),
    Column("uiterlijk", Date, comment="last day to decide; after it the line is granted. Empty: nobody was asked"),
    Column("uitkomst", Text),
    Column("besloten_door", Text),
    Column("besloten_op", DateTime(timezone=True)),
    ForeignKeyConstraint(["eigenaar", "bericht"], ["bericht.eigenaar", "bericht.id"]),
    ForeignKeyConstraint(["eigenaar", "regel"], ["lokale_regel.eigenaar", "lokale_regel.id"]),
    one_of("uitkomst", UITKOMSTEN),
    CheckConstraint("(uiterlijk IS NOT NULL OR uitkomst = 'afgewezen') IS TRUE", name="uiterlijk"),
    Index(None, "eigenaar", "uitkomst", "uiterlijk"),
    comment="a line of a declaratie that a local rule refuses, or puts before a person",
)


def waits(line: Any) -> ColumnElement[bool]:
    """The condition that a person has yet to decide on a prestatie."""
    return exists().where(*_open(line), vraag.c.volgnummer == line.c.volgnummer)


def unanswered(line: Any) -> ColumnElement[bool]:
    """The condition that the answer to the declaratie of a prestatie waits for a person, on that line or another."""
    return exists().where(*_open(line))


def _open(line: Any) -> tuple[ColumnElement[bool], ...]:
    return vraag.c.eigenaar == line.c.eigenaar, vraag.c.bericht == line.c.bericht, vraag.c.uitkomst.is_(None)
