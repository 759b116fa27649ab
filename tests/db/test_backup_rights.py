"""Backups and rights: who sees every row, who has the key, and what no other process may see."""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from shared.db import dump, programs
from tests.db.copies import Run, connected, contents, refused


def test_a_key_is_made_once_for_its_owner_only(
    small: str, empty: str, run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZORGKETEN_BACKUP_SLEUTEL")
    home = tmp_path / "home"
    monkeypatch.setenv("ZORGKETEN_HOME", str(home))
    key = home / "backup-sleutel"
    code, told = run(small, "backup", file)
    assert (code, key.stat().st_mode & 0o777) == (0, 0o600)
    assert f"Nieuwe sleutel gemaakt: {key}" in told
    assert key.read_text() not in told
    assert "Nieuwe sleutel" not in run(small, "backup", tmp_path / "tweede.zk")[1]
    key.rename(tmp_path / "kopie")
    assert "Er is geen sleutel" in refused(run, empty, file)
    assert not key.exists()
    (tmp_path / "kopie").rename(key)
    key.chmod(0o644)
    assert "Anderen kunnen" in refused(run, empty, file)
    key.chmod(0o600)
    assert run(empty, "restore", file)[0] == 0


@pytest.fixture
def role(small: str) -> Iterator[str]:
    """The URL of `small` as a role that owns the tables and is subject to row-level security; it has two helpers."""
    name, password = f"eigenaar_{uuid4().hex[:8]}", uuid4().hex
    with connected(small) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        connection.execute(f"CREATE ROLE {name}_app NOLOGIN")
        connection.execute(f"GRANT CREATE ON DATABASE {make_url(small).database} TO {name}")
        tables = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'zorg'")]
        sequences = [row[0] for row in connection.execute("SELECT sequencename FROM pg_sequences "
            "WHERE schemaname = 'zorg' AND sequencename LIKE '%nummer'")]  # fmt: skip
        connection.execute(f"ALTER SCHEMA zorg OWNER TO {name}")
        for kind, names in (("TABLE", tables), ("SEQUENCE", sequences)):
            for each in names:
                connection.execute(f"ALTER {kind} zorg.{each} OWNER TO {name}")
        connection.execute(f"CREATE POLICY anders ON zorg.contract TO {name}_app USING (eigenaar = '0180')")
        connection.execute(f"GRANT SELECT ON zorg.contract TO {name}_app")
    yield make_url(small).set(username=name, password=password).render_as_string(hide_password=False)
    with connected(small) as connection:
        for each in (name, f"{name}_app"):
            connection.execute(f"DROP OWNED BY {each} CASCADE; DROP ROLE {each}")


def test_row_level_security_never_makes_a_backup_with_holes(
    small: str, role: str, empty: str, run: Run, file: Path
) -> None:
    name = make_url(role).username
    code, told = run(role, "backup", file)
    assert (code, list(file.parent.iterdir())) == (2, [])
    assert f'ALTER ROLE "{name}" BYPASSRLS\'' in told
    with connected(small) as connection:
        connection.execute(f"ALTER ROLE {name} BYPASSRLS")
    code, told = run(role, "backup", file)
    assert code == 0, told
    code, told = run(empty, "restore", file)
    assert code == 0, told
    assert contents(empty, "zorg").rijen["contract"][0] == "1"
    with connected(empty) as connection:
        forced = "SELECT relforcerowsecurity, (SELECT count(*) FROM pg_policy WHERE polname = 'anders') FROM pg_class"
        assert connection.execute(f"{forced} WHERE relname = 'contract'").fetchone() == (True, 1)
        connection.execute("DROP SCHEMA zorg CASCADE")
        connection.execute(f"ALTER DATABASE {make_url(empty).database} OWNER TO {name}")
    own = make_url(role).set(database=make_url(empty).database).render_as_string(hide_password=False)
    code, told = run(own, "restore", file)  # the role itself, without being superuser
    assert code == 0, told
    with connected(empty) as connection:
        assert connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'zorg'").fetchall() == [
            (name,)
        ]
        connection.execute("DROP SCHEMA zorg CASCADE")
        connection.execute(f"ALTER ROLE {name} NOBYPASSRLS")
    assert "ziet door row-level security niet alle rijen" in refused(run, own, file)
    with connected(empty) as connection:
        connection.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER")


def test_a_role_that_is_missing_elsewhere_is_made_again(small: str, empty: str, run: Run, file: Path) -> None:
    name = f"hulp_{uuid4().hex[:8]}"
    with connected(small) as connection:
        connection.execute(f"CREATE ROLE {name}; GRANT SELECT ON zorg.contract TO {name}")
    assert run(small, "backup", file)[0] == 0
    with connected(small) as connection:
        connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")
    code, told = run(empty, "restore", file)
    assert (code, name in told) == (0, True), told
    with connected(empty) as connection:
        rights = f"SELECT has_table_privilege('{name}', 'zorg.contract', 'SELECT'), rolcanlogin FROM pg_roles"
        assert connection.execute(f"{rights} WHERE rolname = '{name}'").fetchone() == (True, False)
        connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def test_no_program_gets_the_password_as_an_argument(
    small: str, empty: str, run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password, seen = str(make_url(small).password), []
    popen = subprocess.Popen

    def spy(argv: list[str], **options: Any) -> Any:
        seen.append((argv, options.get("env", {})))
        return popen(argv, **options)

    monkeypatch.setattr(programs.subprocess, "Popen", spy)
    assert run(small, "backup", file)[0] == run(empty, "restore", file)[0] == 0
    names = {Path(argv[0]).name for argv, _ in seen}
    assert names >= {"pg_dump", "pg_restore", "psql"}
    assert not [argv for argv, _ in seen if password in " ".join(argv)]


def test_without_programs_it_says_what_to_install(
    small: str, run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_folders", lambda: iter([file.parent]))
    code, told = run(small, "backup", file)
    assert (code, "postgresql-client-" in told, file.exists()) == (2, True, False)


def test_a_server_before_17_is_spared_a_setting_that_it_does_not_know() -> None:
    head = b"SET lock_timeout = 0;\nSET transaction_timeout = 0;\nSET client_encoding = 'UTF8';\n"
    rows = b"COPY t FROM stdin;\nSET transaction_timeout = 0;\n"  # a row of somebody
    for server, expected in ((18, head + rows), (15, head.replace(b"SET transaction_timeout = 0;\n", b"") + rows)):
        assert b"".join(dump._script(io.BytesIO(head + rows), server)) == expected
