"""Terms, days off and outcomes."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import protect, run

revision = "0009"
down_revision = "0008"

NEW: tuple[str, ...] = ("vrije_dag", "signaal", "resultaat")


def upgrade() -> None:
    """Create the tables, each seen by its organisation only."""
    run(Path(__file__).with_suffix(".sql"))
    for table in NEW:
        protect(table)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX ix_bericht_open")
    for table in reversed(NEW):
        op.execute(f"DROP TABLE {table}")
