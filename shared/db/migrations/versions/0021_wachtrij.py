"""Jobs that wait are found by what they are taken along for, and by their lock, however many wait."""

from alembic import op

revision = "0021"
down_revision = "0020"

OPEN = "status IN ('todo', 'doing')"


def upgrade() -> None:
    """Add the indexes."""
    wanted = "(task_name, (args ->> 'organisatie'), id) WHERE status = 'todo'"
    op.execute(f"CREATE INDEX procrastinate_wachtrij_organisatie ON procrastinate_jobs {wanted}")
    op.execute(f"CREATE INDEX procrastinate_wachtrij_lock ON procrastinate_jobs (lock, id) WHERE {OPEN}")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX procrastinate_wachtrij_lock")
    op.execute("DROP INDEX procrastinate_wachtrij_organisatie")
