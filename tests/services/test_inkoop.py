"""Purchase data: the models of the reference cases as rows, faults by row, history, and a region that keeps it once."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.allocation.inkoop.flows import SOORTEN
from services.demo import inkoop as examples
from services.demo.stage import Party
from tests.chain import Chain

FILES = sorted(Path(examples.__file__).parent.glob("[!d]*.json"))
"""All models but D, which has no allocations: its sums are with paying."""
CONTRACT = {"nummer": "C1", "tegenpartij": "65656055", "standaard": "iwmo", "begindatum": "2025-01-01"}
TARIEF = {
    "contract": "C1",
    "product_categorie": "02",
    "product_code": "02A03",
    "eenheid": "04",
    "tarief": 6150,
    "begindatum": "2025-01-01",
}


def put(party: Party, path: str, body: Any, method: str = "PUT") -> httpx.Response:
    response: httpx.Response = party.apis["allocation"].call(method, f"/v1{path}", json=body)
    return response


def csv(party: Party, soort: str, text: str) -> httpx.Response:
    headers = {"Content-Type": "text/csv"}
    answer: httpx.Response = party.apis["allocation"].call(
        "POST", f"/v1/inkoop/{soort}", content=text.encode(), headers=headers
    )
    return answer


def faults(response: httpx.Response) -> list[tuple[str, str]]:
    assert response.status_code == 422, response.text
    return [(fault["code"], fault["pad"]) for fault in response.json()["bevindingen"]]


def own(party: Party, soort: str, op: str = "") -> list[Any]:
    found: list[Any] = party.get("allocation", f"/{soort}" + (f"?op={op}" if op else ""))[soort]
    return found


class TestModels:
    @pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
    def test_each_reference_model_is_data(self, chain: Chain, file: Path) -> None:
        told = json.loads(file.read_text("utf-8"))
        made = put(chain.gemeente, "/inkoop", told, "POST")
        assert made.status_code == 200, made.text
        assert {naam: n for naam, n in made.json()["aantallen"].items() if n} == {n: len(v) for n, v in told.items()}
        for naam, rows in told.items():
            assert len(own(chain.gemeente, naam)) == len(rows)

    def test_the_one_without_allocations_is_read_by_billing(self, chain: Chain) -> None:
        [file] = Path(examples.__file__).parent.glob("d*.json")
        told = json.loads(file.read_text("utf-8"))
        for _ in range(2):
            assert chain.gemeente.call("POST", "billing", "/taakbekostigingen/import", json=told) == {"aantal": 2}
        kept = chain.gemeente.get("billing", "/taakbekostigingen")["taakbekostigingen"]
        assert kept == sorted(told["taakbekostigingen"], key=lambda task: task["nummer"])

    def test_the_same_file_twice_changes_nothing(self, chain: Chain) -> None:
        told = json.loads(FILES[0].read_text("utf-8"))
        for _ in range(2):
            assert put(chain.gemeente, "/inkoop", told, "POST").status_code == 200
        assert len(own(chain.gemeente, "arrangementen")) == len(told["arrangementen"])

    def test_an_arrangement_has_one_value_on_each_axis_of_its_model(self, chain: Chain) -> None:
        model = {"model": "m", "standaard": "ijw", "naam": "M", "assen": {"a": ["1", "2"], "b": ["x"]}}
        assert put(chain.gemeente, "/arrangementmodellen", model).status_code == 200
        row = {"model": "m", "product_categorie": "50", "budget": 100, "begindatum": "2025-01-01"}
        for assen, place in (
            ({"a": "3", "b": "x"}, "/assen/a"),
            ({"a": "1"}, "/assen"),
            ({"a": "1", "c": "x"}, "/assen"),
        ):
            assert faults(put(chain.gemeente, "/arrangementen", row | {"assen": assen})) == [("ASSEN", place)]
        assert faults(put(chain.gemeente, "/arrangementen", row | {"model": "n", "assen": {"a": "1"}})) == [
            ("MODEL", "/model")
        ]
        assert put(chain.gemeente, "/arrangementen", row | {"assen": {"b": "x", "a": "1"}}).status_code == 200

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({}, None),
            ({"op_as": "b"}, "/body"),
            ({"waarden": {"1": [1]}}, "/body"),
            ({"waarden": {"1": [1, 2], "2": [2]}}, "/body/gebieden"),
        ],
        ids=["fits", "no such axis", "a value without a number", "a number twice"],
    )
    def test_a_model_tells_how_many_result_areas_belong_to_a_value(
        self, chain: Chain, changes: Any, place: str | None
    ) -> None:
        areas = {"op_as": "a", "waarden": {"1": [1], "2": [2, 3]}, "toegestaan": ["x", "y", "z"]}
        model = {"model": "m", "standaard": "iwmo", "naam": "M", "assen": {"a": ["1", "2"]}}
        kept = put(chain.gemeente, "/arrangementmodellen", model | {"gebieden": areas | changes})
        assert kept.status_code == 200 if place is None else faults(kept) == [("value_error", place)]
        assert [row["gebieden"] for row in own(chain.gemeente, "arrangementmodellen")] == [areas][: kept.is_success]

    def test_result_areas_in_a_spreadsheet(self, chain: Chain) -> None:
        header = "model;standaard;naam;assen.a;gebieden.op_as;gebieden.waarden;gebieden.toegestaan\n"
        good, wrong = "m;iwmo;M;1|2;a;1=1|2=2,3;x|y|z\n", "n;iwmo;M;1|2;a;1=een|2=2;x|y\n"
        assert csv(chain.gemeente, "arrangementmodellen", header + good).status_code == 200
        [kept] = own(chain.gemeente, "arrangementmodellen")
        assert kept["gebieden"] == {"op_as": "a", "waarden": {"1": [1], "2": [2, 3]}, "toegestaan": ["x", "y", "z"]}
        refused = csv(chain.gemeente, "arrangementmodellen", header + wrong)
        assert faults(refused) == [("value_error", "/regel 2/gebieden/waarden")]
        assert "een" not in refused.json()["bevindingen"][0]["melding"].split()

    @pytest.mark.parametrize("size", [{"volume": 0}, {"volume": 0, "eenheid": "04"}, {"eenheid": "04"}, {}])
    def test_a_product_comes_with_the_whole_of_its_size(self, chain: Chain, size: dict[str, Any]) -> None:
        model = {"model": "m", "standaard": "iwmo", "naam": "M", "assen": {"a": ["1"]}}
        put(chain.gemeente, "/arrangementmodellen", model)
        row = {"model": "m", "assen": {"a": "1"}, "product_categorie": "02", "product_code": "02A03"}
        row["begindatum"] = "2025-01-01"
        assert faults(put(chain.gemeente, "/arrangementen", row | size)) == [("value_error", "/body")]

    def test_two_rows_of_one_cell_do_not_overlap_whatever_the_order_of_the_axes(self, chain: Chain) -> None:
        model = {"model": "m", "standaard": "ijw", "naam": "M", "assen": {"a": ["1"], "b": ["x"]}}
        put(chain.gemeente, "/arrangementmodellen", model)
        row = {"model": "m", "product_categorie": "50", "budget": 100}
        assert put(chain.gemeente, "/arrangementen", row | {"assen": {"a": "1", "b": "x"}, "begindatum": "2025-01-01"})
        second = row | {"assen": {"b": "x", "a": "1"}, "begindatum": "2025-06-01"}
        assert faults(put(chain.gemeente, "/arrangementen", second)) == [("PERIODE", "/begindatum")]


class TestFiles:
    def test_a_spreadsheet_of_tariffs(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", CONTRACT)
        text = "contract;product_categorie;product_code;eenheid;tarief;begindatum;einddatum\n"
        text += "C1;02;02A03;04;6150;2025-01-01;2025-12-31\nC1;02;02A03;04;6320;2026-01-01;\n"
        assert csv(chain.gemeente, "tarieven", text).json()["aantallen"] == {"tarieven": 2}
        [valid] = own(chain.gemeente, "tarieven", "2026-03-01")
        assert valid["tarief"] == 6320

    def test_axes_are_columns(self, chain: Chain) -> None:
        models = "model,standaard,naam,assen.profiel,assen.zwaarte\njeugd,ijw,Jeugd,1|2,licht|zwaar\n"
        rows = (
            "model,assen.profiel,assen.zwaarte,product_categorie,budget,begindatum\njeugd,1,zwaar,50,5000,2025-01-01\n"
        )
        assert csv(chain.gemeente, "arrangementmodellen", models).status_code == 200
        assert csv(chain.gemeente, "arrangementen", rows).status_code == 200
        assert own(chain.gemeente, "arrangementen")[0]["assen"] == {"profiel": "1", "zwaarte": "zwaar"}

    def test_every_fault_is_told_by_its_row_and_nothing_is_kept(self, chain: Chain) -> None:
        text = "nummer;tegenpartij;standaard;begindatum;einddatum\nC1;65656055;iwmo;2025-01-01;\n"
        wrong = text + "C2;12;iwmo;2025-01-01;\nC3;65656056;ixx;2025-13-01;\nC4;65656056;ijw;2025-02-01;2025-01-01\n"
        places = [place for _, place in faults(csv(chain.gemeente, "contracten", wrong))]
        assert places == ["/regel 3/tegenpartij", "/regel 4/begindatum", "/regel 4/standaard", "/regel 5"]
        assert own(chain.gemeente, "contracten") == []

    def test_what_only_the_database_sees_is_told_by_row_too(self, chain: Chain) -> None:
        text = "nummer;tegenpartij;standaard;begindatum;raamcontract\nC1;65656055;iwmo;2025-01-01;\n"
        text += "C2;65656055;iwmo;2025-06-01;\nC3;65656056;iwmo;2025-01-01;GEEN\n"
        found = faults(csv(chain.gemeente, "contracten", text))
        assert found == [("PERIODE", "/regel 3/begindatum"), ("VERWIJZING", "/regel 4")]
        assert own(chain.gemeente, "contracten") == []

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            (b"\xff\xfe", "CODERING"),
            (b'nummer\n"x', "CSV"),
            (b"nummer\na,b", "KOLOMMEN"),
            (b"a\n\x00", "CODERING"),
            (b"nummer,tegenpartij\n,\n", "LEEG"),
            (b"\n\n", "LEEG"),
        ],
        ids=["not UTF-8", "open quote", "too many columns", "nul", "a header alone", "nothing"],
    )
    def test_what_is_no_csv(self, chain: Chain, text: bytes, code: str) -> None:
        headers = {"Content-Type": "text/csv"}
        path = "/v1/inkoop/contracten"
        answer = chain.gemeente.apis["allocation"].call("POST", path, content=text, headers=headers)
        assert [fault["code"] for fault in answer.json()["bevindingen"]] == [code]

    def test_a_header_names_each_field_once(self, chain: Chain) -> None:
        text = "agb;iban;naam;agb;\n65656055;x;X;65656056;\n"
        found = faults(csv(chain.gemeente, "aanbieders", text))
        assert found == [("KOLOM", "/regel 1/kolom 2"), ("KOLOM", "/regel 1/kolom 4")]
        assert own(chain.gemeente, "aanbieders") == []

    def test_every_kind_of_fault_is_told_at_once_by_its_row(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", CONTRACT)
        text = "contract;product_categorie;product_code;eenheid;tarief;begindatum\n"
        good = "C1;02;02A03;04;6150;2025-01-01\n"
        text += good + "C1;02;02A03;04\n" + "C1;02;02A04;04;61,50;2025-01-01\n" + good
        text += "C1;02;02A03;04;6320;2025-06-01\nC9;02;02A03;04;6150;2025-01-01\n" + 'C1;02;02A05;04;"6150'
        assert faults(csv(chain.gemeente, "tarieven", text)) == [
            ("KOLOMMEN", "/regel 3"),
            ("int_parsing", "/regel 4/tarief"),
            ("DUBBEL", "/regel 5"),
            ("PERIODE", "/regel 6/begindatum"),
            ("VERWIJZING", "/regel 7"),
            ("CSV", "/regel 8"),
        ]
        assert own(chain.gemeente, "tarieven") == []

    def test_in_json_too_the_rows_of_a_right_form_are_judged_beside_the_others(self, chain: Chain) -> None:
        told = {"contracten": [CONTRACT, CONTRACT, {"nummer": "C2"}], "tarieven": [TARIEF | {"contract": "C9"}]}
        assert faults(put(chain.gemeente, "/inkoop", told, "POST")) == [
            ("DUBBEL", "/contracten/1"),
            ("missing", "/contracten/2/begindatum"),
            ("missing", "/contracten/2/standaard"),
            ("VERWIJZING", "/tarieven/0"),
        ]
        assert own(chain.gemeente, "contracten") == []

    @pytest.mark.parametrize("order", [1, -1], ids=["oldest first", "newest first"])
    def test_an_indexation_may_come_in_any_order(self, chain: Chain, order: int) -> None:
        put(chain.gemeente, "/contracten", CONTRACT)
        put(chain.gemeente, "/tarieven", TARIEF)
        rows = [TARIEF | {"einddatum": "2025-12-31"}, TARIEF | {"begindatum": "2026-01-01", "tarief": 6320}]
        assert put(chain.gemeente, "/inkoop", {"tarieven": rows[::order]}, "POST").status_code == 200
        assert [row["tarief"] for row in own(chain.gemeente, "tarieven")] == [6150, 6320]

    @pytest.mark.parametrize("order", [1, -1], ids=["the first first", "the last first"])
    def test_so_may_contracts_that_make_room_for_each_other(self, chain: Chain, order: int) -> None:
        later = CONTRACT | {"nummer": "C2", "begindatum": "2026-01-01"}
        told = [CONTRACT | {"einddatum": "2025-12-31"}, later]
        assert put(chain.gemeente, "/inkoop", {"contracten": told}, "POST").status_code == 200
        told = [CONTRACT | {"einddatum": "2026-06-30"}, later | {"begindatum": "2026-07-01"}]
        assert put(chain.gemeente, "/inkoop", {"contracten": told[::order]}, "POST").status_code == 200

    def test_a_framework_may_come_after_who_names_it(self, chain: Chain) -> None:
        frame = {"nummer": "R1", "standaard": "iwmo", "begindatum": "2025-01-01"}
        told = {"contracten": [CONTRACT | {"raamcontract": "R1"}, frame]}
        assert put(chain.gemeente, "/inkoop", told, "POST").status_code == 200


class TestWhose:
    def test_a_provider_keeps_its_contracts_and_tariffs_only(self, chain: Chain) -> None:
        own_copy = CONTRACT | {"tegenpartij": "0193"}
        assert put(chain.jeugdhulp, "/contracten", own_copy).status_code == 200
        assert put(chain.jeugdhulp, "/plafonds", {}).status_code == 403
        told = {"contracten": [own_copy], "aanbieders": [{"agb": "65656055", "naam": "X"}]}
        assert put(chain.jeugdhulp, "/inkoop", told, "POST").status_code == 403
        assert own(chain.gemeente, "contracten") == []

    def test_nobody_contracts_himself(self, chain: Chain) -> None:
        assert put(chain.gemeente, "/contracten", CONTRACT | {"tegenpartij": "0193"}).status_code == 422

    def test_what_was_replaced_is_kept_with_who_and_when(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", CONTRACT)
        for tarief in (6150, 6320):
            put(chain.gemeente, "/tarieven", TARIEF | {"tarief": tarief})
        [old] = chain.gemeente.get("allocation", "/inkoop/tarieven/historie")["historie"]
        assert old["rij"]["tarief"] == 6150
        assert old["door"].startswith("sleutel ")
        assert chain.begeleiding.get("allocation", "/inkoop/tarieven/historie") == {"historie": []}

    def test_every_kind_can_be_named(self, chain: Chain) -> None:
        for soort in SOORTEN:
            assert faults(csv(chain.gemeente, soort, "x")) == [("KOLOM", "/regel 1/kolom 1")]


class TestRegion:
    """Zwolle keeps the purchase data of its region; Kampen (0166) is a member."""

    @pytest.fixture
    def kampen(self, chain: Chain) -> Party:
        return chain.another("0166", "Gemeente Kampen")

    def test_both_must_want_it(self, chain: Chain, kampen: Party) -> None:
        assert faults(put(kampen, "/regio", {"centrum": "0193"})) == [("REGIO", "/centrum")]
        put(chain.gemeente, "/contracten", CONTRACT)
        assert own(kampen, "contracten") == []
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        assert own(kampen, "contracten") == []

    def test_what_the_centre_keeps_its_members_have(self, chain: Chain, kampen: Party) -> None:
        put(chain.gemeente, "/contracten", CONTRACT)
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        assert put(kampen, "/regio", {"centrum": "0193"}).status_code == 200
        made = put(chain.gemeente, "/inkoop", {"tarieven": [TARIEF]}, "POST").json()
        assert made["gemeenten"] == ["0193", "0166"]
        assert own(kampen, "contracten") == own(chain.gemeente, "contracten")
        assert own(kampen, "tarieven") == own(chain.gemeente, "tarieven") != []
        assert chain.gemeente.get("allocation", "/regio/leden") == {"gemeenten": ["0166"], "volgers": ["0166"]}

    def test_a_member_leaves_it_to_the_centre_until_it_goes(self, chain: Chain, kampen: Party) -> None:
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        put(kampen, "/regio", {"centrum": "0193"})
        assert put(kampen, "/contracten", CONTRACT).status_code == 409
        put(kampen, "/regio", {"centrum": None})
        assert put(kampen, "/contracten", CONTRACT).status_code == 200
        put(
            chain.gemeente,
            "/contracten",
            CONTRACT | {"nummer": "C9", "begindatum": "2020-01-01", "einddatum": "2021-01-01"},
        )
        assert [row["nummer"] for row in own(kampen, "contracten")] == ["C1"]

    def test_whom_the_centre_no_longer_names_keeps_its_own_again(self, chain: Chain, kampen: Party) -> None:
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        put(kampen, "/regio", {"centrum": "0193"})
        put(chain.gemeente, "/contracten", CONTRACT)
        put(chain.gemeente, "/regio/leden", {"gemeenten": []})
        assert kampen.get("allocation", "/regio") == {"centrum": None}
        assert put(kampen, "/contracten", CONTRACT | {"acceptatieplicht": True}).status_code == 200
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        assert put(kampen, "/contracten", CONTRACT).status_code == 200
        assert chain.gemeente.get("allocation", "/regio/leden")["volgers"] == []

    def test_who_joins_with_a_contract_in_the_way_is_told_which(self, chain: Chain, kampen: Party) -> None:
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        put(chain.gemeente, "/contracten", CONTRACT)
        put(kampen, "/contracten", CONTRACT | {"nummer": "K7"})
        refused = put(kampen, "/regio", {"centrum": "0193"})
        assert faults(refused) == [("PERIODE", "/contracten/C1/begindatum")]
        assert "contract K7" in refused.json()["bevindingen"][0]["melding"]
        assert put(kampen, "/contracten", CONTRACT | {"nummer": "K7", "perceel": "x"}).status_code == 200
