"""The ledger: messages as bytes and as rows, and the few tables beside it.

The tables of classes (toegewezen_product, prestatie, …) are made from the catalogue, so a new element of
the standard is a new column and nothing else. Each row belongs to an organisation: its
`eigenaar`, as Contact has an element Organisatie of its own.
"""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    func,
    literal_column,
    text,
)

from shared.db import inkoop
from shared.db.betalen import (
    bankresultaat,
    betaalregel,
    betaaltermijn,
    betaalvoorstel,
    betaling,
    rekening,
    taakbekostiging,
)
from shared.db.levensloop import omzetting, omzettingsregel
from shared.db.leveringen import verrichting
from shared.db.lokaal import lokale_regel, vraag
from shared.db.metadata import metadata, one_of
from shared.db.termijnen import resultaat, signaal, vrije_dag
from shared.db.toewijzen import besluit, pgb, toewijsgrens, toewijzingsvoorstel
from shared.db.trust import bewaartermijn, herhaling, opschoning, persoon, storing, toegang, verwerking
from shared.standard.catalogue import messages, snake

__all__ = [
    "bankresultaat",
    "besluit",
    "betaalregel",
    "betaaltermijn",
    "betaalvoorstel",
    "betaling",
    "bewaartermijn",
    "herhaling",
    "lokale_regel",
    "metadata",
    "omzetting",
    "omzettingsregel",
    "opschoning",
    "persoon",
    "pgb",
    "rekening",
    "resultaat",
    "signaal",
    "storing",
    "taakbekostiging",
    "toegang",
    "toewijsgrens",
    "toewijzingsvoorstel",
    "verrichting",
    "verwerking",
    "vraag",
    "vrije_dag",
]

contract, tarief = inkoop.contract, inkoop.tarief

RICHTINGEN = ("inkomend", "uitgaand")
STATUSSEN = ("ontvangen", "gecontroleerd", "klaar", "afgeleverd", "goedgekeurd", "afgekeurd", "mislukt")
"""inkomend: ontvangen → gecontroleerd → goedgekeurd | afgekeurd;
uitgaand: klaar → afgeleverd → goedgekeurd | afgekeurd, or mislukt when it could not be delivered."""
GELDIG = ("klaar", "afgeleverd", "goedgekeurd")
"""The statuses in which what a message says holds."""


