"""Whether a payment still takes lines is asked once of each payment, not of each of its thousands of lines."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """A trigger per statement for lines that are added; what stands there changes no more, as before."""
    run(Path(__file__).with_suffix(".sql"))


def downgrade() -> None:
    """Back to a trigger for each line."""
    op.execute("DROP TRIGGER open ON betaalregel")
    op.execute("DROP TRIGGER vast ON betaalregel")
    op.execute("DROP FUNCTION betaling_is_open")
    each = "BEFORE INSERT OR UPDATE ON betaalregel FOR EACH ROW"
    op.execute(f"CREATE TRIGGER vast {each} EXECUTE FUNCTION betalen_vast('levend')")
