"""The job queue of Procrastinate 3.10, which is also our outbox."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create its tables and functions as its release has them."""
    sql = Path(__file__).with_name("0002_jobs.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    """Drop every object whose name starts with procrastinate."""
    op.execute(
        """
        DO $$ DECLARE item text; BEGIN
            FOR item IN SELECT format('TABLE %I', tablename) FROM pg_tables
                WHERE schemaname = current_schema() AND tablename LIKE 'procrastinate%' LOOP
                EXECUTE 'DROP ' || item || ' CASCADE'; END LOOP;
            FOR item IN SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
                WHERE nspname = current_schema() AND proname LIKE 'procrastinate%' LOOP
                EXECUTE 'DROP FUNCTION ' || item || ' CASCADE'; END LOOP;
            FOR item IN SELECT typname FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
                WHERE nspname = current_schema() AND typname LIKE 'procrastinate%' AND typtype IN ('e', 'c') LOOP
                EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', item); END LOOP;
        END $$
        """
    )
