"""An arrangement has the whole of a size or none; one with a part of it, which no message can carry, goes."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0015"
down_revision = "0013"


def upgrade() -> None:
    """Take away what cannot be allocated (the history keeps it), and let no other in."""
    run(Path(__file__).with_suffix(".sql"))


def downgrade() -> None:
    """Let it in again."""
    op.execute(_BACK)


_BACK = """
ALTER TABLE arrangement DROP CONSTRAINT ck_arrangement_omvang;
ALTER TABLE arrangement ADD CONSTRAINT ck_arrangement_omvang CHECK ((product_code IS NULL) = (volume IS NULL))
"""
