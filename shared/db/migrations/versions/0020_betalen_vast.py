"""What a second person approved or confirmed changes no more, whoever asks."""

from collections.abc import Mapping
from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0020"
down_revision = "0019"

VAST: Mapping[str, tuple[str, ...]] = {
    "rekening": ("bevestigd_door", "bevestigd_op"),
    "betaalvoorstel": (
        *("goedgekeurd_door", "goedgekeurd_op", "ingetrokken_door", "ingetrokken_op"),
        *("uitvoerdatum", "iban", "naam"),
    ),
    "betaling": ("uitgevoerd_op", "vervallen_op", "reden", "bankresultaat", "levend"),
    "betaalregel": ("levend",),
    "betaaltermijn": ("vervaldatum", "bedrag", "soort"),
}
"""The columns of each table that may change."""


def upgrade() -> None:
    """Make the function, and its trigger on each table."""
    run(Path(__file__).with_suffix(".sql"))
    for table, columns in VAST.items():
        when = "UPDATE" if table == "betaaltermijn" else "INSERT OR UPDATE"
        names = ", ".join(f"'{name}'" for name in columns)
        op.execute(f"CREATE TRIGGER vast BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION betalen_vast({names})")


def downgrade() -> None:
    """Drop them."""
    for table in VAST:
        op.execute(f"DROP TRIGGER vast ON {table}")
    op.execute("DROP FUNCTION betalen_vast")
    op.execute("ALTER TABLE betaling DROP CONSTRAINT ck_betaling_volgorde")
