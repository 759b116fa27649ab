"""The ledger: organisations, messages, their rows, findings, contracts and deliveries."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

TABLES = Path(__file__).with_name("0001_ledger.sql")


def upgrade() -> None:
    """Create the tables as they were frozen in the SQL file beside this one."""
    op.get_bind().exec_driver_sql(TABLES.read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    """Drop what `upgrade` made, in one statement each, whatever refers to it."""
    names = [line.split()[2] for line in TABLES.read_text("utf-8").splitlines() if line.startswith("CREATE TABLE ")]
    op.execute("DROP TABLE " + ", ".join(names) + " CASCADE")
    sequences = [line.split()[2] for line in TABLES.read_text("utf-8").splitlines() if line.startswith("CREATE SEQ")]
    op.execute("DROP SEQUENCE " + ", ".join(name.rstrip(";") for name in sequences))
