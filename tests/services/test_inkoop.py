"""Purchase data: the models of the reference cases as rows, whose they are, and their history."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.allocation.inkoop.flows import SOORTEN
from services.demo import inkoop as examples
from tests.chain import Chain
from tests.services.inkoop import CONTRACT, FILES, TARIEF, csv, faults, own, put


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
