"""The `zorgketen` command as scripts use it: exit codes, lines of JSON, and no database where none is needed."""

import csv
import io
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from lxml import etree

from services.__main__ import COMMANDS, main
from services.messaging.inspection import inspect
from shared.rules import facts
from shared.standard.catalogue import base_namespace, messages
from shared.standard.codec import encode
from shared.standard.level1 import MAX_BYTES
from tests.builders import BSN, message
from tests.chain import Chain

CODE = Path(__file__).parents[2]
OFFICIAL = CODE.parent / "shared" / "istandaarden"
CASES = CODE / "tests" / "rules" / "cases"
LINE = ["bestand", "berichtsoort", "standaard", "versie", "geldig", "bevindingen"]
FINDING = ["niveau", "code", "pad", "regel", "retourcode", "melding", "vervolgstap"]
Line = dict[str, Any]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No database is named, and a home that is not made by itself."""
    for name in [name for name in os.environ if name == "DATABASE_URL" or name.startswith("ZORGKETEN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ZORGKETEN_HOME", str(tmp_path / "home"))


without_database = pytest.mark.usefixtures("bare")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command in this process: its exit code, what it printed and what it complained."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def command(*arguments: object, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command as its user starts it, in an environment with nothing in it."""
    argv = [sys.executable, "-W", "error", "-m", "services", *map(str, arguments)]
    return subprocess.run(argv, cwd=CODE, input=data, capture_output=True, env={"PATH": os.defpath}, check=False)


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.fixture
def files(tmp_path: Path) -> Mapping[str, Path]:
    valid = encode(message("JW323"))
    return {
        "valid": write(tmp_path, "goed.xml", valid),
        "wmo": write(tmp_path, "wmo.xml", encode(message("WMO301"))),
        "level 1": write(tmp_path, "niveau1.xml", valid.replace(b"2026-04-30", b"2026-04-31")),
        "level 2": write(tmp_path, "niveau2.xml", encode(message("JW323", {"Client[1].bsn": "999900007"}))),
        "no xml": write(tmp_path, "tekst.xml", b"geen xml"),
        "empty": write(tmp_path, "leeg.xml", b""),
        "absent": tmp_path / "bestaat niet.xml",
        "folder": tmp_path,
    }


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


def broken() -> Iterator[tuple[str, bytes]]:
    """Messages that level 1 refuses, each in another way."""
    second = {"Client[2]": {"bsn": "999900018"}, "Declaratie[1].totaal_ingediend_bedrag_totaal_bedrag": "65000"}
    for name in ("JW323", "WMO323"):
        prefix = name.lower()
        eenheid = f"<{prefix}:Eenheid>82</{prefix}:Eenheid>".encode()
        xml = encode(message(name, second | {"Prestatie[5].eenheid": "82"}))
        assert xml.count(eenheid) == 1
        yield f"{name} value", xml.replace(b">82<", b">99<")
        yield f"{name} missing", xml.replace(eenheid, b"")
        yield f"{name} unknown", xml.replace(eenheid, eenheid + f"<{prefix}:Kleur>x</{prefix}:Kleur>".encode())
        yield f"{name} unknown without namespace", xml.replace(eenheid, b"<Kleur>x</Kleur>" + eenheid)
        yield f"{name} unknown of others", xml.replace(eenheid, b'<a:Kleur xmlns:a="urn:a">x</a:Kleur>' + eenheid)
        yield f"{name} default namespace", xml.replace(eenheid, b'<Eenheid xmlns="urn:b">04</Eenheid>' + eenheid)
        yield f"{name} twice", xml.replace(eenheid, eenheid * 2)
        yield f"{name} attribute", xml.replace(b":Eenheid>82", b":Eenheid soort='x'>82")
        yield f"{name} text between", xml.replace(eenheid, eenheid + b"tekst")
        yield f"{name} elements in a value", xml.replace(b">82<", b"><a/>82<")
        yield f"{name} in a composite", xml.replace(b"2026-04-01</", b"2026-04-00</")
        yield f"{name} comments between", b"<!-- a -->".join(xml.replace(b">82<", b">99<").split(b"\r\n\t\t\t\t"))


def places(data: bytes) -> list[tuple[str, int | None, list[etree._Element]]]:
    """Of each finding its path, its line and the elements that XPath finds there."""
    verdict = inspect(data)
    kind = messages()[verdict.berichtsoort]
    spaces = {kind.prefix: kind.namespace, kind.standaard: base_namespace(kind.standaard)}
    root = etree.fromstring(data)
    return [(f.pad, f.regel, root.xpath(f.pad, namespaces=spaces)) for f in verdict.bevindingen]


@without_database
class TestThePathOfAFinding:
    @pytest.mark.parametrize(("what", "data"), [pytest.param(*case, id=case[0]) for case in broken()])
    def test_of_level_1_is_an_xpath_to_the_one_element_on_its_line(self, what: str, data: bytes) -> None:
        found = places(data)
        assert found != []
        for pad, regel, elements in found:
            assert len(elements) == 1, pad
            assert elements[0].sourceline == regel, pad

            assert ":Client[2]" in pad or "composite" in what

    def test_of_level_2_is_an_xpath_to_the_one_element_on_its_line_for_every_rule(self) -> None:
        seen = set()
        codes = sorted({code for (_, code), rule in facts().items() if rule.niveau == 2})
        for code in codes:
            for case in tomllib.loads((CASES / f"{code}.toml").read_text(encoding="utf-8"))["geval"]:
                for name in case["berichten"] if case["verwacht"] else ():
                    for pad, regel, elements in places(encode(message(name, case["wijzig"]))):
                        assert len(elements) == 1, pad
                        assert elements[0].sourceline == regel, pad
                        seen.add(pad.rpartition(":")[2].partition("[")[0])
        assert {"Client", "Contact", "ToegewezenProduct", "Prestatie", "Declaratie"} <= seen


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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("xsd") / "nog" / "niet"
    done = command("xsd", place)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(done.stdout.decode().split()) == sorted(map(str, place.rglob("*.xsd")))
    return place


@without_database
class TestXsd:
    def test_it_writes_a_schema_per_message_and_one_per_standard(self, folder: Path) -> None:
        written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        wanted = {f"{kind.standaard}-3.2/{kind.prefix}.xsd" for kind in messages().values()}
        assert written == wanted | {"ijw-3.2/basisschema.xsd", "iwmo-3.2/basisschema.xsd"}

    @pytest.mark.parametrize("name", list(messages()))
    def test_each_compiles_in_lxml_and_in_xmlschema_and_takes_the_example(self, folder: Path, name: str) -> None:
        kind, data = messages()[name], encode(message(name))
        path = folder / f"{kind.standaard}-3.2" / f"{kind.prefix}.xsd"
        assert etree.XMLSchema(etree.parse(path)).validate(etree.fromstring(data))
        assert xmlschema.XMLSchema(str(path)).is_valid(io.BytesIO(data))

    def test_a_second_time_writes_the_same_bytes(self, folder: Path, run: Any) -> None:
        before = {path: path.read_bytes() for path in folder.rglob("*.xsd")}
        assert run("xsd", folder)[0] == 0
        assert {path: path.read_bytes() for path in folder.rglob("*.xsd")} == before

    def test_a_place_where_nothing_can_be_written_is_unusable(self, tmp_path: Path, run: Any) -> None:
        code, out, err = run("xsd", write(tmp_path, "bestand", b""))
        assert (code, out) == (2, "")
        assert err.startswith("zorgketen: ")


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
