"""Insight in billing: refusals, first time right, durations, tariffs that stand out, realised against committed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.demo.stage import Party
from shared.db import tables as t
from shared.db.session import owner
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain, query
from tests.services import sturing as w
from tests.services.claims import agree, claim, deliver

JANUARI = {"product_periode_begindatum": date(2025, 1, 1), "product_periode_einddatum": date(2025, 1, 31)}
LINE = {
    "standaard": "iwmo",
    "tegenpartij": w.WMO,
    "ouder": 1,
    "bsn": "een",
    "toewijzing_nummer": 1,
    "product_categorie": "02",
    "product_code": "02A03",
    "geleverd_volume": 1,
    "eenheid": "04",
    "product_tarief": w.UURTARIEF,
    "ingediend_bedrag_bedrag": 1_000,
    "ingediend_bedrag_debet_credit": "D",
} | JANUARI


@pytest.fixture
def ledger(chain: Chain) -> Iterator[Session]:
    with owner() as session:
        yield session


def declared(
    session: Session, *lines: dict[str, Any], eigenaar: str = w.GEMEENTE, answer: bool = True, **changes: Any
) -> UUID:
    """A declaratie with lines, and the answer to it."""
    exchange = {"standaard": "iwmo", "tegenpartij": w.WMO if eigenaar == w.GEMEENTE else w.GEMEENTE} | changes
    bericht = w.message(session, eigenaar, "323", **({"dagtekening": date(2025, 2, 3)} | exchange))
    if answer:
        w.message(session, eigenaar, "325", **exchange, antwoord_op=bericht)
    key = {"eigenaar": eigenaar, "bericht": bericht, "standaard": exchange["standaard"]}
    key |= {"tegenpartij": exchange["tegenpartij"]}
    session.execute(insert(t.declaratie).values(key | {"volgnummer": 1, "declaratie_nummer": "D1"}))
    for number, line in enumerate(lines, 1):
        reference = {"product_referentie_referentie_nummer": f"R{number}"}
        session.execute(insert(t.prestatie).values(LINE | reference | line | key | {"volgnummer": number}))
    return bericht


def refuse(session: Session, bericht: UUID, klasse: str, volgnummer: int, *codes: str) -> None:
    for number, code in enumerate(codes):
        row = {"eigenaar": w.GEMEENTE, "bericht": bericht, "klasse": klasse, "volgnummer": volgnummer}
        session.execute(insert(t.bevinding).values(row | {"code": f"TR{number}", "niveau": 3, "retourcode": code}))


def asked(chain: Chain, what: str, **filters: Any) -> list[dict[str, Any]]:
    path = f"/inzicht/{what}?van=2025-01-01&tot=2025-12-31" + "".join(f"&{k}={v}" for k, v in filters.items())
    found: list[dict[str, Any]] = chain.gemeente.get("billing", path)[what.replace("-", "_")]
    return found


class TestRefusals:
    def test_each_code_and_all_together_each_line_once(self, chain: Chain, ledger: Session) -> None:
        amounts = [
            {"ingediend_bedrag_bedrag": amount, "ouder": amount // 1_000} for amount in (1_000, 2_000, 3_000, 4_000)
        ]
        bericht = declared(ledger, *amounts)
        refuse(ledger, bericht, "Prestatie", 1, "9346", "9321")
        refuse(ledger, bericht, "Client", 2, "9346")
        ledger.commit()
        rows = asked(chain, "afkeur")
        told = [(r["retourcode"], r["afgewezen_regels"], r["afgewezen_bedrag"], r["aandeel_bedrag"]) for r in rows]
        assert told == [(None, 2, 3_000, 0.3), ("9346", 2, 3_000, 0.3), ("9321", 1, 1_000, 0.1)]
        assert {(r["regels"], r["bedrag"]) for r in rows} == {(4, 10_000)}
        assert rows[0]["betekenis"] is None and rows[1]["betekenis"] and rows[1]["vervolgstap"]

    def test_a_declaratie_refused_as_a_whole_refuses_each_line(self, chain: Chain, ledger: Session) -> None:
        bericht = declared(ledger, {}, {}, status="afgekeurd")
        refuse(ledger, bericht, "Declaratie", 1, "8017")
        declared(ledger, {"ingediend_bedrag_debet_credit": "C"})
        ledger.commit()
        rows = asked(chain, "afkeur")
        told = [(r["retourcode"], r["afgewezen_regels"], r["regels"], r["aandeel_regels"]) for r in rows]
        assert told == [(None, 2, 3, 0.6667), ("8017", 2, 3, 0.6667)]

    def test_per_provider_law_and_period_and_without_what_waits(self, chain: Chain, ledger: Session) -> None:
        declared(ledger, {})
        declared(ledger, {}, {}, tegenpartij=w.JEUGD, standaard="ijw")
        declared(ledger, {}, status="gecontroleerd")
        declared(ledger, {}, dagtekening=date(2026, 1, 1))
        ledger.commit()
        told = [(r["standaard"], r["tegenpartij"], r["regels"]) for r in asked(chain, "afkeur")]
        assert told == [("ijw", w.JEUGD, 2), ("iwmo", w.WMO, 1)]
        assert [r["regels"] for r in asked(chain, "afkeur", standaard="iwmo")] == [1]

    def test_a_period_that_ends_before_it_begins_is_refused(self, chain: Chain) -> None:
        path = "/v1/inzicht/afkeur?van=2025-02-01&tot=2025-01-01"
        assert chain.gemeente.apis["billing"].call("GET", path).status_code == 422


class TestWhatIsNoOrdinaryAnswer:
    def test_one_that_was_refused_before_its_lines_were_kept_counts(self, chain: Chain) -> None:
        """0001: the municipality keeps no lines of it, and the provider has them all refused."""
        reference = next(message("JW323").root.all("Prestatie")).get("product_referentie_referentie_nummer")
        doubled = message("JW323", {"Prestatie[2].product_referentie_referentie_nummer": reference})
        chain.post(chain.jeugdhulp, encode(doubled))
        chain.drain()
        for party, number in ((chain.gemeente, 0), (chain.jeugdhulp, 3)):
            wide = "van=2015-01-01&tot=2999-12-31"
            [right] = party.get("billing", f"/inzicht/eerste-keer-goed?{wide}")["eerste_keer_goed"]
            assert (right["declaraties"], right["declaraties_goed"], right["regels_goed"]) == (1, 0, 0)
            refused = party.get("billing", f"/inzicht/afkeur?{wide}")["afkeur"]
            told = [(each["retourcode"], each["regels"], each["afgewezen_regels"]) for each in refused]
            assert told == [(None, number, number), ("0001", number, number)]

    def test_what_waits_for_a_person_is_not_counted(self, chain: Chain, ledger: Session) -> None:
        declared(ledger, {}, answer=False)
        ledger.commit()
        for what in ("afkeur", "eerste-keer-goed", "doorlooptijden"):
            assert asked(chain, what) == []
        assert chain.gemeente.get("billing", "/inzicht/realisatie?jaar=2025")["realisatie"] == []


class TestFirstTimeRight:
    def test_a_line_that_is_claimed_again_counts_once_as_it_went_the_first_time(
        self, chain: Chain, ledger: Session
    ) -> None:
        first = declared(ledger, {}, {"toewijzing_nummer": 2}, {"toewijzing_nummer": 3})
        refuse(ledger, first, "Prestatie", 2, "9346")
        declared(ledger, {"toewijzing_nummer": 2})
        february = {"product_periode_begindatum": date(2025, 2, 1), "product_periode_einddatum": date(2025, 2, 28)}
        declared(ledger, february, {"ingediend_bedrag_debet_credit": "C"})
        ledger.commit()
        [row] = asked(chain, "eerste-keer-goed")
        assert (row["declaraties"], row["declaraties_goed"], row["aandeel_declaraties"]) == (3, 2, 0.6667)
        assert (row["regels"], row["regels_goed"], row["aandeel_regels"]) == (4, 3, 0.75)

    def test_the_first_time_may_lie_before_the_period(self, chain: Chain, ledger: Session) -> None:
        refuse(ledger, declared(ledger, {}, dagtekening=date(2024, 12, 31)), "Prestatie", 1, "9346")
        declared(ledger, {})
        ledger.commit()
        [row] = asked(chain, "eerste-keer-goed")
        assert (row["regels"], row["aandeel_regels"], row["declaraties_goed"]) == (0, None, 1)


class TestDurations:
    def times(self, session: Session, *days: int) -> list[UUID]:
        """Declaraties that came at 1 March at noon, each answered so many days later."""
        made = []
        came = datetime(2025, 3, 1, 12, tzinfo=UTC)
        for day in days:
            bericht = declared(session, {}, aangemaakt=came, answer=False)
            answered = {"aangemaakt": came + timedelta(day), "antwoord_op": bericht, "tegenpartij": w.WMO}
            w.message(session, w.GEMEENTE, "325", **answered)
            made.append(bericht)
        return made

    def paid(self, session: Session, declaratie: UUID, *days: date | None) -> None:
        """Payments of lines of a declaratie, carried out on days, or not yet."""
        for number, day in enumerate(days, 1):
            voorstel, betaling = uuid4(), uuid4()
            own = {"eigenaar": w.GEMEENTE}
            session.execute(insert(t.betaalvoorstel).values(own | {"id": voorstel, "gemaakt_door": "een"}))
            money = {"aanbieder": w.WMO, "bedrag": 1, "iban": "NL", "naam": "x", "uitgevoerd_op": day}
            session.execute(insert(t.betaling).values(own | money | {"id": betaling, "betaalvoorstel": voorstel}))
            line = {"betaling": betaling, "nummer": 1, "levend": True, "soort": "prestatie", "bedrag": 1}
            place = {"declaratie": declaratie, "prestatie": number}
            session.execute(insert(t.betaalregel).values(own | line | place))

    def test_to_the_answer_and_to_the_last_payment(self, chain: Chain, ledger: Session) -> None:
        first, second, third, *_ = self.times(ledger, 1, 2, 3, 14)
        self.paid(ledger, first, date(2025, 3, 11), date(2025, 3, 21))
        self.paid(ledger, second, date(2025, 3, 11))
        self.paid(ledger, third, date(2025, 3, 11), None)
        ledger.commit()
        answer, payment = asked(chain, "doorlooptijden")
        assert (answer["tot"], answer["aantal"]) == ("antwoord", 4)
        assert (answer["gemiddeld"], answer["mediaan"], answer["p90"]) == (5, 2.5, 14)
        assert (payment["tot"], payment["aantal"], payment["gemiddeld"]) == ("betaling", 2, 15)


class TestTariffs:
    def test_what_looks_like_another_unit_or_a_wrong_digit(self, chain: Chain, ledger: Session) -> None:
        w.contract(ledger)
        w.tariff(ledger, 6_000)
        tariffs = [
            ("04", 6_000),
            ("01", 6_000),
            ("01", 100),
            ("04", 100),
            ("04", 60_000),
            ("04", 600_000),
            ("04", 9_000),
        ]
        declared(ledger, *({"eenheid": unit, "product_tarief": tarief} for unit, tarief in tariffs))
        ledger.commit()
        found = asked(chain, "opvallende-tarieven")
        shown = [(r["referentie"], r["eenheid"], r["tarief"], r["gebruikelijk"], r["factor"]) for r in found]
        assert shown == [
            ("R2", "01", 6_000, 100, 60),
            ("R4", "04", 100, 6_000, -60),
            ("R5", "04", 60_000, 6_000, 10),
            ("R6", "04", 600_000, 6_000, 100),
        ]
        assert "per uur waar per minuut" in found[0]["melding"]

    def test_an_hourly_amount_per_minute_whatever_was_agreed(self, chain: Chain, hours: str) -> None:
        """Also when both parties agreed on it, before it is sent, in the answer, and on receipt."""
        agree(chain, chain.begeleiding, {"eenheid": "01", "tarief": 4_000})
        deliver(chain.begeleiding, hours, "2025-10", 45, eenheid="01")
        made = claim(chain.begeleiding, "2025-10").json()
        assert [each["code"] for each in made["waarschuwingen"]] == ["TARIEF"]
        chain.drain()
        path = "/inzicht/opvallende-tarieven?van=2015-01-01&tot=2999-12-31"
        [found] = chain.gemeente.get("billing", path)["opvallende_tarieven"]
        assert (found["tarief"], found["eenheid"], found["factor"]) == (4_000, "01", None)
        [line] = chain.gemeente.get("billing", "/declaraties")["declaraties"][0]["regels"]
        assert line["opvallend"] == "40.00 euro per minuut is ongebruikelijk. Is dit een uurtarief?"

    def test_without_a_contract_the_other_lines_say_what_is_usual(self, chain: Chain, ledger: Session) -> None:
        declared(ledger, *[{"product_tarief": 6_000}] * 3, {"product_tarief": 600})
        declared(ledger, {"product_tarief": 2_000, "product_code": "02X"})
        ledger.commit()
        assert [(r["referentie"], r["factor"]) for r in asked(chain, "opvallende-tarieven")] == [("R4", -10)]

    def test_who_looks_at_a_line_is_noted_and_no_bsn_is_told(self, chain: Chain, ledger: Session) -> None:
        declared(ledger, *[{"product_tarief": 6_000}] * 3, {"product_tarief": 600, "bsn": "twee"})
        ledger.commit()
        [row] = asked(chain, "opvallende-tarieven")
        assert not any("bsn" in name for name in row)
        noted = query("SELECT betrokkenen FROM verwerking WHERE handeling = 'opvallend tarief ingezien'")
        assert [found[0] for found in noted] == [["twee"]]


class TestRealised:
    def world(self, session: Session, eigenaar: str, other: str) -> None:
        """Three hours a week from 6 January to 2 March (4 and 4 weeks), of which some was granted."""
        w.contract(session, other, eigenaar)
        w.tariff(session, aanbieder=other, eigenaar=eigenaar)
        days = {"ingangsdatum": date(2025, 1, 6), "einddatum": date(2025, 3, 2), "tegenpartij": other}
        w.allocation(session, 1, eigenaar=eigenaar, **days)
        february = {"product_periode_begindatum": date(2025, 2, 1), "product_periode_einddatum": date(2025, 2, 28)}
        declared(session, {}, february, {"ingediend_bedrag_bedrag": 7_000}, eigenaar=eigenaar)
        declared(session, {"ingediend_bedrag_debet_credit": "C"}, eigenaar=eigenaar)
        declared(session, {}, eigenaar=eigenaar, status="afgekeurd")

    def told(self, party: Party, per: str) -> list[tuple[str, int, int, int | None]]:
        rows = party.get("billing", f"/inzicht/realisatie?jaar=2025&per={per}")["realisatie"]
        return [(r["sleutel"], r["vastgelegd"], r["gerealiseerd"], r["percentage"]) for r in rows]

    @pytest.mark.parametrize(("eigenaar", "other"), [(w.GEMEENTE, w.WMO), (w.WMO, w.GEMEENTE)])
    def test_per_month_and_other_party_for_both_sides(
        self, chain: Chain, ledger: Session, eigenaar: str, other: str
    ) -> None:
        self.world(ledger, eigenaar, other)
        ledger.commit()
        party, week = chain.parties[eigenaar], 3 * w.UURTARIEF
        assert self.told(party, "maand") == [("2025-01", 4 * week, 7_000, 9), ("2025-02", 4 * week, 1_000, 1)]
        assert self.told(party, "tegenpartij") == [(other, 8 * week, 8_000, 5)]
        assert self.told(party, "product") == [("02/02A03", 8 * week, 8_000, 5)]

    def test_what_has_no_amount_is_counted(self, chain: Chain, ledger: Session) -> None:
        w.allocation(ledger, 1)
        ledger.commit()
        rows = chain.gemeente.get("billing", "/inzicht/realisatie?jaar=2025&per=tegenpartij")["realisatie"]
        assert [(row["vastgelegd"], row["percentage"], row["zonder_bedrag"]) for row in rows] == [(0, None, 1)]

    def test_per_ceiling_over_its_own_period_without_refused_lines(self, chain: Chain, ledger: Session) -> None:
        self.world(ledger, w.GEMEENTE, w.WMO)
        refuse(ledger, declared(ledger, {"ingediend_bedrag_bedrag": 99}), "Prestatie", 1, "9346")
        w.ceiling(ledger, "januari", 1_000, date(2025, 1, 1), date(2025, 1, 31))
        w.ceiling(ledger, "ander", 1_000, date(2025, 1, 1), date(2025, 12, 31), product_code="02X")
        ledger.commit()
        assert self.told(chain.gemeente, "plafond") == [("januari", 4 * 3 * w.UURTARIEF, 7_000, 9)]


def test_every_figure_comes_as_csv_too(chain: Chain, ledger: Session) -> None:
    declared(ledger, {})
    ledger.commit()
    period = "van=2025-01-01&tot=2025-12-31"
    for what in ("afkeur", "eerste-keer-goed", "doorlooptijden", "opvallende-tarieven", "realisatie"):
        answer = chain.gemeente.apis["billing"].call("GET", f"/v1/inzicht/{what}?formaat=csv&{period}")
        assert answer.headers["content-type"].startswith("text/csv"), answer.text
        assert answer.text.startswith("standaard;")
