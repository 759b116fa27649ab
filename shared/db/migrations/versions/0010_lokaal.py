"""Local rules of a municipality, and lines that wait for a person."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import protect, run

revision = "0010"
down_revision = "0009"

NEW = ("lokale_regel", "vraag")


def upgrade() -> None:
    """Create the tables, each seen by its organisation only."""
    run(Path(__file__).with_suffix(".sql"))
    for table in NEW:
        protect(table)


def downgrade() -> None:
    """Drop them."""
    for table in reversed(NEW):
        op.execute(f"DROP TABLE {table}")
