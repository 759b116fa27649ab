"""Whether the message of clients and lines is there is asked once of each message, not of each row (ADR 0017)."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0023"
down_revision = "0022"

TABLES = {"bericht": "id", "client": "bericht", "prestatie": "bericht"}
"""The column of each that says which message."""


def upgrade() -> None:
    """Triggers in the place of the foreign keys of the two large tables."""
    run(Path(__file__).with_suffix(".sql"))
    for table, column in TABLES.items():
        moves = f"(OLD.eigenaar, OLD.{column}) IS DISTINCT FROM (NEW.eigenaar, NEW.{column})"
        op.execute(
            f"CREATE TRIGGER blijft BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({moves}) EXECUTE FUNCTION blijft()"
        )
        if table != "bericht":
            op.execute(
                f"CREATE TRIGGER bericht AFTER INSERT ON {table} REFERENCING NEW TABLE AS nieuw"
                " FOR EACH STATEMENT EXECUTE FUNCTION bericht_is_er()"
            )
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT fk_{table}_eigenaar_bericht")


def downgrade() -> None:
    """Back to foreign keys."""
    for table in TABLES:
        op.execute(f"DROP TRIGGER blijft ON {table}")
        if table != "bericht":
            op.execute(f"DROP TRIGGER bericht ON {table}")
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_eigenaar_bericht"
                " FOREIGN KEY (eigenaar, bericht) REFERENCES bericht (eigenaar, id)"
            )
    op.execute("DROP TRIGGER leeg ON bericht")
    for function in ("bericht_is_er", "bericht_is_leeg", "blijft"):
        op.execute(f"DROP FUNCTION {function}")
