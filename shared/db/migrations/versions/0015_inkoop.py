"""What was bought can be taken away, as the history keeps it; an arrangement has the whole of a size or none."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0015"
down_revision = "0013"

REMEMBERED = (
    *("aanbieder", "onderaannemer", "contract", "product", "tarief"),
    *("arrangementmodel", "arrangement", "plafond"),
)


def upgrade() -> None:
    """Take away arrangements that cannot be allocated, let no other in, and let the services take rows away."""
    run(Path(__file__).with_suffix(".sql"))
    op.execute(f"GRANT DELETE ON {', '.join(REMEMBERED)} TO zorgketen_dienst")


def downgrade() -> None:
    """Have both as before."""
    op.execute(f"REVOKE DELETE ON {', '.join(REMEMBERED)} FROM zorgketen_dienst")
    op.execute(_BACK)


_BACK = """
ALTER TABLE arrangement DROP CONSTRAINT ck_arrangement_omvang;
ALTER TABLE arrangement ADD CONSTRAINT ck_arrangement_omvang CHECK ((product_code IS NULL) = (volume IS NULL))
"""
