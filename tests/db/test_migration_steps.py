"""Every migration with data in every table: up, down and up again, and what survives is what it was.

The revisions, the tables and their rows are found, not named: a new migration is covered as it comes.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text

from shared.db import migrate as migrations
from shared.db.migrate import is_current, migrate
from shared.db.session import Namens, transaction
from shared.jobs import defer
from shared.outbox import submit
from shared.roles import ALLES
from shared.security import proof_of_key
from shared.standard.catalogue import messages
from shared.standard.codec import encode
from tests.builders import AANBIEDER, GEMEENTE, message
from tests.db.filling import fill
from tests.db.test_migrations import connected, engine, filled, objects, schema  # noqa: F401

SCRIPTS = ScriptDirectory(str(Path(migrations.__file__).parent / "migrations"))
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
ROWS = int(os.environ.get("MIGRATION_ROWS", "7"))
State = dict[str, dict[str, str]]
SEALED = {"xml bytea", "bsn text"}
"""What revision 0003 writes otherwise; that it comes back as it was is a test of its own."""


def test_there_is_one_line_of_revisions() -> None:
    assert len(SCRIPTS.get_heads()) == len(SCRIPTS.get_bases()) == 1


def before(revision: str) -> str:
    down = SCRIPTS.get_revision(revision).down_revision
    return str(down) if down else "base"


def downgrade(server: str, schema: str, revision: str) -> None:  # noqa: F811
    with migrations._connect(server, schema) as connection, connection.begin():
        command.downgrade(migrations._config(connection), revision)


def state(server: str, schema: str) -> State:  # noqa: F811
    """Of each column of each table, by its name and type: the number of rows and a hash of its values."""
    found: State = {}
    with connected(server, schema) as connection:
        connection.execute(text("SET row_security = off"))
        columns = connection.execute(
            text("""SELECT relname, attname, format_type(atttypid, atttypmod) AS kind FROM pg_class c JOIN pg_attribute
            ON attrelid = c.oid WHERE relnamespace = CAST(:schema AS regnamespace) AND relkind IN ('r', 'p')
            AND attnum > 0 AND NOT attisdropped AND relname <> 'alembic_version' ORDER BY 1, attnum"""),
            {"schema": schema},
        )
        for table, column, kind in columns.fetchall():
            query = (
                f"""SELECT count(*) || ' ' || coalesce(sum(hashtextextended("{column}"::text, 1)), 0) FROM "{table}" """
            )
            found.setdefault(table, {})[f"{column} {kind}"] = connection.execute(text(query)).scalar_one()
    return found


def shared_part(one: State, other: State) -> State:
    """What of one state the other has too: tables, and in them columns of the same type; not what is sealed between."""
    return {
        table: {column: value for column, value in columns.items() if column in other[table] and column not in SEALED}
        for table, columns in one.items()
        if table in other
    }


def counts(found: State) -> dict[str, set[int]]:
    return {table: {int(value.split()[0]) for value in columns.values()} for table, columns in found.items()}


def filled_at(server: str, schema: str, revision: str) -> State:  # noqa: F811
    """Every table of a revision has rows; those of earlier ones came along, so what seals them has done so."""
    for step in REVISIONS[: REVISIONS.index(revision) + 1]:
        migrate(server, schema, step)
        with connected(server, schema) as connection:
            fill(connection, schema, ROWS)
    found = state(server, schema)
    assert all(0 not in numbers for numbers in counts(found).values())
    return found


@pytest.mark.parametrize("revision", REVISIONS)
def test_down_and_up_again_keeps_what_survives(server: str, schema: str, revision: str) -> None:  # noqa: F811
    full, made = filled_at(server, schema, revision), objects(server, schema)
    downgrade(server, schema, before(revision))
    less = state(server, schema)
    assert shared_part(less, full) == shared_part(full, less)
    assert {table: counts(full)[table] for table in less if table in full} == counts(shared_part(less, full))
    migrate(server, schema, revision)
    again = state(server, schema)
    assert {table: set(columns) for table, columns in again.items()} == {t: set(c) for t, c in full.items()}
    assert shared_part(again, less) == shared_part(full, less)
    assert objects(server, schema) == made
    migrate(server, schema)
    assert is_current(engine(server, schema))


@pytest.mark.parametrize("revision", [each for each in REVISIONS if before(each) != "base"])
def test_up_with_the_data_of_the_release_before(server: str, schema: str, revision: str) -> None:  # noqa: F811
    old = filled_at(server, schema, before(revision))
    migrate(server, schema, revision)
    new = state(server, schema)
    assert shared_part(new, old) == shared_part(old, new)
    assert {table: counts(new)[table] for table in old if table in new} == {t: counts(old)[t] for t in old if t in new}


def test_real_messages_go_through_every_step_down_and_back(server: str, filled: str) -> None:  # noqa: F811
    """All 28 kinds of message; step by step to the first revision, and to the newest again."""
    for number, name in enumerate(messages()):
        identity = "identificatie_retour" if messages()[name].keeps_header else "bericht_identificatie_identificatie"
        document = message(name, {f"Header[1].{identity}": f"M{number}"})
        sender = GEMEENTE if document.header.get("afzender") == GEMEENTE else AANBIEDER
        with transaction(Namens(sender, "test")) as session:
            submit(session, sender, document, encode(document))
            defer(session, "messaging.process", lock="y", organisatie=sender, bericht="z")
    found = state(server, filled)
    first = next(revision for revision in REVISIONS if before(revision) == "base")
    for revision in REVISIONS[::-1]:
        if revision != first:
            downgrade(server, filled, before(revision))
            less = state(server, filled)
            assert shared_part(less, found) == shared_part(found, less)
    kept = state(server, filled)
    migrate(server, filled)
    back = state(server, filled)
    assert shared_part(back, kept) == shared_part(found, kept)
    assert max(counts(kept)["bericht"]) >= len(messages())


def test_the_comparison_sees_one_changed_value(server: str, filled: str) -> None:  # noqa: F811
    """Break it once: what a migration would lose or change is seen."""
    was: Any = state(server, filled)
    with connected(server, filled) as connection:
        connection.execute(text("UPDATE toegewezen_product SET product_categorie = '99' WHERE volgnummer = 1"))
    now = state(server, filled)
    assert now != was
    assert counts(now) == counts(was)


def test_what_is_sealed_on_the_way_up_comes_back_on_the_way_down(server: str, schema: str) -> None:  # noqa: F811
    plain = filled_at(server, schema, "0002")
    migrate(server, schema, "0003")
    sealed = state(server, schema)
    assert sealed["bericht"]["xml bytea"] != plain["bericht"]["xml bytea"]
    assert sealed["prestatie"]["bsn text"] != plain["prestatie"]["bsn text"]
    downgrade(server, schema, "0002")
    assert state(server, schema) == plain


def test_a_key_that_was_given_before_there_were_roles_still_opens(server: str, schema: str) -> None:  # noqa: F811
    migrate(server, schema, "0002")
    known = {"hash": sha256(b"zk_van-vroeger").digest()}
    with connected(server, schema) as connection:
        connection.execute(
            text("INSERT INTO organisatie (code, naam, hier, kanaal) VALUES ('0193', 'x', true, 'lokaal')")
        )
        connection.execute(text("INSERT INTO toegang VALUES (:hash, '0193', 'x', now() + interval '1 year')"), known)
    migrate(server, schema)
    with connected(server, schema) as connection:
        row = connection.execute(text("SELECT bewijs, rollen FROM toegang")).one()
    assert (row.bewijs, set(row.rollen)) == (proof_of_key("zk_van-vroeger"), set(ALLES))


def test_personal_budgets_that_overlap_become_one_over_all_their_days(server: str, schema: str) -> None:  # noqa: F811
    migrate(server, schema, "0013")
    days = [("2026-01-01", "2026-06-30"), ("2026-03-01", "2026-04-30"), ("2026-06-30", None), ("2026-08-01", None)]
    apart = [("2025-01-01", "2025-06-30"), ("2025-07-01", "2025-12-31")]
    with connected(server, schema) as connection:
        connection.execute(
            text("INSERT INTO organisatie (code, naam, hier, kanaal) VALUES ('0193', 'x', true, 'lokaal')")
        )
        for code, periods in ((None, days), ("02A03", days[:2]), ("02A05", apart)):
            for begin, eind in periods:
                connection.execute(
                    text("INSERT INTO pgb VALUES ('0193', gen_random_uuid(), 'p', 'iwmo', '02', :code, :begin, :eind)"),
                    {"code": code, "begin": begin, "eind": eind},
                )
    migrate(server, schema)
    with connected(server, schema) as connection:
        query = "SELECT product_code, begindatum::text, einddatum::text FROM pgb ORDER BY 1 NULLS FIRST, 2"
        rows = [tuple(row) for row in connection.execute(text(query))]
    assert rows == [
        (None, "2026-01-01", None),
        ("02A03", "2026-01-01", "2026-06-30"),
        *[("02A05", *period) for period in apart],
    ]


def test_an_arrangement_with_a_part_of_a_size_goes_to_the_history(server: str, schema: str) -> None:  # noqa: F811
    migrate(server, schema, before("0018"))
    columns = "(eigenaar, model, assen, product_categorie, product_code, volume, begindatum)"
    with connected(server, schema) as connection:
        for statement in (
            "INSERT INTO organisatie (code, naam, hier, kanaal) VALUES ('0193', 'x', true, 'lokaal')",
            "INSERT INTO arrangementmodel VALUES ('0193', 'm', 'iwmo', 'M', '{}')",
            f"INSERT INTO arrangement {columns} VALUES ('0193', 'm', '{{}}', '02', '02A03', 0, '2025-01-01')",
        ):
            connection.execute(text(statement))
    migrate(server, schema)
    with connected(server, schema) as connection:
        assert connection.execute(text("SELECT count(*) FROM arrangement")).scalar_one() == 0
        assert connection.execute(text("SELECT rij->>'product_code' FROM inkoop_historie")).scalar_one() == "02A03"
