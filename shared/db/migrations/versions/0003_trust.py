"""Row level security for the services, sealed BSNs and messages, the processing log, and more kinds of access."""

from pathlib import Path

from alembic import op
from sqlalchemy import Connection, text

from shared import vault
from shared.db.migrations.protect import protect, unprotect

revision = "0003"
down_revision = "0002"

TABLES = Path(__file__).with_name("0003_trust.sql")
NEW = ("persoon", "verwerking", "storing", "herhaling")
CLASSES = (
    *("aangevraagd_product", "antwoord", "client", "contact", "declaratie", "nieuw_product", "ongewijzigd_product"),
    *("prestatie", "relatie", "start_product", "stop_product", "te_wijzigen_product", "toegewezen_product"),
    *("verzoek", "woonplaatsbeginsel"),
)
OWN = ("bericht", "contract", "levering", "bevinding", "identificatie", "tarief", *CLASSES)
SEQUENCES = "identificatie_nummer, toewijzing_nummer, declaratie_nummer, referentie_nummer"


def upgrade() -> None:
    """Seal what is there, make the new tables, and let the role of the services in."""
    _make_role()
    connection = op.get_bind()
    op.execute(_KEEP)
    connection.exec_driver_sql(TABLES.read_text("utf-8").replace("%", "%%"))
    op.execute(_TOEGANG)
    op.execute("COMMENT ON COLUMN bericht.xml IS 'the exact bytes, sealed'")
    op.execute(_ONLY_ADDED)
    _seal(connection)
    for table in (*OWN, "persoon", "storing", "herhaling"):
        protect(table)
    protect("verwerking", "SELECT, INSERT")
    protect("toegang", also="bewijs = decode(current_setting('zorgketen.bewijs', true), 'hex')")
    _grant()


def downgrade() -> None:
    """Open what was sealed, and take back the rights; the role stays, as other schemas may use it."""
    connection = op.get_bind()
    for table in (*OWN, *NEW, "toegang"):
        unprotect(table)
    _unseal(connection)
    op.execute("COMMENT ON COLUMN bericht.xml IS 'the exact bytes'")
    op.execute("DROP TABLE persoon, verwerking, storing, herhaling")
    op.execute("DROP FUNCTION only_added")
    op.execute(_KEEP)
    op.execute(_TOEGANG_BACK)
    op.execute(f"REVOKE ALL ON SEQUENCE {SEQUENCES} FROM zorgketen_dienst")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA " + _schema() + " FROM zorgketen_dienst")
    op.execute("REVOKE ALL ON ALL SEQUENCES IN SCHEMA " + _schema() + " FROM zorgketen_dienst")
    op.execute("REVOKE ALL ON SCHEMA " + _schema() + " FROM zorgketen_dienst")


def _schema() -> str:
    return f'"{op.get_bind().execute(text("SELECT current_schema()")).scalar_one()}"'


def _make_role() -> None:
    """Roles are of the whole server, so it may be there already; else whoever migrates must be allowed to make it."""
    op.execute(
        """
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zorgketen_dienst') THEN
                CREATE ROLE zorgketen_dienst NOLOGIN NOBYPASSRLS;
            END IF;
            IF NOT pg_has_role(current_user, 'zorgketen_dienst', 'MEMBER') THEN
                EXECUTE format('GRANT zorgketen_dienst TO %I', current_user);
            END IF;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'Maak eerst de rol zorgketen_dienst, en maak % daar lid van.', current_user;
        END $$
        """
    )


def _grant() -> None:
    schema = _schema()
    op.execute(f"GRANT USAGE ON SCHEMA {schema} TO zorgketen_dienst")
    op.execute("GRANT SELECT ON organisatie, alembic_version TO zorgketen_dienst")
    op.execute(f"GRANT USAGE ON SEQUENCE {SEQUENCES} TO zorgketen_dienst")
    queries = {
        "TABLE": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
        "SEQUENCE": "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()",
    }
    for kind, query in queries.items():
        for (name,) in op.get_bind().execute(text(query)).all():
            if name.startswith("procrastinate"):
                rights = "SELECT, INSERT, UPDATE, DELETE" if kind == "TABLE" else "USAGE"
                op.execute(f"GRANT {rights} ON {kind} {name} TO zorgketen_dienst")


_KEEP = "CREATE TEMP TABLE oud ON COMMIT DROP AS TABLE toegang; DROP TABLE toegang"
_TOEGANG = """
INSERT INTO toegang SELECT sleutel_hash, eigenaar, 'sleutel', naam,
    '{raadpleger,toewijzer,goedkeurder,declarant,beoordelaar,betaler,beheerder,auditor,uitwisselen}', vervalt FROM oud;
DROP TABLE oud
"""
_TOEGANG_BACK = """
CREATE TABLE toegang (
    sleutel_hash BYTEA NOT NULL,
    eigenaar TEXT NOT NULL,
    naam TEXT NOT NULL,
    vervalt TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_toegang PRIMARY KEY (sleutel_hash),
    CONSTRAINT fk_toegang_eigenaar FOREIGN KEY (eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN toegang.sleutel_hash IS 'SHA-256 of a 256-bit API key';
INSERT INTO toegang SELECT DISTINCT ON (bewijs) bewijs, eigenaar, naam, vervalt FROM oud WHERE soort = 'sleutel';
DROP TABLE oud
"""
_ONLY_ADDED = """
CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'Aan dit logboek wordt alleen toegevoegd.'; END $$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON verwerking FOR EACH ROW EXECUTE FUNCTION only_added();
"""


def _seal(connection: Connection) -> None:
    for row in connection.execute(text("SELECT id, eigenaar, xml FROM bericht")):
        sealed = vault.seal(row.xml, row.eigenaar, "bericht")
        connection.execute(text("UPDATE bericht SET xml = :xml WHERE id = :id"), {"xml": sealed, "id": row.id})
    union = " UNION ".join(f"SELECT eigenaar, bsn FROM {table} WHERE bsn IS NOT NULL" for table in CLASSES)  # noqa: S608
    for eigenaar, bsn in connection.execute(text(union)).all():
        known = {"eigenaar": eigenaar, "bsn": bsn, "naar": vault.pseudonym(eigenaar, bsn)}
        connection.execute(
            text("INSERT INTO persoon VALUES (:eigenaar, :naar, :verzegeld)"),
            {**known, "verzegeld": vault.seal(bsn.encode(), eigenaar, "persoon")},
        )
        _replace(connection, known)


def _unseal(connection: Connection) -> None:
    for row in connection.execute(text("SELECT id, eigenaar, xml FROM bericht")):
        xml = vault.unseal(row.xml, row.eigenaar, "bericht")
        connection.execute(text("UPDATE bericht SET xml = :xml WHERE id = :id"), {"xml": xml, "id": row.id})
    for row in connection.execute(text("SELECT * FROM persoon")).all():
        bsn = vault.unseal(row.verzegeld, row.eigenaar, "persoon").decode()
        _replace(connection, {"eigenaar": row.eigenaar, "bsn": row.bsn, "naar": bsn})


def _replace(connection: Connection, known: dict[str, str]) -> None:
    for table in CLASSES:
        connection.execute(
            text(f"UPDATE {table} SET bsn = :naar WHERE eigenaar = :eigenaar AND bsn = :bsn"),  # noqa: S608
            known,
        )
