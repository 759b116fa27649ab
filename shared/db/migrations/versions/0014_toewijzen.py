"""Personal budgets can be ended, and are there once for a product and a day."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Join those that overlap, forbid it, and let the services take one back."""
    op.execute("ALTER TABLE pgb NO FORCE ROW LEVEL SECURITY")
    run(Path(__file__).with_suffix(".sql"))
    op.execute("ALTER TABLE pgb FORCE ROW LEVEL SECURITY")
    op.execute("GRANT DELETE ON pgb TO zorgketen_dienst")


def downgrade() -> None:
    """Allow what overlaps again."""
    op.execute("REVOKE DELETE ON pgb FROM zorgketen_dienst")
    op.execute("ALTER TABLE pgb DROP CONSTRAINT ex_pgb_periode")
