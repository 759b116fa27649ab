"""The terms and days off as data, and the calendar that they are counted with."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from services.allocation.termijnen import queries
from services.allocation.termijnen.gedaan import GEDAAN
from services.allocation.termijnen.situaties import SITUATIES
from shared import termen
from shared.calendar import FEESTDAGEN, add_working_days, is_working_day
from shared.termen import TERMEN, load
from tools import feestdagen


class TestTheData:
    def test_every_term_comes_from_its_rule(self) -> None:
        working = {code: (term.grondslag, term.aantal) for code, term in TERMEN.items() if term.eenheid == "werkdagen"}
        assert working == {
            "retourbericht": ("OP090", 3),
            "declaratie-antwoord": ("OP090x4", 10),
            "start": ("OP271", 5),
            "wachten": ("OP271", 5),
            "levertijd": ("", None),
            "stop": ("OP272", 5),
            "verzoek-toewijzing": ("OP274", 5),
            "verzoek-wijziging": ("OP346", 5),
        }
        weeks = {code: (term.grondslag, term.aantal) for code, term in TERMEN.items() if term.eenheid == "weken"}
        assert weeks == {
            "onderzoek-toewijzing": ("OP274", 8),
            "onderzoek-wijziging": ("OP346", 8),
            "woonplaats": ("OP359", 2),
        }
        assert TERMEN["woonplaats"].standaarden == ("ijw",)

    def test_every_situation_is_used_and_known(self) -> None:
        assert {term.situatie for term in TERMEN.values()} == SITUATIES.keys()
        assert {term.gedaan for term in TERMEN.values()} - {""} == GEDAAN.keys()

    def test_what_is_no_duty_is_never_late(self) -> None:
        other = {code: term.daarna for code, term in TERMEN.items() if term.daarna != "te-laat"}
        assert other == {"wachten": "herinnering", "woonplaats": "vervalt"}

    @pytest.mark.parametrize(
        "wrong",
        [("gemeente", "iemand"), (",10,", ",0,"), (",weken,", ",jaren,"), ("ijw iwmo", ""), ("vervalt", "later")],
    )
    def test_a_wrong_row_is_refused(self, tmp_path: Path, wrong: tuple[str, str]) -> None:
        good = Path(termen.__file__).with_name("termijnen.csv").read_text("utf-8")
        (tmp_path / "x.csv").write_text(good.replace(*wrong), "utf-8")
        with pytest.raises(ValueError, match=r"termijnen\.csv"):
            load(tmp_path / "x.csv")

    def test_the_days_for_sql_are_those_of_the_calendar(self) -> None:
        off = frozenset({date(2026, 5, 5), date(2026, 11, 20)})
        dag = queries.Dag("0193", date(2026, 11, 22), off)
        for offset in range(len(dag.nummers)):
            day = dag.eerste + timedelta(offset)
            for number in (1, 3, 5, 10):
                assert dag.werkdagen[dag.nummers[offset] + number - 1] == add_working_days(day, number, off)
        assert dag.eerste + timedelta(len(dag.nummers) - 1) == dag.vandaag
        assert len(dag.werkdagen) - dag.nummers[-1] >= 520  # the longest term of delivery of a product

    def test_the_public_holidays_are_those_that_the_tool_makes(self) -> None:
        assert [(day.isoformat(), name) for day, name in FEESTDAGEN.items()] == list(feestdagen.rows())

    def test_of_a_year_without_holidays_only_weekends_are_free(self) -> None:
        assert is_working_day(date(2041, 1, 1))
        assert not is_working_day(date(2041, 1, 5))

    def test_a_day_off_is_no_working_day(self) -> None:
        assert is_working_day(date(2026, 5, 5))
        assert not is_working_day(date(2026, 5, 5), {date(2026, 5, 5)})
        assert not is_working_day(date(2025, 5, 5))
