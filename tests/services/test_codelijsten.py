"""A code can be looked up with the command and over HTTP, with what it means and what to do: no PDF is needed."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from services.__main__ import main
from services.catalogue import write_docs
from services.messaging.app import app
from shared.standard.codelists import codelijst, lists
from tests.chain import Chain


class TestTheCommand:
    def test_without_a_list_names_every_list(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["codes"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines] == list(lists())
        assert "WJ756                7 codes  Eenheid" in lines
        assert any(line.startswith("GGK_Fo01_2018") and "(versie 2018)" in line for line in lines)

    @pytest.mark.parametrize("typed", ["WJ756", "wj756"])
    def test_with_a_list_names_its_codes(self, typed: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["codes", typed]) == 0
        title, *lines = capsys.readouterr().out.splitlines()
        assert title == "WJ756: Eenheid"
        assert lines[1] == "  04       Uur"
        assert len(lines) == 7

    def test_says_which_codes_are_not_for_both_standards_or_not_for_always(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["codes", "JZ588"])
        assert "Geïnitieerd door de gemeente (iJw, vanaf 2021-01-01)" in capsys.readouterr().out

    def test_with_a_return_code_tells_all_that_is_known(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["codes", "WJ001", "9321"]) == 0
        told = " ".join(capsys.readouterr().out.split())
        [code] = codelijst("WJ001").select("9321")
        for part in (code.naam, code.toelichting, code.vervolgstap, "iJw en iWmo", "TR321", "LDT_RetourCode"):
            assert part in told

    def test_with_an_error_code_tells_that_other_lists_use_the_number_too(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["codes", "GGK_Fo01", "ib007"]) == 0
        told = capsys.readouterr().out
        assert told.startswith("GGK_Fo01 IB007: Functie past niet bij organisatie\n")
        assert "GGK_Fo01_2018, als 'Bericht te groot voor GGk'" in told

    def test_gives_a_json_line_per_list(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["codes", "--json"]) == 0
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line["lijst"] for line in found] == list(lists())
        assert {"lijst": "WJ756", "omschrijving": "Eenheid", "afzender": None, "versie": None, "aantal": 7} in found

    def test_gives_a_json_line_per_code(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["codes", "JZ588", "--json"]) == 0
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert len(found) == 11
        assert found[0] == {
            "lijst": "JZ588",
            "code": "02",
            "naam": "Overlijden",
            "toelichting": "De cliënt is overleden. Wijzigingsreden: 02. Initiatief aanbieder: ja.",
            "vervolgstap": "",
            "begindatum": "2015-01-01",
            "einddatum": None,
            "standaarden": ["ijw"],
            "regels": [],
        }

    def test_gives_the_rules_of_a_return_code_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["codes", "WJ001", "9321", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["regels"] == ["TR321"]

    @pytest.mark.parametrize(
        ("typed", "hint"),
        [
            (["WJ01"], "Bedoelt u WJ001"),
            (["eenheid"], "Bedoelt u WJ756?"),
            (["IB007"], "Dit is wel een code van GGK_Fo01 en GGK_Fo01_2018."),
            (["../rules"], "`zorgketen codes` noemt alle lijsten."),
            (["WJ001", "9312"], "Bedoelt u 9321"),
            (["WJ756", "dagdeel"], "Bedoelt u 16?"),
            (["WJ756", "99"], "`zorgketen codes WJ756` noemt ze alle."),
        ],
    )
    def test_an_unknown_name_is_exit_2_and_names_what_comes_near(
        self, typed: list[str], hint: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["codes", *typed]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("zorgketen: ")
        assert hint in err

    def test_needs_no_database(self) -> None:
        code = "import sys, services.codes; sys.exit('sqlalchemy' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestTheApi:
    def get(self, chain: Chain, path: str) -> Any:
        return chain.gemeente.get("messaging", f"/codelijsten{path}")

    def test_names_the_lists(self, chain: Chain) -> None:
        found = self.get(chain, "")["codelijsten"]
        assert [lijst["naam"] for lijst in found] == list(lists())
        assert {"naam": "WJ756", "omschrijving": "Eenheid", "afzender": None, "versie": None, "aantal": 7} in found
        assert {lijst["versie"] for lijst in found if lijst["afzender"] == "GGk"} == {"2025-11", "2018"}

    def test_looks_up_a_return_code(self, chain: Chain) -> None:
        found = self.get(chain, "/WJ001?code=9321")
        [code] = codelijst("WJ001").select("9321")
        assert found["omschrijving"] == "Retourcode"
        assert found["aantal"] == 59
        assert found["codes"] == [
            {
                "code": "9321",
                "naam": code.naam,
                "toelichting": code.toelichting,
                "vervolgstap": code.vervolgstap,
                "begindatum": None,
                "einddatum": None,
                "standaarden": ["ijw", "iwmo"],
            }
        ]

    def test_gives_every_code_of_a_list(self, chain: Chain) -> None:
        assert len(self.get(chain, "/CBS_gemeentecodes")["codes"]) == 342

    def test_gives_the_codes_of_one_standard(self, chain: Chain) -> None:
        found = self.get(chain, "/COD002?standaard=iwmo")["codes"]
        assert [code["naam"][:3] for code in found] == ["WMO"] * 14

    @pytest.mark.parametrize(("datum", "names"), [("2020-12-31", 7), ("2021-01-01", 9), ("2022-04-01", 11)])
    def test_gives_the_codes_that_hold_on_a_day(self, chain: Chain, datum: str, names: int) -> None:
        assert len(self.get(chain, f"/JZ588?datum={datum}")["codes"]) == names

    def test_gives_no_codes_when_none_fits(self, chain: Chain) -> None:
        assert self.get(chain, "/WJ001?code=1234")["codes"] == []

    @pytest.mark.parametrize("lijst", ["WJ999", "wj001", "rules"])
    def test_a_list_that_does_not_exist_is_404(self, chain: Chain, lijst: str) -> None:
        response = chain.gemeente.apis["messaging"].call("GET", f"/v1/codelijsten/{lijst}")
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["title"] == "Codelijst niet gevonden"

    @pytest.mark.parametrize("query", ["datum=2025-02-30", "standaard=jw", "code=%27", "datum=1-1-2025"])
    def test_a_question_of_the_wrong_form_is_422(self, chain: Chain, query: str) -> None:
        response = chain.gemeente.apis["messaging"].call("GET", f"/v1/codelijsten/JZ588?{query}")
        assert response.status_code == 422
        assert response.json()["bevindingen"]

    @pytest.mark.parametrize("path", ["", "/WJ001", "/WJ999"])
    def test_a_stranger_gets_nothing(self, chain: Chain, path: str) -> None:
        response = chain.party("zk_onbekend").apis["messaging"].call("GET", f"/v1/codelijsten{path}")
        assert response.status_code == 401

    def test_every_field_is_described(self) -> None:
        spec = app.openapi()
        for name in ("Lijst", "Lijsten", "Code", "Codes"):
            for field, schema in spec["components"]["schemas"][name]["properties"].items():
                assert schema.get("description"), f"{name}.{field}"
        for path in ("/v1/codelijsten", "/v1/codelijsten/{lijst}"):
            get = spec["paths"][path]["get"]
            assert get["summary"]
            assert get["security"]
            assert all(parameter.get("description") for parameter in get.get("parameters", []))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The generated page of the messages."""
    folder = tmp_path_factory.mktemp("docs")
    assert write_docs(folder, check=False) == 0
    assert write_docs(folder, check=True) == 0
    return (folder / "messages.md").read_text("utf-8")


class TestTheDocumentation:
    def test_shows_the_codelist_and_the_values_of_each_element(self, page: str) -> None:
        assert "| Eenheid | LDT_Eenheid | 1..1 | WJ756 | een van 01, 04, 14, 16, 82, 83, 84 |" in page
        assert "| Omvang/Frequentie | LDT_Frequentie | 1..1 | WMO757 | een van 1, 2, 4, 6 |" in page
        assert "| BerichtCode | LDT_BerichtCode | 1..1 | COD002 | altijd 490 |" in page

    def test_names_a_long_list_instead_of_its_values(self, page: str) -> None:
        assert "| COD032 | een van de 249 codes van COD032 |" in page

    def test_shows_the_rules_that_look_at_a_class(self, page: str) -> None:
        after = page.split("### JW323 Prestatie\n\nRules: ")[1]
        assert {"CD060", "TR338"} <= set(after.split(".")[0].split())
        assert "### JW301 Relaties\n\nRules: none of its own." in page

    def test_is_a_table_that_no_value_breaks(self, page: str) -> None:
        rows = [line for line in page.splitlines() if line.startswith("|")]
        assert len(rows) > 1000
        for row in rows:
            assert len(re.findall(r"(?<!\\)\|", row)) == 6, row
