"""Personal budgets can be ended, and are there once for a product and a day; a proposal may be of an unknown amount."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Join those that overlap, forbid it, and let the services take one back."""
    op.execute("ALTER TABLE pgb NO FORCE ROW LEVEL SECURITY")
    run(Path(__file__).with_suffix(".sql"))
    op.execute("ALTER TABLE pgb FORCE ROW LEVEL SECURITY")
    op.execute("GRANT DELETE ON pgb TO zorgketen_dienst")


def downgrade() -> None:
    """Allow what overlaps again; what is not known counts as nothing."""
    op.execute("COMMENT ON COLUMN toewijzingsvoorstel.bedrag IS 'eurocents that it commits'")
    op.execute("ALTER TABLE toewijzingsvoorstel NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE toewijzingsvoorstel SET bedrag = 0 WHERE bedrag IS NULL")
    op.execute("ALTER TABLE toewijzingsvoorstel FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE toewijzingsvoorstel ALTER COLUMN bedrag SET NOT NULL")
    op.execute("REVOKE DELETE ON pgb FROM zorgketen_dienst")
    op.execute("ALTER TABLE pgb DROP CONSTRAINT ex_pgb_periode")
