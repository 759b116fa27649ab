"""Sets of allocations that change together in one reviewed step."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import protect, run

revision = "0013"
down_revision = "0012"

NEW: tuple[str, ...] = ("omzetting", "omzettingsregel")


def upgrade() -> None:
    """Create the tables, each seen by its organisation only."""
    run(Path(__file__).with_suffix(".sql"))
    for table in NEW:
        protect(table)


def downgrade() -> None:
    """Drop them."""
    for table in reversed(NEW):
        op.execute(f"DROP TABLE {table}")
