"""Payments: accounts, instalment plans, proposals, payments and what the bank says of them.

What is paid survives the retention of messages: a line of a payment names its declaratie by a number, not by a
foreign key, and its column is not called `bericht`, as those rows go with their message. No row here holds a BSN.
What a second person approved or confirmed changes no more: the triggers `vast` of revision 0018 see to that.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)

from shared.db.metadata import metadata, one_of

TERMIJNEN = ("termijn", "voorschot")
REGELS = ("prestatie", "verrekening", *TERMIJNEN)
"""What a line of a payment is: a granted line, an advance taken back, or an instalment of a plan."""

rekening = Table(
    "rekening",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("houder", Text, nullable=False, comment="the provider, or the owner itself: what it pays from"),
    Column("begindatum", Date, nullable=False),
    Column("iban", Text, nullable=False),
    Column("naam", Text, nullable=False),
    Column("gemaakt_door", Text, nullable=False),
    Column("gemaakt_op", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("bevestigd_door", Text),
    Column("bevestigd_op", DateTime(timezone=True)),
    UniqueConstraint("eigenaar", "houder", "begindatum", "iban", "naam"),
    CheckConstraint("houder ~ '^([0-9]{4}|[0-9]{8})$'", name="houder"),
    CheckConstraint("bevestigd_door <> gemaakt_door", name="twee"),
    CheckConstraint("(bevestigd_door IS NULL) = (bevestigd_op IS NULL)", name="bevestigd"),
    comment="accounts that one person enters and another confirms; only ever added to",
)

taakbekostiging = Table(
    "taakbekostiging",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("nummer", Text, primary_key=True),
    Column("aanbieder", Text, nullable=False),
    Column("omschrijving", Text, nullable=False),
    Column("begindatum", Date, nullable=False),
    Column("einddatum", Date, nullable=False),
    Column("bedrag", BigInteger, nullable=False, comment="eurocents; the plan may not exceed it"),
    CheckConstraint("einddatum >= begindatum", name="periode"),
    CheckConstraint("bedrag >= 0", name="bedrag"),
    comment="a sum for a task or a subsidy: no person, no allocation, no declaratie",
)

betaaltermijn = Table(
    "betaaltermijn",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("taakbekostiging", Text, primary_key=True),
    Column("volgnummer", Integer, primary_key=True, autoincrement=False),
    Column("vervaldatum", Date, nullable=False, comment="from this day on it can be paid"),
    Column("bedrag", BigInteger, nullable=False, comment="eurocents; 0 when it was taken out of the plan"),
    Column("soort", Text, nullable=False),
    one_of("soort", TERMIJNEN),
    CheckConstraint("bedrag >= 0", name="bedrag"),
    ForeignKeyConstraint(["eigenaar", "taakbekostiging"], ["taakbekostiging.eigenaar", "taakbekostiging.nummer"]),
)

betaalvoorstel = Table(
    "betaalvoorstel",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("volgorde", BigInteger, Identity(always=True), nullable=False, comment="order of making"),
    Column("gemaakt_door", Text, nullable=False),
    Column("gemaakt_op", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("goedgekeurd_door", Text),
    Column("goedgekeurd_op", DateTime(timezone=True)),
    Column("ingetrokken_door", Text),
    Column("ingetrokken_op", DateTime(timezone=True)),
    Column("uitvoerdatum", Date, comment="the day that the bank is asked to pay"),
    Column("iban", Text, comment="of the account that is paid from, since the approval"),
    Column("naam", Text),
    CheckConstraint("goedgekeurd_door <> gemaakt_door", name="twee"),
    CheckConstraint("(goedgekeurd_door IS NULL) = (goedgekeurd_op IS NULL)", name="goedgekeurd"),
    CheckConstraint("(ingetrokken_door IS NULL) = (ingetrokken_op IS NULL)", name="ingetrokken"),
    CheckConstraint("goedgekeurd_op IS NULL OR num_nulls(uitvoerdatum, iban, naam) = 0", name="uitvoering"),
    Index(None, "eigenaar", "volgorde"),
    comment="what one person proposes to pay and another approves",
)

bankresultaat = Table(
    "bankresultaat",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("inhoud", LargeBinary, nullable=False, comment="SHA-256 of the file"),
    Column("gemaakt_door", Text, nullable=False),
    Column("gemaakt_op", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("eigenaar", "inhoud"),
    comment="each file with results of the bank",
)

betaling = Table(
    "betaling",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("betaalvoorstel", Uuid, nullable=False),
    Column("aanbieder", Text, nullable=False),
    Column("bedrag", BigInteger, nullable=False, comment="eurocents; 0 when an advance covers all"),
    Column("iban", Text, nullable=False),
    Column("naam", Text, nullable=False),
    Column("uitgevoerd_op", Date, comment="when the bank paid"),
    Column("vervallen_op", Date, comment="when it was withdrawn, rejected or returned"),
    Column("reden", Text, comment="the reason code of the bank, of what it rejected or returned"),
    Column("bankresultaat", Uuid, comment="the file that told so last"),
    Column("levend", Boolean, Computed("vervallen_op IS NULL", persisted=True), nullable=False),
    UniqueConstraint("eigenaar", "id", "levend"),
    UniqueConstraint("eigenaar", "betaalvoorstel", "aanbieder"),
    CheckConstraint("bedrag >= 0", name="bedrag"),
    CheckConstraint("vervallen_op >= uitgevoerd_op", name="volgorde"),
    ForeignKeyConstraint(["eigenaar", "betaalvoorstel"], ["betaalvoorstel.eigenaar", "betaalvoorstel.id"]),
    ForeignKeyConstraint(["eigenaar", "bankresultaat"], ["bankresultaat.eigenaar", "bankresultaat.id"]),
)

betaalregel = Table(
    "betaalregel",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("betaling", Uuid, primary_key=True),
    Column("nummer", Integer, primary_key=True, autoincrement=False, comment="position in the payment, from 1"),
    Column("levend", Boolean, nullable=False, comment="that of the payment, which its foreign key keeps"),
    Column("soort", Text, nullable=False),
    Column("standaard", Text),
    Column("declaratie", Uuid, comment="the message that the line stands in, or stood in"),
    Column("prestatie", Integer, comment="its position there"),
    Column("declaratie_nummer", Text),
    Column("referentie", Text, comment="ReferentieNummer of the line"),
    Column("taakbekostiging", Text),
    Column("termijn", Integer),
    Column("bedrag", BigInteger, nullable=False, comment="eurocents, credits and what is taken back negative"),
    one_of("soort", REGELS),
    CheckConstraint("soort <> 'prestatie' OR num_nulls(declaratie, prestatie) = 0", name="prestatie"),
    CheckConstraint("soort = 'prestatie' OR num_nulls(taakbekostiging, termijn) = 0", name="termijn"),
    CheckConstraint(
        "CASE soort WHEN 'verrekening' THEN bedrag < 0 WHEN 'prestatie' THEN true ELSE bedrag > 0 END", name="bedrag"
    ),
    ForeignKeyConstraint(
        ["eigenaar", "betaling", "levend"],
        ["betaling.eigenaar", "betaling.id", "betaling.levend"],
        onupdate="CASCADE",
    ),
    ForeignKeyConstraint(
        ["eigenaar", "taakbekostiging", "termijn"],
        ["betaaltermijn.eigenaar", "betaaltermijn.taakbekostiging", "betaaltermijn.volgnummer"],
    ),
    Index(
        "uq_betaalregel_prestatie",
        "eigenaar",
        "declaratie",
        "prestatie",
        unique=True,
        postgresql_where=text("levend AND soort = 'prestatie'"),
    ),
    Index(
        "uq_betaalregel_termijn",
        "eigenaar",
        "taakbekostiging",
        "termijn",
        unique=True,
        postgresql_where=text("levend AND soort IN ('termijn', 'voorschot')"),
    ),
    Index(
        "ix_betaalregel_verrekening",
        "eigenaar",
        "taakbekostiging",
        "termijn",
        postgresql_where=text("levend AND soort = 'verrekening'"),
    ),
    comment="what a payment is for: a granted line and an instalment stand in one live payment at most",
)
