"""A line of the processing log tells of all persons in an object, not of one."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import run

revision = "0014"
down_revision = "0013"

FUNCTION = Path(__file__).with_name("0005_retention.sql")


def upgrade() -> None:
    """Make the person of each line a list; the function that deletes looks in it."""
    run(Path(__file__).with_suffix(".sql"))


def downgrade() -> None:
    """Write the persons of a line one after the other, as the hash of the line has them."""
    op.execute("DROP INDEX ix_verwerking_onderwerp_eigenaar")
    op.execute("ALTER TABLE verwerking ALTER COLUMN betrokkenen DROP NOT NULL")
    op.execute("ALTER TABLE verwerking RENAME COLUMN betrokkenen TO betrokkene")
    op.execute("ALTER TABLE verwerking ALTER COLUMN betrokkene SET NOT NULL")
    op.execute("ALTER TABLE verwerking ALTER COLUMN betrokkene TYPE TEXT USING array_to_string(betrokkene, ' ')")
    op.execute("COMMENT ON COLUMN verwerking.betrokkene IS 'pseudonym of the person'")
    op.execute(
        "CREATE INDEX ix_verwerking_betrokkene_eigenaar_volgnummer ON verwerking (betrokkene, eigenaar, volgnummer)"
    )
    function = FUNCTION.read_text("utf-8").partition("CREATE FUNCTION")[2]
    op.get_bind().exec_driver_sql(f"CREATE OR REPLACE FUNCTION{function}".replace("%", "%%"))
