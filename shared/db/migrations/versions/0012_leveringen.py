"""What a provider delivered, entry by entry."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import protect, run

revision = "0012"
down_revision = "0011"

NEW: tuple[str, ...] = ("verrichting",)


def upgrade() -> None:
    """Create the tables, each seen by its organisation only."""
    run(Path(__file__).with_suffix(".sql"))
    for table in NEW:
        protect(table)


def downgrade() -> None:
    """Drop them."""
    for table in reversed(NEW):
        op.execute(f"DROP TABLE {table}")
