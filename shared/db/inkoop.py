"""What an organisation bought or sells: providers, contracts, products, tariffs, arrangements and ceilings.

All of it is dated, and what is replaced is kept in `inkoop_historie`, so that a judgement can be explained later.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
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
    ScalarSelect,
    SmallInteger,
    Table,
    Text,
    and_,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint, array

from shared.db.metadata import metadata, one_of

STANDAARDEN = ("ijw", "iwmo")
TOETREDINGEN = ("open", "twee_momenten", "bij_tekort", "gesloten")
"""When a provider can still join: always, at two moments a year, when supply is missing, or not."""
BEKOSTIGINGEN = ("inspanning", "output", "taak")


def _owner() -> Column[str]:
    return Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True, comment="whose copy this is")


def _recorded() -> Column[object]:
    return Column("vastgelegd_op", DateTime(timezone=True), nullable=False, server_default=func.now())


def _no_overlap(table: str, *columns: str) -> ExcludeConstraint:
    """Rows that are the same in these columns have no day in common.

    The columns stand in one expression: in an index of the columns themselves Postgres would look rows up, as it deems
    GiST cheap, and that takes ten times as long as in a btree.
    """
    same = " || ',' || ".join(f"quote_literal({column})" for column in ("eigenaar", *columns))
    days = (text("daterange(begindatum, einddatum, '[]')"), "&&")
    return ExcludeConstraint((text(f"({same})"), "="), days, name=f"ex_{table}_periode", using="gist")


def _period() -> CheckConstraint:
    return CheckConstraint("einddatum >= begindatum", name="periode")


aanbieder = Table(
    "aanbieder",
    metadata,
    _owner(),
    Column("agb", Text, primary_key=True),
    Column("naam", Text, nullable=False),
    _recorded(),
)

onderaannemer = Table(
    "onderaannemer",
    metadata,
    _owner(),
    Column("aanbieder", Text, primary_key=True, comment="the main contractor, who is responsible"),
    Column("agb", Text, primary_key=True),
    Column("naam", Text, nullable=False),
    Column("begindatum", Date, primary_key=True),
    Column("einddatum", Date),
    _recorded(),
    ForeignKeyConstraint(["eigenaar", "aanbieder"], ["aanbieder.eigenaar", "aanbieder.agb"]),
    _period(),
    _no_overlap("onderaannemer", "aanbieder", "agb"),
)

contract = Table(
    "contract",
    metadata,
    _owner(),
    Column("nummer", Text, primary_key=True),
    Column("tegenpartij", Text, comment="empty: a framework, whose tariffs hold for the contracts that name it"),
    Column("standaard", Text, nullable=False),
    Column("begindatum", Date, nullable=False),
    Column("einddatum", Date, comment="of what is delivered and paid, with the options that were used"),
    Column("perceel", Text, nullable=False, server_default="", comment="the lot"),
    Column("raamcontract", Text),
    Column("instroom_tot", Date, comment="last day on which new care may begin; what runs is finished"),
    Column("toetreding", Text, nullable=False, server_default="open"),
    Column(
        "toetreding_momenten",
        ARRAY(Text),
        nullable=False,
        server_default="{}",
        comment="MM-DD of the days on which a provider can join",
    ),
    Column("opties", SmallInteger, nullable=False, server_default="0", comment="how often it can be extended"),
    Column("optie_maanden", SmallInteger, nullable=False, server_default="0", comment="by how much each time"),
    Column("opties_gebruikt", SmallInteger, nullable=False, server_default="0"),
    Column("acceptatieplicht", Boolean, nullable=False, server_default="false"),
    Column("wachttijdmelding", Boolean, nullable=False, server_default="false"),
    _recorded(),
    ForeignKeyConstraint(["eigenaar", "raamcontract"], ["contract.eigenaar", "contract.nummer"]),
    one_of("standaard", STANDAARDEN),
    one_of("toetreding", TOETREDINGEN),
    CheckConstraint("opties_gebruikt BETWEEN 0 AND opties", name="opties"),
    CheckConstraint("optie_maanden BETWEEN 0 AND 120", name="optie_maanden"),
    CheckConstraint("instroom_tot BETWEEN begindatum AND einddatum", name="instroom"),
    _period(),
    _no_overlap("contract", "tegenpartij", "standaard", "perceel"),
    Index("ix_contract_partijen", "eigenaar", "tegenpartij", "standaard"),
)

product = Table(
    "product",
    metadata,
    _owner(),
    Column("standaard", Text, primary_key=True),
    Column("product_categorie", Text, primary_key=True),
    Column("product_code", Text, primary_key=True, comment="empty: the category as a whole (aspecific)"),
    Column("naam", Text, nullable=False),
    Column("perceel", Text, nullable=False, server_default="", comment="the lot it is bought in; empty: any"),
    Column("eenheid", Text, comment="unit in which it is allocated; empty: by budget"),
    Column("frequentie", Text),
    Column("bekostiging", Text, nullable=False),
    Column("landelijk", Boolean, nullable=False, server_default="false", comment="on the national product list"),
    Column("levertermijn", SmallInteger, comment="working days from allocation to start or delivery"),
    Column("onderhoudstermijn", SmallInteger, comment="working days from a report to maintenance or repair"),
    Column("eigen_bijdrage", Boolean, nullable=False, server_default="false"),
    Column("begindatum", Date, primary_key=True),
    Column("einddatum", Date),
    _recorded(),
    one_of("standaard", STANDAARDEN),
    one_of("bekostiging", BEKOSTIGINGEN),
    CheckConstraint("levertermijn BETWEEN 0 AND 520", name="levertermijn"),
    CheckConstraint("onderhoudstermijn BETWEEN 0 AND 520", name="onderhoudstermijn"),
    _period(),
    _no_overlap("product", "standaard", "product_categorie", "product_code"),
)

tarief = Table(
    "tarief",
    metadata,
    Column("eigenaar", Text, primary_key=True),
    Column("contract", Text, primary_key=True),
    Column("product_categorie", Text, primary_key=True),
    Column("product_code", Text, primary_key=True),
    Column("eenheid", Text, primary_key=True),
    Column("begindatum", Date, primary_key=True),
    Column("einddatum", Date),
    Column("tarief", BigInteger, nullable=False, comment="eurocents per unit"),
    _recorded(),
    ForeignKeyConstraint(["eigenaar", "contract"], ["contract.eigenaar", "contract.nummer"]),
    CheckConstraint("tarief BETWEEN 0 AND 99999999", name="tarief"),
    _period(),
    _no_overlap("tarief", "contract", "product_categorie", "product_code", "eenheid"),
)

arrangementmodel = Table(
    "arrangementmodel",
    metadata,
    _owner(),
    Column("model", Text, primary_key=True),
    Column("standaard", Text, nullable=False),
    Column("naam", Text, nullable=False),
    Column("assen", JSONB, nullable=False, comment="the axes, each with its values"),
    Column(
        "gebieden",
        JSONB(none_as_null=True),
        comment="the result areas, and which value of which axis follows from their number",
    ),
    _recorded(),
    one_of("standaard", STANDAARDEN),
)

arrangement = Table(
    "arrangement",
    metadata,
    _owner(),
    Column("model", Text, primary_key=True),
    Column("assen", JSONB, primary_key=True, comment="a value of each axis of the model"),
    Column("product_categorie", Text, comment="empty: a generic allocation"),
    Column("product_code", Text),
    Column("volume", BigInteger),
    Column("eenheid", Text),
    Column("frequentie", Text),
    Column("budget", BigInteger, comment="eurocents, when there is no volume"),
    Column("maanden", SmallInteger, comment="how long it runs; empty: open"),
    Column("begindatum", Date, primary_key=True),
    Column("einddatum", Date),
    _recorded(),
    ForeignKeyConstraint(["eigenaar", "model"], ["arrangementmodel.eigenaar", "arrangementmodel.model"]),
    CheckConstraint("num_nulls(product_code, volume, eenheid, frequentie) IN (0, 4)", name="omvang"),
    _period(),
    _no_overlap("arrangement", "model", "assen::text"),
)

plafond = Table(
    "plafond",
    metadata,
    _owner(),
    Column("naam", Text, primary_key=True),
    Column("standaard", Text, nullable=False),
    Column("aanbieder", Text, comment="empty: all"),
    Column("perceel", Text, comment="empty: all"),
    Column("product_categorie", Text, comment="empty: all"),
    Column("product_code", Text, comment="empty: all"),
    Column("bedrag", BigInteger, nullable=False, comment="eurocents over the period"),
    Column("waarschuw_bij", SmallInteger, nullable=False, server_default="80", comment="percentage"),
    Column("begindatum", Date, primary_key=True),
    Column("einddatum", Date, nullable=False),
    _recorded(),
    one_of("standaard", STANDAARDEN),
    CheckConstraint("waarschuw_bij BETWEEN 1 AND 100", name="waarschuw_bij"),
    CheckConstraint("bedrag > 0", name="bedrag"),
    _period(),
    _no_overlap("plafond", "naam"),
)

regio = Table(
    "regio",
    metadata,
    _owner(),
    Column("centrum", Text, nullable=False, comment="the municipality that keeps all this for the region"),
    CheckConstraint("centrum <> eigenaar", name="ander"),
    Index(None, "centrum"),
)

regio_lid = Table(
    "regio_lid",
    metadata,
    _owner(),
    Column("gemeente", Text, primary_key=True, comment="may have the owner keep its purchase data"),
    CheckConstraint("gemeente <> eigenaar", name="ander"),
)

inkoop_historie = Table(
    "inkoop_historie",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("volgnummer", BigInteger, Identity(always=True), primary_key=True),
    Column("tabel", Text, nullable=False),
    Column("rij", JSONB, nullable=False, comment="as it was"),
    Column("vervangen_op", DateTime(timezone=True), nullable=False),
    Column("door", Text, nullable=False),
    Index(None, "eigenaar", "tabel", "vervangen_op"),
    comment="every row of this subject that was replaced or taken away; a trigger writes it",
)


def holds_on(row: Any, day: Any) -> ColumnElement[bool]:
    """The condition that the period of a row has a day in it."""
    return and_(row.c.begindatum <= day, or_(row.c.einddatum.is_(None), row.c.einddatum >= day))


def levertermijn(allocation: Any) -> ScalarSelect[int]:
    """The term of delivery of an allocation's product in working days, of its code before that of its category."""
    row, day = product.c, cast(allocation.c.ingangsdatum, Date)
    query = select(row.levertermijn).where(
        row.eigenaar == allocation.c.eigenaar,
        row.standaard == allocation.c.standaard,
        row.product_categorie == allocation.c.product_categorie,
        row.product_code.in_((func.coalesce(allocation.c.product_code, ""), literal(""))),
        holds_on(product, day),
        row.levertermijn.is_not(None),
    )
    return query.order_by(row.product_code.desc()).limit(1).scalar_subquery()


def prices(row: Any, agreed: Any) -> ColumnElement[bool]:
    """The condition that a tariff holds under a contract: it is its own, or that of its framework.

    Said with an array, as then Postgres looks both up by the index; of an OR it makes a filter.
    """
    either = array([agreed.c.nummer, agreed.c.raamcontract])
    return and_(agreed.c.eigenaar == row.c.eigenaar, row.c.contract == any_(either))


def preference(row: Any, agreed: Any) -> tuple[Any, ...]:
    """Which of several tariffs goes first: that of the contract itself before its framework, then by its number."""
    return (row.c.contract != agreed.c.nummer, row.c.contract)
