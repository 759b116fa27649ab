"""A local rule on volume has a unit."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0017"
down_revision = "0013"


def upgrade() -> None:
    """Add the unit; rules that were there get hours."""
    run(Path(__file__).with_suffix(".sql"))


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE lokale_regel DROP COLUMN eenheid")
