"""How long is kept, and deleting what two persons agree on."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import protect

revision = "0005"
down_revision = "0004"

TABLES = Path(__file__).with_name("0005_retention.sql")


def upgrade() -> None:
    """Create the tables, and the one function that deletes: it runs as the owner, for who may not delete by itself."""
    op.get_bind().exec_driver_sql(TABLES.read_text("utf-8").replace("%", "%%"))
    op.execute("REVOKE ALL ON FUNCTION opschonen FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION opschonen TO zorgketen_dienst")
    for table in ("bewaartermijn", "opschoning"):
        protect(table)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP FUNCTION opschonen")
    op.execute("DROP TABLE bewaartermijn, opschoning")
