"""The lines of an allocation are found by their product period too, however long its history (TR389)."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0011"
down_revision = "0010"

BEFORE = "ix_prestatie_toewijzing_nummer_eigenaar_standaard_tegenpartij"


def upgrade() -> None:
    """Make the index, and drop the one that it takes the place of."""
    run(Path(__file__).with_suffix(".sql"))


def downgrade() -> None:
    """Have the one of before."""
    op.execute(f"CREATE INDEX {BEFORE} ON prestatie (toewijzing_nummer, eigenaar, standaard, tegenpartij)")
    op.execute("DROP INDEX ix_prestatie_toewijzing")
