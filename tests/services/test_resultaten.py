"""Outcomes: recorded by the provider at a final stop, and passed on to the municipality."""

from typing import Any

import pytest

from services.allocation.resultaten.redenen import EINDE
from services.demo import people
from shared.standard.codelists import codelijst
from tests.chain import Chain, query
from tests.services.allocating import allocate
from tests.services.resultaten import RESULTAAT, Json, codes, record, stopped


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


def test_every_reason_to_stop_for_good_says_how_the_trajectory_ended() -> None:
    for standaard, lijst in (("ijw", "JZ588"), ("iwmo", "WMO588")):
        known = {code.code for code in codelijst(lijst).codes} - {"20"}
        assert known == {code for law, code in EINDE if law == standaard}
