"""What takes the place of an allocation says so, so that nothing of it is handed out twice."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column and its index."""
    run(Path(__file__).with_suffix(".sql"))


def downgrade() -> None:
    """Drop them."""
    op.execute("ALTER TABLE besluit DROP COLUMN voorganger")
