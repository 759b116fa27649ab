"""Sets of allocations that change together in one reviewed step: a conversion, the end of a contract, a redivision."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
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
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.metadata import metadata, one_of

STANDAARDEN = ("ijw", "iwmo")
SOORTEN = ("omzetting", "contracteinde", "herindeling")
"""To another model, because a contract ends, or because a municipality becomes part of another."""

omzetting = Table(
    "omzetting",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("id", Uuid, primary_key=True, comment="of a redivision the same for both municipalities"),
    Column("soort", Text, nullable=False),
    Column("standaard", Text, comment="empty: both laws"),
    Column("per", Date, nullable=False, comment="first day of the new situation"),
    Column("contract", Text, comment="the contract that ends"),
    Column("oude_gemeente", Text, comment="of a redivision"),
    Column("nieuwe_gemeente", Text, comment="of a redivision"),
    Column("gevraagd", JSONB, comment="the filter and the rules of a conversion"),
    Column("gemaakt_door", Text, nullable=False),
    Column("gemaakt_kenmerk", Text, nullable=False),
    Column("gemaakt_op", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("goedgekeurd_door", Text),
    Column("goedgekeurd_kenmerk", Text),
    Column("goedgekeurd_op", DateTime(timezone=True)),
    one_of("soort", SOORTEN),
    one_of("standaard", STANDAARDEN),
    CheckConstraint("goedgekeurd_kenmerk <> gemaakt_kenmerk", name="twee_personen"),
    Index(None, "eigenaar", "gemaakt_op"),
)

omzettingsregel = Table(
    "omzettingsregel",
    metadata,
    Column("eigenaar", Text, primary_key=True),
    Column("omzetting", Uuid, primary_key=True),
    Column("volgnummer", Integer, primary_key=True),
    Column("standaard", Text, nullable=False),
    Column("tegenpartij", Text, nullable=False),
    Column("bsn", Text, nullable=False, comment="pseudonym"),
    Column("toewijzing_nummer", BigInteger, nullable=False),
    Column("einddatum", Date, nullable=False, comment="last day of the old allocation"),
    Column("reden_wijziging", Text, nullable=False),
    Column("oud", JSONB, nullable=False, comment="the allocation as it was"),
    Column("nieuw", JSONB, comment="what takes its place; empty: nothing"),
    Column("fouten", JSONB, nullable=False, comment="what is against it; such a line is left as it is"),
    Column("waarde_oud", BigInteger, nullable=False, comment="eurocents from the day on"),
    Column("waarde_nieuw", BigInteger, nullable=False, comment="eurocents from the day on"),
    Column("bericht", Uuid, comment="the 301 that did it"),
    Column("nieuw_nummer", BigInteger, comment="ToewijzingNummer of what took its place"),
    Column("nieuw_bericht", Uuid, comment="of a redivision: the 301 of the new municipality"),
    Column("geweigerd", Text, comment="why it was not sent"),
    ForeignKeyConstraint(["eigenaar", "omzetting"], ["omzetting.eigenaar", "omzetting.id"]),
    UniqueConstraint("eigenaar", "omzetting", "standaard", "toewijzing_nummer"),
    Index(None, "bsn", "eigenaar"),
    comment="what such a step does with one allocation, once",
)
