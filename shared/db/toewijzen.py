"""What a municipality decides beside the message: the access, the amount that needs a second person, who has a pgb."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint

from shared.db.metadata import metadata, one_of

STANDAARDEN = ("ijw", "iwmo")
UITKOMSTEN = ("goedgekeurd", "afgewezen")

besluit = Table(
    "besluit",
    metadata,
    Column("eigenaar", Text, primary_key=True),
    Column("bericht", Uuid, primary_key=True, comment="the 301 that tells it"),
    Column("toewijzing_nummer", BigInteger, primary_key=True),
    Column("toegang", Text, comment="who let the citizen in"),
    Column("model", Text, comment="table of arrangements"),
    Column("assen", JSONB, comment="the cell of that table"),
    Column("resultaatgebieden", ARRAY(Text), nullable=False),
    Column("door", Text, nullable=False),
    Column("goedgekeurd_door", Text),
    Column("voorganger", BigInteger, comment="ToewijzingNummer of what this one took the place of, when it began"),
    ForeignKeyConstraint(["eigenaar", "bericht"], ["bericht.eigenaar", "bericht.id"]),
    Index(None, "voorganger", "eigenaar"),
    comment="what lies behind a version of an allocation",
)

toewijsgrens = Table(
    "toewijsgrens",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("standaard", Text, primary_key=True),
    Column("bedrag", BigInteger, nullable=False, comment="eurocents; from here on a second person approves"),
    one_of("standaard", STANDAARDEN),
    CheckConstraint("bedrag >= 0", name="bedrag"),
)

toewijzingsvoorstel = Table(
    "toewijzingsvoorstel",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("toewijzing", Text, comment="the allocation that is to change; empty: a new one"),
    Column("bsn", Text, nullable=False, comment="pseudonym"),
    Column("inhoud", LargeBinary, comment="what is asked, sealed; gone once it was decided"),
    Column("bedrag", BigInteger, comment="eurocents that it commits; empty: not known"),
    Column("gemaakt_door", Text, nullable=False),
    Column("gemaakt_kenmerk", Text, nullable=False),
    Column("gemaakt_op", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("besloten_door", Text),
    Column("besloten_kenmerk", Text),
    Column("besloten_op", DateTime(timezone=True)),
    Column("uitkomst", Text),
    Column("bericht", Uuid, comment="the 301 that came of it"),
    one_of("uitkomst", UITKOMSTEN),
    CheckConstraint("uitkomst <> 'goedgekeurd' OR besloten_kenmerk <> gemaakt_kenmerk", name="twee_personen"),
    CheckConstraint("(uitkomst IS NULL) = (besloten_kenmerk IS NULL)", name="besloten"),
    Index(None, "eigenaar", "gemaakt_op"),
    comment="an allocation or a change that waits for a second person",
)

pgb = Table(
    "pgb",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("bsn", Text, nullable=False, comment="pseudonym"),
    Column("standaard", Text, nullable=False),
    Column("product_categorie", Text, nullable=False),
    Column("product_code", Text, comment="empty: the whole category"),
    Column("begindatum", Date, nullable=False),
    Column("einddatum", Date),
    one_of("standaard", STANDAARDEN),
    CheckConstraint("einddatum >= begindatum", name="periode"),
    ExcludeConstraint(
        *((name, "=") for name in ("eigenaar", "bsn", "standaard", "product_categorie")),
        (text("(coalesce(product_code, ''))"), "="),
        (text("daterange(begindatum, einddatum, '[]')"), "&&"),
        name="ex_pgb_periode",
        using="gist",
    ),
    Index(None, "bsn", "eigenaar", "standaard"),
    comment="personal budgets: for the same product there is no allocation then (OP043)",
)
