"""What was bought can be taken away; moments of entry, maintenance terms, result areas; a size is whole or none."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0018"
down_revision = "0017"

REMEMBERED = (
    *("aanbieder", "onderaannemer", "contract", "product", "tarief"),
    *("arrangementmodel", "arrangement", "plafond"),
)


def upgrade() -> None:
    """Add the columns, take away arrangements that cannot be allocated, and let the services take rows away."""
    run(Path(__file__).with_suffix(".sql"))
    op.execute(f"GRANT DELETE ON {', '.join(REMEMBERED)} TO zorgketen_dienst")


def downgrade() -> None:
    """Have all as before."""
    op.execute(f"REVOKE DELETE ON {', '.join(REMEMBERED)} FROM zorgketen_dienst")
    op.execute(_BACK)


_BACK = """
ALTER TABLE contract DROP COLUMN toetreding_momenten;
ALTER TABLE product DROP COLUMN onderhoudstermijn;
ALTER TABLE arrangementmodel DROP COLUMN gebieden;
ALTER TABLE arrangement DROP CONSTRAINT ck_arrangement_omvang;
ALTER TABLE arrangement ADD CONSTRAINT ck_arrangement_omvang CHECK ((product_code IS NULL) = (volume IS NULL))
"""
