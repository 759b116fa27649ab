"""The codelists are those of the standard, complete, and a code that is shown has the name of its day."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.standard import codelists
from shared.standard.catalogue import DATA, grouped, messages, simple_types
from shared.standard.codelists import RETOURCODES, STANDAARDEN, Code, Codelijst, by_type, codelijst, lists, name_of

OFFICIAL = Path(__file__).parents[3] / "shared" / "istandaarden"
COLUMNS = {"berichtcode", "gemeentecode", "foutcode", "code", "reden wijziging"}
FILES = {"GGK_Fo01": "GGK_Fo01_foutcodes", "VECOZO": "VECOZO_foutcodes"}
ERROR_LISTS = {"GGK_Fo01": ("GGk", "2025-11"), "GGK_Fo01_2018": ("GGk", "2018"), "VECOZO": ("VECOZO", "2025-11")}
UNPUBLISHED = {(RETOURCODES, "9355")}  # the XSD has it, rule TR355 gives it, the published list leaves it out
NOT_IN_XSD = ("iwmo", "WMO315", "Client", "COD260")  # a constraint names GezagsdragerBekend, which is of JW315 only
TYPES = [(standaard, kind) for standaard in STANDAARDEN for kind in by_type(standaard)]

official = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="de bronlijsten staan niet in ../shared/istandaarden")


def codes(name: str, standaard: str) -> set[str]:
    return {code.code for code in codelijst(name).select(standaard=standaard)}


def test_every_file_is_a_list_and_every_list_has_a_file() -> None:
    assert set(lists()) == {path.stem for path in (DATA / "codelists").glob("*.csv")}


@pytest.mark.parametrize("name", lists())
class TestEveryList:
    def test_says_in_dutch_what_it_is_of(self, name: str) -> None:
        assert lists()[name] == codelijst(name).omschrijving
        assert lists()[name]

    def test_has_codes_with_a_name_without_stray_spaces(self, name: str) -> None:
        assert codelijst(name).codes
        for code in codelijst(name).codes:
            for text in (code.code, code.naam, code.toelichting, code.vervolgstap):
                assert text == text.strip()
            assert code.code
            assert code.naam

    def test_belongs_to_one_standard_or_both(self, name: str) -> None:
        for code in codelijst(name).codes:
            assert code.standaarden in (STANDAARDEN, ("ijw",), ("iwmo",))
            if name.startswith("JZ"):
                assert code.standaarden == ("ijw",)

    def test_has_a_sender_and_a_version_only_when_it_is_an_error_list(self, name: str) -> None:
        found = codelijst(name)
        assert (found.afzender, found.versie) == ERROR_LISTS.get(name, ("", ""))


def test_a_list_that_does_not_exist_is_a_key_error() -> None:
    for name in ("WJ999", "", "../rules", "wj001"):
        with pytest.raises(KeyError):
            codelijst(name)
        with pytest.raises(KeyError):
            name_of(name, "ijw", "01")


class TestTheListOfAType:
    @pytest.mark.parametrize(("standaard", "kind"), TYPES)
    def test_has_exactly_the_values_that_the_xsd_allows(self, standaard: str, kind: str) -> None:
        if enumeration := simple_types(standaard)[kind].enumeration:
            assert codes(by_type(standaard)[kind], standaard) == set(enumeration)

    @pytest.mark.parametrize(("standaard", "kind"), TYPES)
    def test_has_values_that_fit_the_facets_where_the_xsd_lists_none(self, standaard: str, kind: str) -> None:
        facets = dict(simple_types(standaard)[kind].facets)
        for code in codes(by_type(standaard)[kind], standaard):
            assert len(code) <= int(facets.get("maxLength", "4"))
            assert re.fullmatch(facets.get("pattern", ".*"), code)

    @pytest.mark.parametrize("standaard", STANDAARDEN)
    def test_is_known_for_every_enumeration(self, standaard: str) -> None:
        enumerated = {kind.name for kind in simple_types(standaard).values() if kind.enumeration}
        assert enumerated <= by_type(standaard).keys()
        assert by_type(standaard).keys() - enumerated == {"LDT_BerichtCode", "LDT_Gemeente"}

    @pytest.mark.parametrize("standaard", STANDAARDEN)
    def test_exists_and_belongs_to_one_type(self, standaard: str) -> None:
        assert set(by_type(standaard).values()) <= lists().keys()
        assert len(set(by_type(standaard).values())) == len(by_type(standaard))

    def test_every_list_of_the_standard_belongs_to_a_type(self) -> None:
        used = {name for standaard in STANDAARDEN for name in by_type(standaard).values()}
        assert used == lists().keys() - ERROR_LISTS.keys()

    def test_of_the_message_code_names_the_messages(self) -> None:
        for message in messages().values():
            fixed = {e.name: e.pattern for e in message.classes["Header"].elements}["BerichtCode"]
            assert name_of("COD002", message.standaard, fixed) == message.name


def with_codelist() -> Iterator[tuple[str, str, str, str]]:
    """Where the published constraints name a codelist: standard, message, class and list."""
    with (OFFICIAL / "constraints.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["codelist"]:
                yield row["standard"], row["message"].replace(" Retour", "302"), row["class"], row["codelist"]


@official
def test_every_class_has_an_element_of_each_list_that_the_standard_names_there() -> None:
    found = set(with_codelist()) - {NOT_IN_XSD}
    assert len(found) == 103
    for standaard, message, name, lijst in found:
        kind = messages()[message].classes[name]
        types = {field.type.name for field in kind.fields.values()} | {element.type for element in kind.elements}
        assert lijst in {by_type(standaard).get(type_name) for type_name in types}, (message, name)


def published(standaard: str) -> Iterator[tuple[str, set[str]]]:
    """Every published list of a standard with its codes; a cell that goes on in the next row is not one."""
    ours = {file: name for name, file in FILES.items()}
    for path in sorted((OFFICIAL / "codelists" / standaard).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        [column] = COLUMNS & rows[0].keys()
        yield ours.get(path.stem, path.stem), {row[column] for row in rows if " " not in row[column]}


@official
@pytest.mark.parametrize("standaard", STANDAARDEN)
def test_the_codes_are_those_of_the_published_lists(standaard: str) -> None:
    found = dict(published(standaard))
    assert len(found) == 27
    for name, theirs in found.items():
        assert codes(name, standaard) == theirs | {code for lijst, code in UNPUBLISHED if lijst == name}, name
    for name in lists().keys() - found.keys() - {"GGK_Fo01_2018"}:
        assert codes(name, standaard) == set(), name


class TestReturnCodes:
    def test_each_says_what_it_means_and_what_the_sender_does_next(self) -> None:
        for code in codelijst(RETOURCODES).codes:
            assert code.toelichting.endswith("."), code.code
            assert code.vervolgstap.endswith("."), code.code

    def test_no_words_are_left_over(self) -> None:
        assert {code.code for code in codelijst(RETOURCODES).codes} == grouped("retourcodes.csv", "code").keys()

    def test_every_code_that_a_rule_gives_is_one(self) -> None:
        given = {row["retourcode"] for rows in grouped("rules.csv", "code").values() for row in rows}
        assert given - {"n.v.t."} <= codes(RETOURCODES, "ijw")


class TestErrorCodes:
    @pytest.mark.parametrize("name", ERROR_LISTS)
    def test_each_says_what_the_sender_does_next(self, name: str) -> None:
        for code in codelijst(name).codes:
            assert code.toelichting.endswith("."), code.code
            assert code.vervolgstap.endswith("."), code.code

    @pytest.mark.parametrize(
        ("code", "now", "before"),
        [
            ("IB007", ("GGK_Fo01", "Functie past niet bij organisatie"), "Bericht te groot voor GGk"),
            ("IB009", ("GGK_Fo01", "Toestemmingsverklaring ontbreekt"), "Referentienummer is geen geldige UUID"),
            ("BRS06", ("VECOZO", "Bestand te groot"), "Toestemming ontbreekt"),
        ],
    )
    def test_a_number_that_was_used_again_has_a_name_per_list(
        self, code: str, now: tuple[str, str], before: str
    ) -> None:
        assert name_of(now[0], "ijw", code) == now[1]
        assert name_of("GGK_Fo01_2018", "ijw", code) == before


class TestNames:
    def test_differ_per_standard_where_the_lists_do(self) -> None:
        assert name_of("JZ020", "ijw", "42") == "Vervoerdiensten"
        assert name_of("WMO020", "iwmo", "08") == "Vervoerdiensten"
        assert name_of("JZ020", "iwmo", "42") == "42"

    def test_of_an_unknown_code_is_the_code(self) -> None:
        assert name_of("WJ756", "ijw", "99") == "99"

    def test_hold_from_the_first_day(self) -> None:
        assert name_of("JZ588", "ijw", "36", date(2020, 12, 31)) == "36"
        assert name_of("JZ588", "ijw", "36", date(2021, 1, 1)) == "Geïnitieerd door de gemeente"

    def test_hold_always_when_no_dates_are_known(self) -> None:
        assert name_of("WJ756", "ijw", "04", date(1900, 1, 1)) == "Uur"

    def test_are_the_latest_without_a_day_and_else_that_of_the_day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = read(monkeypatch, row("01", "oud", "", "2020-12-31"), row("01", "nieuw", "2021-01-01", ""))
        monkeypatch.setattr(codelists, "codelijst", {"WJ756": found}.__getitem__)
        assert name_of("WJ756", "ijw", "01", date(2020, 12, 31)) == "oud"
        assert name_of("WJ756", "ijw", "01", date(2021, 1, 1)) == "nieuw"
        assert name_of("WJ756", "ijw", "01") == "nieuw"


def row(code: str, naam: str, begindatum: str = "", einddatum: str = "", standaard: str = "") -> dict[str, str]:
    words = {"code": code, "naam": naam, "toelichting": ""}
    return {**words, "standaard": standaard, "begindatum": begindatum, "einddatum": einddatum}


def read(monkeypatch: pytest.MonkeyPatch, *rows: dict[str, str]) -> Codelijst:
    """A list as if its file held these rows."""
    monkeypatch.setattr(codelists, "read_csv", lambda name: iter(rows))
    read_again: Any = codelijst.__wrapped__
    found: Codelijst = read_again("WJ756")
    return found


class TestReading:
    def test_refuses_a_code_that_is_there_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for second in (row("01", "b"), row("01", "b", standaard="ijw"), row("01", "b", einddatum="2020-12-31")):
            with pytest.raises(ValueError, match=r"WJ756\.csv: a code is there twice"):
                read(monkeypatch, row("01", "a"), second)

    def test_takes_a_code_once_per_standard_and_once_per_begindatum(self, monkeypatch: pytest.MonkeyPatch) -> None:
        per_standard = read(monkeypatch, row("01", "a", standaard="ijw"), row("01", "b", standaard="iwmo"))
        assert Counter(code.standaarden for code in per_standard.codes) == {("ijw",): 1, ("iwmo",): 1}
        assert len(read(monkeypatch, row("01", "a", "2020-01-01"), row("01", "b", "2021-01-01")).codes) == 2

    def test_refuses_a_return_code_without_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(codelists, "read_csv", lambda name: iter([row("9999", "onbekend")]))
        with pytest.raises(ValueError, match="not enough values"):
            codelijst.__wrapped__(RETOURCODES)

    def test_keeps_the_dates(self, monkeypatch: pytest.MonkeyPatch) -> None:
        [code] = read(monkeypatch, row("01", "a", "2020-01-01", "2020-12-31")).codes
        assert code == Code("01", "a", "", "", date(2020, 1, 1), date(2020, 12, 31), STANDAARDEN)
