"""Providers, contracts, products, tariffs, arrangements and ceilings as dated data, with what they were before."""

from pathlib import Path

from alembic import op

from shared.db.migrations.protect import protect, run

revision = "0006"
down_revision = "0005"

NEW = ("aanbieder", "onderaannemer", "product", "arrangementmodel", "arrangement", "plafond")
REMEMBERED = ("contract", "tarief", *NEW)
CONTRACT = (
    *("perceel", "raamcontract", "instroom_tot", "toetreding", "opties", "optie_maanden", "opties_gebruikt"),
    *("acceptatieplicht", "wachttijdmelding", "vastgelegd_op"),
)


def upgrade() -> None:
    """Create the tables, widen those of contracts and tariffs, and remember what is replaced."""
    run(Path(__file__).with_suffix(".sql"))
    for table in REMEMBERED:
        when = f"AFTER UPDATE OR DELETE ON {table} FOR EACH ROW"
        op.execute(f"CREATE TRIGGER onthouden {when} EXECUTE FUNCTION inkoop_onthouden()")
    for table in NEW:
        protect(table)
    protect("regio", "SELECT, INSERT, UPDATE, DELETE", also="centrum = current_setting('zorgketen.organisatie', true)")
    protect("regio_lid", "SELECT, INSERT, UPDATE, DELETE")
    protect("inkoop_historie", "SELECT, INSERT")


def downgrade() -> None:
    """Drop them; frameworks, and contracts for one lot, had no place before."""
    op.execute("DROP TABLE regio, regio_lid, inkoop_historie, " + ", ".join(reversed(NEW)))
    for table in ("contract", "tarief"):
        op.execute(f"DROP TRIGGER onthouden ON {table}")
    op.execute("DROP FUNCTION inkoop_onthouden")
    op.execute(_DELETE)
    op.execute("ALTER TABLE contract " + ", ".join(f"DROP COLUMN {column} CASCADE" for column in CONTRACT))
    op.execute("ALTER TABLE tarief DROP COLUMN vastgelegd_op")
    op.execute(_BACK)


_DELETE = """
DELETE FROM tarief t USING contract c
    WHERE (c.eigenaar, c.nummer) = (t.eigenaar, t.contract) AND (c.tegenpartij IS NULL OR c.perceel <> '');
ALTER TABLE contract DROP CONSTRAINT fk_contract_eigenaar_raamcontract;
DELETE FROM contract WHERE tegenpartij IS NULL OR perceel <> ''
"""
_BACK = """
ALTER TABLE contract ALTER COLUMN tegenpartij SET NOT NULL;
ALTER TABLE contract ADD CONSTRAINT ex_contract_periode EXCLUDE USING gist (eigenaar WITH =, tegenpartij WITH =,
    standaard WITH =, daterange(begindatum, einddatum, '[]') WITH &&);
COMMENT ON COLUMN contract.tegenpartij IS NULL;
COMMENT ON COLUMN contract.einddatum IS NULL
"""
