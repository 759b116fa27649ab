"""The command validate: what it prints of a file, and its exit code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shared.standard.codec import encode
from shared.standard.level1 import MAX_BYTES
from tests.builders import BSN, message
from tests.services.cli import command, without_database, write

LINE = ["bestand", "berichtsoort", "standaard", "versie", "geldig", "bevindingen"]
FINDING = ["niveau", "code", "pad", "regel", "retourcode", "melding", "vervolgstap"]


@without_database
class TestValidate:
    @pytest.mark.parametrize(
        ("names", "wanted"),
        [
            (["valid"], 0),
            (["valid", "wmo"], 0),
            (["level 1"], 1),
            (["level 2"], 1),
            (["no xml"], 1),
            (["empty"], 1),
            (["absent"], 2),
            (["folder"], 2),
            (["valid", "level 2", "valid"], 1),
            (["absent", "level 2", "valid"], 2),
        ],
    )
    @pytest.mark.parametrize("options", [[], ["--json"]])
    def test_the_exit_code_is_that_of_the_worst_file(
        self, run: Any, files: Mapping[str, Path], names: list[str], wanted: int, options: list[str]
    ) -> None:
        code, out, err = run("validate", *options, *(files[name] for name in names))
        assert code == wanted
        unreadable = sum(name in ("absent", "folder") for name in names)
        assert len(err.splitlines()) == unreadable
        if options:
            assert len(out.splitlines()) == len(names) - unreadable

    def test_a_valid_file_is_a_line_without_findings(self, run: Any, files: Mapping[str, Path]) -> None:
        for name, kind, standaard in (("valid", "JW323", "ijw"), ("wmo", "WMO301", "iwmo")):
            _, out, _ = run("validate", "--json", files[name])
            assert json.loads(out) == {
                "bestand": str(files[name]),
                "berichtsoort": kind,
                "standaard": standaard,
                "versie": "3.2",
                "geldig": True,
                "bevindingen": [],
            }

    def test_a_date_that_only_the_standard_allows_is_valid_and_told_to_be_refused_here(
        self, run: Any, tmp_path: Path
    ) -> None:
        data = encode(message("JW323")).replace(b"Dagtekening>2", b"Dagtekening>12", 1)
        code, out, _ = run("validate", "--json", write(tmp_path, "ver.xml", data))
        line = json.loads(out)
        assert (code, line["geldig"]) == (0, True)
        assert line["toelichting"].startswith("Wordt hier niet aangenomen: ")
        _, out, _ = run("validate", tmp_path / "ver.xml")
        assert "geldig. Wordt hier niet aangenomen: " in out

    @pytest.mark.parametrize("name", ["level 1", "level 2", "no xml", "empty"])
    def test_a_line_has_exactly_its_keys_in_order(self, run: Any, files: Mapping[str, Path], name: str) -> None:
        _, out, _ = run("validate", "--json", files[name])
        line = json.loads(out)
        assert list(line) == LINE
        assert line["geldig"] is False
        assert line["bevindingen"] != []
        for finding in line["bevindingen"]:
            assert list(finding) == FINDING
            assert isinstance(finding["niveau"], int)
            assert finding["regel"] is None or isinstance(finding["regel"], int)
            assert all(isinstance(finding[key], str) for key in ("code", "pad", "retourcode", "melding", "vervolgstap"))

    def test_level_2_is_told_with_its_code_return_code_and_what_to_do(
        self, run: Any, files: Mapping[str, Path]
    ) -> None:
        _, out, _ = run("validate", "--json", files["level 2"])
        [finding] = json.loads(out)["bevindingen"]
        assert (finding["niveau"], finding["code"], finding["retourcode"]) == (2, "CS002", "0001")
        assert finding["pad"].endswith("/jw323:Clienten[1]/jw323:Client[1]")
        assert finding["melding"] != ""
        assert finding["vervolgstap"] != ""

    def test_what_is_not_recognised_has_no_kind(self, run: Any, files: Mapping[str, Path]) -> None:
        line = json.loads(run("validate", "--json", files["no xml"])[1])
        assert (line["berichtsoort"], line["standaard"], line["versie"]) == (None, None, None)

    def test_people_read_the_same(self, run: Any, files: Mapping[str, Path]) -> None:
        code, out, _ = run("validate", files["valid"], files["level 2"])
        assert code == 1
        assert f"{files['valid']}: JW323 3.2: geldig" in out
        assert f"{files['level 2']}: JW323 3.2: ongeldig" in out
        assert "niveau 2 CS002 regel" in out

    def test_no_value_of_the_message_is_repeated(self, run: Any, tmp_path: Path) -> None:
        valid = encode(message("JW301"))
        wrong = valid.replace(BSN.encode(), b"99990000X").replace(b"Zweeds", b"").replace(b"Kerklaan", b"K" * 25)
        for data in (wrong, encode(message("JW301", {"Client[1].bsn": "999900007"}))):
            for options in ([], ["--json"]):
                code, out, err = run("validate", *options, write(tmp_path, "x.xml", data))
                assert code == 1
                assert not any(value in out + err for value in ("99990000", "Kerklaan", "K" * 25, "Tom"))

    def test_a_file_above_25_mb_is_unusable(self, run: Any, tmp_path: Path) -> None:
        code, out, err = run("validate", "--json", write(tmp_path, "groot.xml", b" " * (MAX_BYTES + 1)))
        assert (code, out) == (2, "")
        assert "25 MB" in err

    def test_a_minus_is_standard_input_and_nothing_needs_a_database(self) -> None:
        done = command("validate", "--json", "-", data=encode(message("WMO305")))
        assert (done.returncode, done.stderr) == (0, b"")
        line = json.loads(done.stdout)
        assert (line["bestand"], line["berichtsoort"], line["geldig"]) == ("-", "WMO305", True)
