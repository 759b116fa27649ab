"""Terms, days off and outcomes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
)

from shared.db.metadata import metadata, one_of

STATUSSEN = ("te-laat", "nadert", "open")
"""Of a term: its last day is over, it comes near, or neither."""
GEHOLPEN = ("ja", "deels", "nee")

vrije_dag = Table(
    "vrije_dag",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("datum", Date, primary_key=True),
    Column("omschrijving", Text, nullable=False),
    Column("ingetrokken_op", DateTime(timezone=True), comment="since when it is a working day again"),
    Column("werkdag", Boolean, nullable=False, server_default=false(), comment="a public holiday that is none here"),
    comment="days off of an organisation, beside weekends and public holidays",
)

signaal = Table(
    "signaal",
    metadata,
    Column("eigenaar", Text, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("termijn", Text, nullable=False, comment="code of the term"),
    Column("object", Text, nullable=False, comment="the message, allocation or request that it runs for"),
    Column("bericht", Uuid, nullable=False, comment="the message that the object stands in"),
    Column("standaard", Text, nullable=False),
    Column("tegenpartij", Text, nullable=False),
    Column("wie", Text, nullable=False, comment="code of who has to act"),
    Column("sinds", Date, nullable=False, comment="the day of the event that the term runs from"),
    Column("uiterlijk", Date, nullable=False, comment="the last day"),
    Column("status", Text, nullable=False),
    Column("gemeld_op", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("opgelost_op", DateTime(timezone=True), comment="when the term was found to run no longer"),
    Column("gezien_door", Text),
    Column("gezien_op", DateTime(timezone=True)),
    one_of("standaard", ("ijw", "iwmo")),
    one_of("status", ("te-laat", "nadert")),
    UniqueConstraint("eigenaar", "termijn", "object"),
    ForeignKeyConstraint(["eigenaar", "bericht"], ["bericht.eigenaar", "bericht.id"]),
    comment="that a term came near or passed: what was raised, and who saw it",
)

resultaat = Table(
    "resultaat",
    metadata,
    Column("eigenaar", Text, primary_key=True),
    Column("standaard", Text, primary_key=True),
    Column("tegenpartij", Text, primary_key=True),
    Column("toewijzing_nummer", BigInteger, primary_key=True, autoincrement=False),
    Column("bericht", Uuid, nullable=False, comment="the 307 with the final stop"),
    Column("rapportcijfer", SmallInteger, comment="1 to 10; empty when the client gave none"),
    Column("geholpen", Text, comment="whether the client says to be helped"),
    Column("zelf_verder", Boolean, comment="goes on without help"),
    Column("geen_nieuwe_start", Boolean, comment="no new help began"),
    Column("problemen_verminderd", Boolean),
    Column("doel_bereikt", Boolean, comment="the goal that was agreed on"),
    Column("vastgelegd", DateTime(timezone=True), nullable=False, server_default=func.now()),
    one_of("standaard", ("ijw", "iwmo")),
    one_of("geholpen", GEHOLPEN),
    CheckConstraint("rapportcijfer BETWEEN 1 AND 10", name="rapportcijfer"),
    ForeignKeyConstraint(["eigenaar", "bericht"], ["bericht.eigenaar", "bericht.id"]),
    comment="what came of a trajectory, as its provider recorded it",
)
