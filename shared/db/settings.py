"""What must be on in a database before anything is entrusted to it."""

from sqlalchemy import Engine, text

from shared.db.session import DIENST

_DURABLE = {
    "fsync": "een stroomstoring wist wat al bevestigd was",
    "synchronous_commit": "een crash wist wat al bevestigd was",
    "full_page_writes": "een stroomstoring maakt bladzijden half",
    "data_checksums": "een kapotte schijf blijft onopgemerkt; zet aan met pg_checksums --enable",
}
_ROLE = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :name"
_OPEN = """
SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'eigenaar'
WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r'
    AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY relname
"""


def check(engine: Engine) -> None:
    """See that what Postgres confirms it keeps, and that an organisation sees its own rows only.

    Raises RuntimeError with everything that is wrong.
    """
    with engine.connect() as connection:
        off = [name for name in _DURABLE if connection.execute(text(f"SHOW {name}")).scalar_one() == "off"]
        wrong = [f"{name} staat uit: {_DURABLE[name]}" for name in off]
        if connection.execute(text(_ROLE), {"name": DIENST}).scalar_one():
            wrong.append(f"de rol {DIENST} ziet alle organisaties; neem SUPERUSER en BYPASSRLS weg")
        if connection.execute(text("SELECT current_user")).scalar_one() != DIENST:
            wrong.append(f"de diensten werken niet als {DIENST}")
        wrong += [
            f"op {name} is row level security niet afgedwongen" for name in connection.execute(text(_OPEN)).scalars()
        ]
    if wrong:
        raise RuntimeError("De database is niet veilig genoeg: " + "; ".join(wrong) + ".")
