"""Outcomes: recorded by the provider at a final stop, passed on to the municipality, shown without small counts."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.allocation.resultaten.afscherming import DREMPEL, shown
from services.allocation.resultaten.redenen import EINDE
from services.demo import people
from services.demo.stage import Party
from shared.calendar import last_closed_quarter, vandaag
from shared.db import inkoop
from shared.db import tables as t
from shared.db.session import owner
from shared.standard.codelists import codelijst
from tests.chain import Chain, query
from tests.services import sturing as w
from tests.services.allocating import allocate

Json = dict[str, Any]
RESULTAAT = {"rapportcijfer": 8, "geholpen": "ja", "zelf_verder": True, "doel_bereikt": False}


def stopped(chain: Chain, reden: str = "31", **changes: Any) -> str:
    """A youth allocation that was started and stopped for good this year; its id."""
    made: str = allocate(chain, **changes)["id"]
    chain.drain()
    begin = {"toewijzing": made, "begindatum": "2025-09-01"}
    carer = next(
        party
        for party in (chain.jeugdhulp, chain.begeleiding)
        if party.code == changes.get("aanbieder", chain.jeugdhulp.code)
    )
    carer.call("POST", "allocation", "/starts", 202, json=begin)
    carer.call(
        "POST", "allocation", "/stops", 202, json=begin | {"einddatum": "2025-10-01", "reden_beeindiging": reden}
    )
    chain.drain()
    return made


def record(party: Party, toewijzing: str, **values: Any) -> Any:
    return party.apis["allocation"].call("POST", "/v1/resultaten", json={"toewijzing": toewijzing, **values})


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(fault["code"], fault["pad"]) for fault in answer.json()["bevindingen"]]


class TestRecording:
    def test_it_belongs_to_the_final_stop_and_tells_how_the_trajectory_ended(self, chain: Chain) -> None:
        made = stopped(chain, "32")
        answer = record(chain.jeugdhulp, made, **RESULTAAT)
        assert answer.status_code == 201
        told = {"einddatum": "2025-10-01", "reden_beeindiging": "32", "einde": "uitval"}
        unknown = {"geen_nieuwe_start": None, "problemen_verminderd": None}
        assert answer.json() == {"toewijzing": made, **RESULTAAT, **unknown, **told}

    def test_once_more_replaces_it(self, chain: Chain) -> None:
        made = stopped(chain)
        for rapportcijfer in (3, 9):
            assert record(chain.jeugdhulp, made, rapportcijfer=rapportcijfer).status_code == 201
        [kept] = chain.jeugdhulp.get("allocation", "/resultaten/export")["resultaten"]
        assert kept["rapportcijfer"] == 9

    def test_without_a_final_stop_there_is_no_outcome(self, chain: Chain) -> None:
        made = allocate(chain)["id"]
        chain.drain()
        answer = record(chain.jeugdhulp, made, **RESULTAAT)
        assert (answer.status_code, codes(answer)) == (422, [("STOP", "/toewijzing")])
        begin = {"toewijzing": made, "begindatum": "2025-09-01"}
        chain.jeugdhulp.call("POST", "allocation", "/starts", 202, json=begin)
        temporary = begin | {"einddatum": "2025-10-01", "reden_beeindiging": "20"}
        chain.jeugdhulp.call("POST", "allocation", "/stops", 202, json=temporary)
        assert record(chain.jeugdhulp, made, **RESULTAAT).status_code == 422

    def test_a_stop_that_was_taken_back_or_followed_by_a_start_is_no_end(self, chain: Chain) -> None:
        made = stopped(chain)
        again = {"toewijzing": made, "begindatum": "2025-11-01"}
        chain.jeugdhulp.call("POST", "allocation", "/starts", 202, json=again)
        assert record(chain.jeugdhulp, made, **RESULTAAT).status_code == 422

    @pytest.mark.parametrize(
        "values", [{"rapportcijfer": 0}, {"rapportcijfer": 11}, {"rapportcijfer": 7.5}, {"geholpen": "x"}, {"x": 1}]
    )
    def test_what_is_out_of_bounds_is_refused(self, chain: Chain, values: Json) -> None:
        assert record(chain.jeugdhulp, "0193-ijw-1", **values).status_code == 422

    def test_of_another_and_of_none_the_answer_is_the_same(self, chain: Chain) -> None:
        made = stopped(chain)
        others = record(chain.begeleiding, made, **RESULTAAT)
        absent = record(chain.begeleiding, "0193-ijw-999999", **RESULTAAT)
        assert (others.status_code, others.content) == (absent.status_code, absent.content) == (404, absent.content)


class TestPassingOn:
    def test_json_of_the_provider_is_taken_in_by_the_municipality(self, chain: Chain) -> None:
        made = stopped(chain)
        record(chain.jeugdhulp, made, **RESULTAAT)
        [row] = chain.jeugdhulp.get("allocation", "/resultaten/export?gemeente=0193&standaard=ijw")["resultaten"]
        body = {name: row[name] for name in ("toewijzing", *RESULTAAT)}
        for _ in range(2):
            assert chain.gemeente.call("POST", "allocation", "/resultaten/import", json={"resultaten": [body]}) == {
                "aantal": 1
            }
        kept = query(
            "SELECT eigenaar, rapportcijfer, geholpen, zelf_verder, doel_bereikt FROM resultaat ORDER BY eigenaar"
        )
        assert [tuple(row) for row in kept] == [("0193", 8, "ja", True, False), ("65656055", 8, "ja", True, False)]

    def test_csv_of_the_provider_is_taken_in_as_it_is(self, chain: Chain) -> None:
        record(chain.jeugdhulp, stopped(chain), **RESULTAAT)
        exported = chain.jeugdhulp.apis["allocation"].call("GET", "/v1/resultaten/export-csv")
        assert exported.headers["content-type"].startswith("text/csv")
        taken = self.take_in(chain, exported.content)
        assert taken.json() == {"aantal": 1}
        assert query("SELECT count(*) FROM resultaat WHERE eigenaar = '0193' AND rapportcijfer = 8")[0][0] == 1

    def take_in(self, chain: Chain, content: bytes) -> Any:
        kind = {"Content-Type": "text/csv"}
        return chain.gemeente.apis["allocation"].call(
            "POST", "/v1/resultaten/import-csv", content=content, headers=kind
        )

    def test_every_fault_is_told_by_its_row_and_then_nothing_is_kept(self, chain: Chain) -> None:
        good = stopped(chain)
        running = allocate(chain, client=people.NOOR)["id"]
        rows = [good, good, "0193-ijw-999999", good.replace("0193", "0200"), running]
        content = "toewijzing;rapportcijfer\n" + "".join(f"{row};8\n" for row in rows)
        answer = self.take_in(chain, content.encode())
        assert answer.status_code == 422
        assert sorted(codes(answer), key=lambda fault: fault[1]) == [
            ("DUBBEL", "/regel 3"),
            ("TOEWIJZING", "/regel 4"),
            ("DUBBEL", "/regel 5"),
            ("TOEWIJZING", "/regel 5"),
            ("STOP", "/regel 6"),
        ]
        assert self.take_in(chain, f"toewijzing;rapportcijfer\n{good};11\nx;1\n".encode()).status_code == 422
        assert query("SELECT count(*) FROM resultaat")[0][0] == 0

    def test_what_is_passed_on_follows_the_stop_as_it_stands(self, chain: Chain) -> None:
        corrected, withdrawn, refused = (
            stopped(chain, "32", client=who) for who in (people.SAM, people.NOOR, people.ANNIE)
        )
        for made in (corrected, withdrawn, refused):
            record(chain.jeugdhulp, made, **RESULTAAT)
        for made in (corrected, withdrawn):
            self.stop(chain, made, "32", status_aanlevering="3")
        self.stop(chain, corrected, "31", einddatum="2025-10-15")
        nummer = int(refused.rpartition("-")[2])
        query(f"""UPDATE bericht SET status = 'afgekeurd' FROM stop_product AS stop
            WHERE stop.bericht = bericht.id AND toewijzing_nummer = {nummer} RETURNING 1""")
        rows = chain.jeugdhulp.get("allocation", "/resultaten/export")["resultaten"]
        ends = [(row["toewijzing"], row["einddatum"], row["reden_beeindiging"], row["einde"]) for row in rows]
        assert ends == [(corrected, "2025-10-15", "31", "volgens-plan")]
        body = {"resultaten": [{name: row[name] for name in ("toewijzing", *RESULTAAT)} for row in rows]}
        assert chain.gemeente.call("POST", "allocation", "/resultaten/import", json=body) == {"aantal": 1}

    def stop(self, chain: Chain, toewijzing: str, reden: str, **changes: Any) -> None:
        body = {"toewijzing": toewijzing, "begindatum": "2025-09-01", "einddatum": "2025-10-01"}
        path = ("POST", "allocation", "/stops", 202)
        chain.jeugdhulp.call(*path, json=body | {"reden_beeindiging": reden} | changes)
        chain.drain()

    def test_the_log_tells_whose_outcomes_were_passed_on(self, chain: Chain) -> None:
        record(chain.jeugdhulp, stopped(chain), **RESULTAAT)
        chain.jeugdhulp.get("allocation", "/resultaten/export")
        noted = {row[0] for row in query("SELECT handeling FROM verwerking WHERE eigenaar = '65656055'")}
        assert {"resultaat vastgelegd", "resultaten ingezien"} <= noted


def figures(party: Party, jaar: int = 2025) -> dict[tuple[str, str], Json]:
    found = party.get("allocation", f"/resultaten?jaar={jaar}")["tabellen"]
    return {(table["standaard"], table["per"]): table for table in found}


class TestFigures:
    def test_few_trajectories_show_nothing(self, chain: Chain) -> None:
        record(chain.jeugdhulp, stopped(chain), **RESULTAAT)
        for party in (chain.gemeente, chain.jeugdhulp):
            tables = figures(party)
            assert tables.keys() == {("ijw", per) for per in ("aanbieder", "product", "profiel", "gemeente")}
            for table in tables.values():
                assert (table["groepen"], {*table["totaal"].values()}) == ([], {None})

    def test_enough_of_them_show_their_shares(self, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shown, "__defaults__", (2,))
        clients = (people.SAM, people.NOOR, people.ANNIE, people.WILLEM)
        made = [stopped(chain, reden, client=who) for who, reden in zip(clients, ("31", "32", "38", "02"), strict=True)]
        for toewijzing, cijfer in zip(made[:2], (6, 9), strict=True):
            record(chain.jeugdhulp, toewijzing, rapportcijfer=cijfer, zelf_verder=cijfer > 6, geholpen="deels")
        record(chain.jeugdhulp, made[2], doel_bereikt=True)
        tables = figures(chain.jeugdhulp)
        [group] = tables["ijw", "product"]["groepen"]
        goals = {"zelf_verder": 0.5, "geen_nieuwe_start": None, "problemen_verminderd": None, "doel_bereikt": None}
        assert group["cijfers"] == {"beeindigd": 2, "uitval": 0.35, "rapportcijfer": 7.5, "geholpen": 0.1, **goals}
        assert tables["ijw", "product"]["totaal"] == group["cijfers"]
        keys = {per: [group["sleutel"] for group in table["groepen"]] for (_, per), table in tables.items()}
        places = {"aanbieder": ["65656055"], "gemeente": ["0193"]}
        assert keys == {"product": ["50/50P4M"], "profiel": ["50/50P4M"], **places}
        assert figures(chain.gemeente)["ijw", "product"]["totaal"]["uitval"] == 0.35
        assert figures(chain.jeugdhulp, vandaag().year + 1) == {}

    def test_one_person_more_or_less_is_not_told(self, chain: Chain) -> None:
        with owner() as session:
            ends(session, range(10), aanbieder="65656100")
            session.commit()
        before = figures(chain.gemeente)["iwmo", "product"]["totaal"]
        with owner() as session:
            ends(session, [10], reden="21")
            session.commit()
        assert figures(chain.gemeente)["iwmo", "product"]["totaal"] == before
        assert (before["beeindigd"], before["uitval"]) == (10, 0.1)

    def test_the_total_of_one_way_of_dividing_is_that_of_all(self, chain: Chain) -> None:
        with owner() as session:
            for number in range(10):
                ends(session, [number], aanbieder=f"6565610{number}")
            session.commit()
        tables = figures(chain.gemeente)
        assert {table["totaal"]["beeindigd"] for table in tables.values()} == {10}
        assert tables["iwmo", "aanbieder"]["groepen"] == []
        assert [group["cijfers"]["beeindigd"] for group in tables["iwmo", "product"]["groepen"]] == [10]

    def test_only_quarters_that_are_over_count(self, chain: Chain) -> None:
        closed = last_closed_quarter(vandaag())
        with owner() as session:
            ends(session, range(10), einddatum=closed)
            ends(session, range(10, 30), einddatum=closed + timedelta(1))
            session.commit()
        found = chain.gemeente.get("allocation", "/resultaten")
        assert (found["jaar"], found["tot_en_met"]) == (closed.year, closed.isoformat())
        assert found["tabellen"][0]["totaal"]["beeindigd"] == 10
        later = chain.gemeente.get("allocation", f"/resultaten?jaar={closed.year + 1}")
        assert (later["tot_en_met"], later["tabellen"]) == (None, [])

    def test_a_profile_is_its_products_of_every_intensity_and_the_rest_goes_by_product(self, chain: Chain) -> None:
        cells = {"504L": "licht", "504M": "midden", "504Z": "zwaar"}
        with owner() as session:
            table = {"eigenaar": w.GEMEENTE, "model": "jeugdprofielen"}
            axes = {"profiel": ["4"], "intensiteit": [*cells.values()]}
            made = insert(inkoop.arrangementmodel).values(**table, standaard="iwmo", naam="x", assen=axes)
            session.execute(made)
            for code, intensiteit in cells.items():
                cell = {"assen": {"profiel": "4", "intensiteit": intensiteit}, "product_categorie": "50"}
                bought = {"product_code": code, "volume": 1, "eenheid": "82", "frequentie": "6"}
                values = table | cell | bought | {"begindatum": date(2024, 1, 1)}
                session.execute(insert(inkoop.arrangement).values(values))
            for place, code in enumerate(cells):
                ends(session, range(8 * place, 8 * place + 8), product_code=code)
            ends(session, range(24, 44), product_code="999XX")
            session.commit()
        tables = figures(chain.gemeente)
        groups = {group["sleutel"]: group["cijfers"]["beeindigd"] for group in tables["iwmo", "profiel"]["groepen"]}
        assert groups == {"jeugdprofielen/4": 20, "50/999XX": 20}
        assert [group["sleutel"] for group in tables["iwmo", "product"]["groepen"]] == ["50/999XX"]


def ends(session: Session, numbers: Iterable[int], reden: str = "19", aanbieder: str = w.WMO, **changes: Any) -> None:
    """Final stops of allocations with these numbers, in the ledger of the municipality."""
    row = {
        "eigenaar": w.GEMEENTE,
        "volgnummer": 1,
        "standaard": "iwmo",
        "tegenpartij": aanbieder,
        "status_aanlevering": "1",
    }
    row |= {"product_categorie": "50", "product_code": "504L", "reden_beeindiging": reden}
    row |= {name: date(2025, 1, 1) for name in ("toewijzing_ingangsdatum", "begindatum")}
    for number in numbers:
        values = row | {"toewijzing_nummer": number, "bsn": f"p{number}", "einddatum": date(2025, 10, 1)} | changes
        bericht = w.message(session, soort="307", tegenpartij=aanbieder)
        session.execute(insert(t.stop_product).values(values | {"bericht": bericht}))


def test_every_reason_to_stop_for_good_says_how_the_trajectory_ended() -> None:
    for standaard, lijst in (("ijw", "JZ588"), ("iwmo", "WMO588")):
        known = {code.code for code in codelijst(lijst).codes} - {"20"}
        assert known == {code for law, code in EINDE if law == standaard}


Counts = list[list[int]]
HIDES = 3


class TestTelling:
    @given(st.lists(st.lists(st.integers(0, 25), min_size=2, max_size=2), min_size=1, max_size=4))
    def test_who_subtracts_what_is_told_never_finds_a_small_count(self, cells: Counts) -> None:
        """Rows and columns divide the same people: of both, any of their groups together, and the total."""
        (rows, columns), total = shown(both_ways(cells))
        told = [[count for count in groups if count is not None] for groups in (rows, columns, [total])]
        sums = [sum(some) for groups in told for size in range(5) for some in combinations(groups, size)]
        assert not [(one, other) for one in sums for other in sums if 0 < one - other < DREMPEL]

    @given(
        st.integers(1, 3).flatmap(
            lambda width: st.lists(st.lists(st.integers(0, 7), min_size=width, max_size=width), min_size=1, max_size=3)
        )
    )
    def test_who_works_out_every_possibility_knows_no_small_count(self, cells: Counts) -> None:
        """All tables with the same total that would be told alike, each group of which leaves more than one count."""
        tables = both_ways(cells)
        told, total = shown(tables, HIDES)
        alike = [possible(groups, total) for groups in told]
        sums = set.intersection(*({sum(world) for world in worlds} for worlds in alike))
        for groups, counts, worlds in zip(told, tables, alike, strict=True):
            for place, count in enumerate(groups):
                left = {world[place] for world in worlds if sum(world) in sums}
                assert counts[place] in left or total is None
                assert count is not None or counts[place] == 0 or len(left) > 1, (tables, told, total)


def both_ways(cells: Counts) -> Counts:
    """The same people by row and by column."""
    return [[sum(row) for row in cells], [sum(column) for column in zip(*cells, strict=True)]]


def possible(told: list[int | None], total: int | None) -> list[tuple[int, ...]]:
    """Every table that a told one may stand for, when nothing was withheld beside small counts."""
    ranges = [range(HIDES) if count is None else range(count, count + HIDES) for count in told]
    whole = range(HIDES) if total is None else range(total, total + HIDES)
    return [world for world in product(*ranges) if total is None or sum(world) in whole]