def among(row: ColumnElement[str], words: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a column has one of some words of ours, written out.

    Of `in_` SQLAlchemy makes parameters at each execution, which takes longer than the whole of a small SELECT.
    """
    return row.op("IN", is_comparison=True)(literal_column(f"({', '.join(map(repr, words))})"))


def geldig(status: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that what a message says holds, by its status."""
    return among(status, GELDIG)


organisatie = Table(
    "organisatie",
    metadata,
    Column("code", Text, primary_key=True, comment="CBS code (4 digits) or AGB code (8 digits)"),
    Column("naam", Text, nullable=False),
    Column("hier", Boolean, nullable=False, comment="served by this installation"),
    Column("kanaal", Text, nullable=False, comment="how messages reach it"),
    Column("adres", Text, nullable=False, server_default="", comment="folder or URL of the channel"),
    one_of("kanaal", ("lokaal", "map", "http")),
    CheckConstraint("code ~ '^([0-9]{4}|[0-9]{8})$'", name="code"),
    CheckConstraint("hier OR kanaal <> 'lokaal'", name="lokaal"),
)

bericht = Table(
    "bericht",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("volgorde", BigInteger, Identity(always=True), nullable=False, comment="order of storing"),
    Column("eigenaar", ForeignKey("organisatie.code"), nullable=False, comment="whose row this is"),
    Column("tegenpartij", Text, nullable=False, comment="the other party of the exchange"),
    Column("richting", Text, nullable=False),
    Column("standaard", Text, nullable=False),
    Column("soort", Text, nullable=False, comment="301 … 325"),
    Column("identificatie", Text, nullable=False),
    Column("dagtekening", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("xml", LargeBinary, nullable=False, comment="the exact bytes, sealed"),
    Column("sleutel", Text, comment="key of the delivery, so that a repeated one is recognised"),
    Column("antwoord_op", Uuid, comment="the heen message that this one answers"),
    Column("aangemaakt", DateTime(timezone=True), nullable=False, server_default=func.now()),
    one_of("richting", RICHTINGEN),
    one_of("standaard", ("ijw", "iwmo")),
    one_of("status", STATUSSEN),
    UniqueConstraint("eigenaar", "id"),
    UniqueConstraint("eigenaar", "sleutel"),
    UniqueConstraint("eigenaar", "antwoord_op"),
    ForeignKeyConstraint(["eigenaar", "antwoord_op"], ["bericht.eigenaar", "bericht.id"]),
    Index(None, "eigenaar", "richting", "standaard", "soort", "identificatie"),
    Index(None, "eigenaar", "volgorde"),
    Index(
        "ix_bericht_open",
        "eigenaar",
        "richting",
        postgresql_where=text(
            "status IN ('ontvangen', 'gecontroleerd', 'afgeleverd')"
            " AND soort IN ('301', '305', '307', '315', '317', '319', '323')"
        ),
    ),
)

identificatie = Table(
    "identificatie",
    metadata,
    Column("eigenaar", Text, primary_key=True),
    Column("afzender", Text, primary_key=True),
    Column("standaard", Text, primary_key=True),
    Column("soort", Text, primary_key=True),
    Column("identificatie", Text, primary_key=True),
    Column("bericht", Uuid, nullable=False),
    ForeignKeyConstraint(["eigenaar", "bericht"], ["bericht.eigenaar", "bericht.id"]),
    comment="TR056: the first message that a sender used an Identificatie for",
)

bevinding = Table(
    "bevinding",
    metadata,
    Column("eigenaar", Text, nullable=False),
    Column("bericht", Uuid, primary_key=True),
    Column("klasse", Text, primary_key=True),
    Column("volgnummer", Integer, primary_key=True),
    Column("code", Text, primary_key=True, comment="rule code, or the return code where no rule is known"),
    Column("niveau", SmallInteger, nullable=False),
    Column("retourcode", Text, nullable=False),
    ForeignKeyConstraint(["eigenaar", "bericht"], ["bericht.eigenaar", "bericht.id"]),
    comment="what is wrong with a class of a message, found by us or told by the other party",
)

_TYPES = {"string": Text, "integer": BigInteger, "date": Date, "time": Time}
_SKIPPED = {"Root", "Header", "RetourCodes", "DeclaratieAntwoord"}


def _class_columns() -> dict[str, dict[str, type]]:
    found: dict[str, dict[str, type]] = {}
    for message in messages().values():
        for kind in message.classes.values():
            if kind.name not in _SKIPPED and not kind.container:
                fields = {name: _TYPES[leaf.type.base] for name, leaf in kind.fields.items()}
                found.setdefault(kind.name, {}).update(fields)
    return found


_EXCHANGE = ("eigenaar", "standaard", "tegenpartij")
_INDEXES: dict[str, tuple[str, ...]] = {
    "ToegewezenProduct": ("toewijzing_nummer", "bsn", "referentie_aanbieder"),
    "AangevraagdProduct": ("referentie_aanbieder", "bsn"),
    "Verzoek": ("referentie_aanbieder", "bsn"),
    "Antwoord": ("referentie_aanbieder",),
    "Declaratie": ("declaratie_nummer",),
    "StartProduct": ("toewijzing_nummer",),
    "StopProduct": ("toewijzing_nummer",),
    "Prestatie": ("product_referentie_referentie_nummer",),
    "Client": ("bsn",),
}
"""What each class is looked up by, beside the exchange that it belongs to. It stands first in its index: Postgres
then never walks through a whole exchange for want of statistics."""


_BY_TRIGGER = ("Client", "Prestatie")
"""The classes of which a message has thousands: that it is there is asked once of each statement (revision 0023)."""


def _class_table(name: str, columns: dict[str, type]) -> Table:
    table = Table(
        snake(name),
        metadata,
        Column("eigenaar", Text, nullable=False),
        Column("bericht", Uuid, primary_key=True),
        Column("volgnummer", Integer, primary_key=True, comment="position among its class in the message, from 1"),
        Column("standaard", Text, nullable=False),
        Column("tegenpartij", Text, nullable=False),
        Column("ouder", Integer, comment="volgnummer of the class above"),
        *([] if "bsn" in columns else [Column("bsn", Text, comment="of the Client that it stands in")]),
        *[Column(column, kind) for column, kind in columns.items()],
    )
    if name not in _BY_TRIGGER:
        table.append_constraint(ForeignKeyConstraint(["eigenaar", "bericht"], ["bericht.eigenaar", "bericht.id"]))
    for column in _INDEXES.get(name, ()):
        Index(None, table.c[column], *(table.c[part] for part in _EXCHANGE))
    return table


classes = {name: _class_table(name, columns) for name, columns in _class_columns().items()}
"""The table of each class of the standard, by the name of the class."""

client, toegewezen_product = classes["Client"], classes["ToegewezenProduct"]
start_product, stop_product = classes["StartProduct"], classes["StopProduct"]
declaratie, prestatie = classes["Declaratie"], classes["Prestatie"]
Index(
    "ix_prestatie_toewijzing",
    *(prestatie.c[name] for name in ("toewijzing_nummer", *_EXCHANGE, "product_periode_begindatum")),
)
Index("ix_declaratie_maand", *(declaratie.c[name] for name in ("declaratie_periode_begindatum", *_EXCHANGE)))
Index(
    "ix_prestatie_credit",
    *(prestatie.c[name] for name in ("product_referentie_vorig_referentie_nummer", *_EXCHANGE)),
    postgresql_where=prestatie.c.ingediend_bedrag_debet_credit == "C",
)

levering = Table(
    "levering",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("eigenaar", ForeignKey("organisatie.code"), nullable=False),
    Column("standaard", Text, nullable=False),
    Column("tegenpartij", Text, nullable=False),
    Column("toewijzing_nummer", BigInteger, nullable=False),
    Column("product_categorie", Text, nullable=False),
    Column("product_code", Text, nullable=False),
    Column("begindatum", Date, nullable=False, comment="first day of the product period (IV089)"),
    Column("einddatum", Date, nullable=False),
    Column("eenheid", Text, nullable=False),
    Column("volume", BigInteger, nullable=False, comment="delivered in the period; 0 withdraws it"),
    Column("vastgelegd", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint(
        "eigenaar",
        "standaard",
        "tegenpartij",
        "toewijzing_nummer",
        "product_categorie",
        "product_code",
        "begindatum",
    ),
    CheckConstraint("einddatum >= begindatum", name="periode"),
    CheckConstraint("volume BETWEEN 0 AND 99999999", name="volume"),
)

SEQUENCES = ("identificatie_nummer", "toewijzing_nummer", "declaratie_nummer", "referentie_nummer")
"""Numbers that are given out once in an installation."""
