"""A local rule on volume has a unit, and what a rule refused is kept with what it found."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the unit, hours for rules that were there, and let a hit be without a question."""
    run(Path(__file__).with_suffix(".sql"))


def downgrade() -> None:
    """Drop it, and the hits without a question."""
    op.execute(_BACK)


_BACK = """
ALTER TABLE lokale_regel DROP COLUMN eenheid;
ALTER TABLE vraag NO FORCE ROW LEVEL SECURITY;
DELETE FROM vraag WHERE uiterlijk IS NULL;
ALTER TABLE vraag FORCE ROW LEVEL SECURITY;
ALTER TABLE vraag DROP CONSTRAINT ck_vraag_uiterlijk;
ALTER TABLE vraag ALTER COLUMN uiterlijk SET NOT NULL;
COMMENT ON COLUMN vraag.uiterlijk IS 'last day to decide; after it the line is granted';
COMMENT ON TABLE vraag IS 'a line of a declaratie that a local rule puts before a person'
"""
