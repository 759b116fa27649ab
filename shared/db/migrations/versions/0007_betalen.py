"""Payments: instalment plans, proposals, payments and what the bank says of them."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import protect, run

revision = "0007"
down_revision = "0006"

NEW: tuple[str, ...] = (
    "rekening",
    "taakbekostiging",
    "betaaltermijn",
    "betaalvoorstel",
    "bankresultaat",
    "betaling",
    "betaalregel",
)


def upgrade() -> None:
    """Create the tables, each seen by its organisation only."""
    run(Path(__file__).with_suffix(".sql"))
    for table in NEW:
        protect(table)


def downgrade() -> None:
    """Drop them."""
    for table in reversed(NEW):
        op.execute(f"DROP TABLE {table}")
