"""What a provider delivered, entry by entry; the volume of a month is their sum."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    func,
)

from shared.db.metadata import metadata

verrichting = Table(
    "verrichting",
    metadata,
    Column("eigenaar", ForeignKey("organisatie.code"), primary_key=True),
    Column("kenmerk", Text, primary_key=True, comment="of the provider; the same again replaces the entry"),
    Column("levering", ForeignKey("levering.id", ondelete="CASCADE"), nullable=False, comment="the month it counts in"),
    Column("datum", Date, nullable=False, comment="day of delivery"),
    Column("volume", BigInteger, nullable=False, comment="0 withdraws it"),
    Column("eenheid", Text, nullable=False, comment="of the volume; minutes may count in a month of hours"),
    Column("vastgelegd", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("volume BETWEEN 0 AND 99999999", name="volume"),
)
Index(None, verrichting.c.levering)
