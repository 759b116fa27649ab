"""Purchase data from a file: all of it or nothing, and every fault by its row."""

import pytest

from tests.chain import Chain
from tests.services.inkoop import CONTRACT, TARIEF, csv, faults, own, put


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
