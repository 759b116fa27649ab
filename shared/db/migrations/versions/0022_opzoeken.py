"""What was bought is looked up by btree indexes: those of the exclusion constraints are of one expression each."""

from alembic import op

revision = "0022"
down_revision = "0021"

TABLES = {
    "onderaannemer": ("aanbieder", "agb"),
    "contract": ("tegenpartij", "standaard", "perceel"),
    "product": ("standaard", "product_categorie", "product_code"),
    "tarief": ("contract", "product_categorie", "product_code", "eenheid"),
    "arrangement": ("model", "assen::text"),
    "plafond": ("naam",),
}


def _exclude(table: str, same: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ex_{table}_periode")
    days = "daterange(begindatum, einddatum, '[]') WITH &&"
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ex_{table}_periode EXCLUDE USING gist ({same}, {days})")


def upgrade() -> None:
    """Put the columns of each constraint in one expression; look contracts up by their parties."""
    for table, columns in TABLES.items():
        one = " || ',' || ".join(f"quote_literal({column})" for column in ("eigenaar", *columns))
        _exclude(table, f"({one}) WITH =")
    op.execute("CREATE INDEX ix_contract_partijen ON contract (eigenaar, tegenpartij, standaard)")


def downgrade() -> None:
    """Back to a column each."""
    op.execute("DROP INDEX ix_contract_partijen")
    for table, columns in TABLES.items():
        _exclude(table, ", ".join(f"({column}) WITH =" for column in ("eigenaar", *columns)))
