"""What every revision that makes tables says of them."""

from pathlib import Path

from alembic import op


def protect(table: str, rights: str = "SELECT, INSERT, UPDATE", also: str = "false") -> None:
    """Let the services see and write a table's rows of the organisation of the transaction only (ADR 0007).

    `also` is a condition under which a row can be seen, and no more, by another. IS TRUE keeps the condition out of
    the choice of an index: those of a query itself narrow more.
    """
    own = "(eigenaar = current_setting('zorgketen.organisatie', true)) IS TRUE"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY eigen ON {table} USING ({own}) WITH CHECK ({own})")
    if also != "false":
        op.execute(f"CREATE POLICY ook ON {table} FOR SELECT USING ({also})")
    op.execute(f"GRANT {rights} ON {table} TO zorgketen_dienst")


def unprotect(table: str) -> None:
    """Undo `protect`."""
    op.execute(f"REVOKE ALL ON {table} FROM zorgketen_dienst")
    op.execute(f"DROP POLICY IF EXISTS ook ON {table}")
    op.execute(f"DROP POLICY eigen ON {table}")
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def run(statements: Path) -> None:
    """Run a file of SQL statements, if it has any."""
    sql = statements.read_text("utf-8")
    if ";" in sql:
        op.get_bind().exec_driver_sql(sql.replace("%", "%%"))
