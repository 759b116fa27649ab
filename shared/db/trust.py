"""The tables of trust: who has access, the BSNs, the processing log, what failed, and what was asked before."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.metadata import metadata, one_of

BEWIJZEN = ("sleutel", "certificaat", "persoon")
toegang = Table(
    "toegang",
    metadata,
    Column("bewijs", LargeBinary, primary_key=True, comment="SHA-256 of an API key, a certificate or issuer and sub"),
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True, comment="for whom it gives access"),
    Column("soort", Text, nullable=False),
    Column("naam", Text, nullable=False, comment="of the person or system; stands in the processing log"),
    Column("rollen", ARRAY(Text), nullable=False, comment="roles, or single rights"),
    Column("vervalt", DateTime(timezone=True), nullable=False),
    one_of("soort", BEWIJZEN),
)

persoon = Table(
    "persoon",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("bsn", Text, primary_key=True, comment="the pseudonym that stands in all rows of this organisation"),
    Column("verzegeld", LargeBinary, nullable=False, comment="the BSN, sealed"),
    comment="the only place of a BSN outside of the sealed messages",
)

verwerking = Table(
    "verwerking",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("volgnummer", BigInteger, primary_key=True, autoincrement=False),
    Column("tijdstip", DateTime(timezone=True), nullable=False),
    Column("wie", Text, nullable=False),
    Column("handeling", Text, nullable=False, comment="which processing"),
    Column("betrokkenen", ARRAY(Text), nullable=False, comment="pseudonyms of the persons"),
    Column("onderwerp", Text, nullable=False, comment="in which object"),
    Column("hash", LargeBinary, nullable=False, comment="over this line and the hash before it, with a key"),
    Index(None, "onderwerp", "eigenaar"),
    comment="the processing log; only ever added to",
)

storing = Table(
    "storing",
    metadata,
    Column("eigenaar", Text, primary_key=True),
    Column("bericht", Uuid, primary_key=True),
    Column("taak", Text, primary_key=True, comment="the job that failed"),
    Column("reden", Text, nullable=False, comment="the kind of error and where it arose, never what was in it"),
    Column("moment", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="why a job on a message failed the last time",
)

herhaling = Table(
    "herhaling",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("sleutel", Text, primary_key=True, comment="the Idempotency-Key"),
    Column("verzoek", LargeBinary, nullable=False, comment="SHA-256 of what was asked"),
    Column("antwoord", LargeBinary, comment="what was answered, sealed"),
    Column("moment", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

bewaartermijn = Table(
    "bewaartermijn",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("standaard", Text, primary_key=True),
    Column("jaren", SmallInteger, nullable=False, comment="after the last event around the persons in a message"),
    Column("grondslag", Text, nullable=False),
    one_of("standaard", ("ijw", "iwmo")),
    CheckConstraint("jaren BETWEEN 1 AND 100", name="jaren"),
    comment="how long an organisation keeps what it exchanged, where it deviates from the default",
)

opschoning = Table(
    "opschoning",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("tot_ijw", Date, nullable=False, comment="nothing after this day goes"),
    Column("tot_iwmo", Date, nullable=False, comment="nothing after this day goes"),
    Column("berichten", ARRAY(Uuid), nullable=False),
    Column("voorgesteld_door", Text, nullable=False),
    Column("voorgesteld_op", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("goedgekeurd_door", Text),
    Column("uitgevoerd_op", DateTime(timezone=True)),
    CheckConstraint("goedgekeurd_door <> voorgesteld_door", name="twee"),
    CheckConstraint("uitgevoerd_op IS NULL OR goedgekeurd_door IS NOT NULL", name="goedgekeurd"),
    comment="messages that one person proposes to delete and another approves",
)
