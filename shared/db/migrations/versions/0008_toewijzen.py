"""What a municipality decides beside the message: the access, proposals for a second person, personal budgets."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import protect, run

revision = "0008"
down_revision = "0007"

NEW = ("besluit", "toewijsgrens", "toewijzingsvoorstel", "pgb")


def upgrade() -> None:
    """Create the tables, each seen by its organisation only."""
    run(Path(__file__).with_suffix(".sql"))
    for table in NEW:
        protect(table)


def downgrade() -> None:
    """Drop them."""
    for table in reversed(NEW):
        op.execute(f"DROP TABLE {table}")
