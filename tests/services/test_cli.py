"""The command: its rules, what it says of itself, and an organisation that it makes known."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.__main__ import COMMANDS, main
from shared.rules import facts
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain
from tests.services.cli import OFFICIAL, command, without_database


@without_database
class TestRules:
    def test_every_code_of_both_standards_is_a_line_of_json(self, run: Any) -> None:
        code, out, _ = run("rules", "--json")
        rows = [json.loads(line) for line in out.splitlines()]
        assert code == 0
        assert [(row["code"], row["standaard"]) for row in rows] == sorted((c, s) for s, c in facts())
        keys = ["standaard", "code", "niveau", "retourcode", "berichten", "implementatie", "betekenis"]
        assert all(list(row) == keys for row in rows)
        assert all(row["betekenis"] and row["berichten"] for row in rows)
        assert all(row["implementatie"] for row in rows if row["niveau"] == 2)

    def test_they_are_the_published_ones(self, run: Any) -> None:
        if not OFFICIAL.exists():
            pytest.skip(f"{OFFICIAL} is not here")
        rows = [json.loads(line) for line in run("rules", "--json")[1].splitlines()]
        with (OFFICIAL / "rules.csv").open(encoding="utf-8", newline="") as file:
            published = {(r["standard"], r["code"]) for r in csv.DictReader(file) if r["code"].startswith("TR")}
        with (OFFICIAL / "constraints.csv").open(encoding="utf-8", newline="") as file:
            listed = csv.DictReader(file)
            published |= {(r["standard"], r["code"]) for r in listed if r["code"][:2] in ("CD", "CS")}
        assert {(row["standaard"], row["code"]) for row in rows} == published

    def test_people_read_the_same(self, run: Any) -> None:
        code, out, _ = run("rules")
        assert code == 0
        assert all(f"{standaard:5} {rule:6} niveau" in out for standaard, rule in facts())

    def test_nothing_needs_a_database(self) -> None:
        done = command("rules", "--json")
        assert (done.returncode, done.stderr) == (0, b"")
        assert len(done.stdout.splitlines()) == len(facts())


@without_database
class TestTheCommandItself:
    @pytest.mark.parametrize("name", [*COMMANDS, None])
    def test_help_of_each_command(self, capsys: pytest.CaptureFixture[str], name: str | None) -> None:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"] if name else ["--help"])
        assert ended.value.code == 0
        out = capsys.readouterr().out
        assert out.startswith(f"usage: zorgketen {name or '[-h]'}")
        assert all(command in out for command in COMMANDS) or name

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["bestaat-niet"],
            ["validate"],
            ["validate", "--xml", "x"],
            ["xsd"],
            ["serve", "console"],
            ["organisatie", "123", "te kort"],
            ["organisatie", "0193 ", "spatie"],
            ["organisatie", "0193"],
        ],
    )
    def test_what_it_does_not_understand_is_unusable(
        self, capsys: pytest.CaptureFixture[str], arguments: list[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        assert "usage: zorgketen" in capsys.readouterr().err

    def test_a_database_that_is_not_there_is_told_in_words_without_its_password(
        self, run: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://zorgketen:geheim@127.0.0.1:1/zorgketen")
        for arguments in (["migrate"], ["organisatie", "0193", "Zwolle"]):
            code, out, err = run(*arguments)
            assert (code, out) == (2, "")
            assert "DATABASE_URL" in err
            assert "geheim" not in err
            assert "Traceback" not in err

    def test_it_makes_no_home_where_it_needs_none(self, run: Any, tmp_path: Path, files: Mapping[str, Path]) -> None:
        run("validate", files["valid"])
        run("rules")
        assert not (tmp_path / "home").exists()


class TestAnOrganisation:
    def test_it_gets_a_key_that_opens_its_own_door(self, chain: Chain, run: Any) -> None:
        code, out, _ = run("organisatie", "0200", "Gemeente Apeldoorn")
        assert code == 0
        key = out.split()[-1]
        assert chain.party(key).get("messaging", "/berichten") == {"berichten": [], "volgende": None}

    def test_a_second_key_leaves_the_first_as_it_is(self, chain: Chain, run: Any) -> None:
        keys = [run("organisatie", "0200", "Gemeente Apeldoorn")[1].split()[-1] for _ in range(2)]
        assert keys[0] != keys[1]
        for key in keys:
            chain.party(key).get("messaging", "/berichten")

    def test_one_elsewhere_gets_a_channel_and_no_key(self, chain: Chain, run: Any, tmp_path: Path) -> None:
        code, out, _ = run("organisatie", "65656059", "Elders", "--kanaal", "map", "--adres", tmp_path / "uit")
        assert code == 0
        assert "zk_" not in out
        changes = {"Header[1].ontvanger": "65656059"}
        assert chain.post(chain.gemeente, encode(message("JW301", changes))).status_code == 202
        chain.drain()
        assert len(list((tmp_path / "uit").iterdir())) == 1

    @pytest.mark.parametrize("kanaal", ["map", "http"])
    def test_a_channel_needs_its_address(self, chain: Chain, run: Any, kanaal: str) -> None:
        code, out, err = run("organisatie", "65656059", "Elders", "--kanaal", kanaal)
        assert (code, out) == (2, "")
        assert "--adres" in err
