"""An organisation may work on a public holiday."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add what tells it from a day off."""
    run(Path(__file__).with_suffix(".sql"))


def downgrade() -> None:
    """Drop it, with the days that would become days off."""
    op.execute("DELETE FROM vrije_dag WHERE werkdag")
    op.execute("ALTER TABLE vrije_dag DROP COLUMN werkdag")
