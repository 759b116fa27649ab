"""The explanation of a line: what led to its outcome, as it stood when it was judged or sent."""

import pytest

from services.demo.stage import Party
from tests.chain import Chain, query
from tests.services.claims import (
    HULP,
    TARIEF,
    Json,
    agree,
    allocate,
    declaraties,
    declare,
    deliver,
    hours,
    overtaken,
    resent,
)

__all__ = ["hours"]
BUDGET = {"omvang": None, "budget": 100_000}


def explained(party: Party, line: int = 0, declaratie: int = 0) -> Json:
    """The explanation of a line of a declaratie, the newest first."""
    found = declaraties(party)[declaratie]["regels"][line]
    answer: Json = party.get("billing", f"/prestaties/{found['id']}/uitleg")
    return answer


def step(found: Json, onderwerp: str) -> Json:
    [only] = [each for each in found["stappen"] if each["onderwerp"] == onderwerp]
    return only  # type: ignore[no-any-return]


def rules(found: Json, uitkomst: str) -> set[str]:
    return {rule["regel"] for rule in found["regels"] if rule["uitkomst"] == uitkomst}


class TestGranted:
    @pytest.fixture
    def october(self, chain: Chain, hours: str) -> Json:
        """Twelve hours in October, of an allocation that begins on Tuesday the seventh."""
        deliver(chain.begeleiding, hours, "2025-10", 12)
        declare(chain, chain.begeleiding, "2025-10")
        return explained(chain.gemeente)

    def test_says_what_it_is(self, chain: Chain, hours: str, october: Json) -> None:
        assert (october["uitkomst"], october["gemeente"], october["aanbieder"]) == ("toegekend", "0193", "65656056")
        assert october["prestatie"]["bedrag"] == 12 * TARIEF
        assert october["toewijzing"]["id"] == hours
        assert october["declaratie"]["beantwoord_op"] >= october["moment"] > october["declaratie"]["opgeslagen_op"]
        assert october["samenvatting"].startswith("Deze debetregel van € 738,00 is toegekend. Beoordeeld op ")
        assert october["afwijkingen"] == october["bevindingen"] == october["betalingen"] == []

    def test_the_weeks_of_the_period_are_counted(self, october: Json) -> None:
        period = step(october, "periode")
        assert (period["gevonden"], period["grens"], period["maat"], period["klopt"]) == (12, 12, "uur", True)
        assert period["tekst"] == (
            "Van de productperiode valt van 7-10-2025 tot en met 31-10-2025 binnen de toewijzing: 4 weken worden"
            " geraakt, week 41 tot en met 44 (IV076, IV077). Hoogstens 4 × 3 uur = 12 uur. Ingediend is 12 uur."
        )

    def test_the_whole_run_has_a_limit_too(self, october: Json) -> None:
        """13 weeks of three hours, in minutes as hours may be told in those too."""
        run = step(october, "looptijd")
        assert (run["gevonden"], run["grens"], run["maat"], run["meegeteld"]) == (720, 2_340, "minuten", [])

    def test_the_tariff_and_the_amount_are_those_of_the_contract(self, october: Json) -> None:
        assert {"contract": "C1", "uit": "contract", "tarief": TARIEF, "vervangen_op": None}.items() <= october[
            "tarief"
        ].items()
        assert step(october, "bedrag")["tekst"] == "Bedrag: 12 uur × € 61,50 = € 738,00. Ingediend is € 738,00."

    def test_every_rule_of_levels_3_and_4_is_named(self, october: Json) -> None:
        assert len(october["regels"]) == 26
        assert rules(october, "geraakt") == set()
        assert rules(october, "niet van toepassing") == {"TR323", "TR390", "TR369"}

    def test_the_provider_sees_the_same_calculation(self, chain: Chain, october: Json) -> None:
        theirs = explained(chain.begeleiding)
        assert theirs["stappen"] == october["stappen"]
        assert theirs["uitkomst"] == "toegekend"
        assert "Verstuurd op " in theirs["samenvatting"]
        assert theirs["declaratie"]["richting"] == "uitgaand"

    def test_nobody_else_sees_it_and_reading_it_is_noted(self, chain: Chain, october: Json) -> None:
        path = f"/v1/prestaties/{october['id']}/uitleg"
        assert chain.jeugdhulp.apis["billing"].call("GET", path).status_code == 404
        [(count,)] = query(f"SELECT count(*) FROM verwerking WHERE onderwerp = '{october['id']}' AND eigenaar = '0193'")
        assert count == 1


class TestRefused:
    def test_over_the_period_each_finding_has_its_code_meaning_and_step(self, chain: Chain, hours: str) -> None:
        """The municipality has halved the volume; the provider did not know yet."""
        deliver(chain.begeleiding, hours, "2025-10", 12)
        overtaken(chain, chain.begeleiding, hours, "2025-10", volume=2)
        found = explained(chain.gemeente)
        assert found["uitkomst"] == "afgewezen"
        assert (step(found, "periode")["grens"], step(found, "periode")["klopt"]) == (8, False)
        assert rules(found, "geraakt") == {"TR321"}
        [finding] = found["bevindingen"]
        assert (finding["regel"], finding["retourcode"], finding["plaats"]) == ("TR321", "9321", "Prestatie")
        assert finding["betekenis"] in found["samenvatting"]
        assert "nieuw referentienummer" in finding["vervolgstap"]

    def test_the_provider_sees_that_it_could_not_have_known(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        overtaken(chain, chain.begeleiding, hours, "2025-10", volume=2)
        chain.drain()
        found = explained(chain.begeleiding)
        assert found["uitkomst"] == "afgewezen"
        assert (rules(found, "geraakt"), [each["regel"] for each in found["bevindingen"]]) == (set(), ["TR321"])
        assert step(found, "periode")["grens"] == 12
        assert found["toewijzing"]["sindsdien_gewijzigd"]

    def test_a_budget_names_the_lines_that_filled_it(self, chain: Chain) -> None:
        agree(chain, chain.begeleiding, {})
        budget = allocate(chain, chain.begeleiding, product={"categorie": "02"}, **BUDGET)
        product: Json = {"product_code": HULP["code"], "eenheid": "04"}
        deliver(chain.begeleiding, budget, "2025-10", 10, **product)
        declare(chain, chain.begeleiding, "2025-10")
        deliver(chain.begeleiding, budget, "2025-11", 6, **product)
        overtaken(chain, chain.begeleiding, budget, "2025-11", budget=90_000, instemming_aanbieder=True)
        earlier, found = explained(chain.gemeente, declaratie=1), explained(chain.gemeente)
        filled = step(found, "budget")
        assert (filled["gevonden"], filled["grens"], filled["klopt"]) == (16 * TARIEF, 90_000, False)
        [part] = filled["meegeteld"]
        assert (part["id"], part["aantal"]) == (earlier["id"], 10 * TARIEF)
        assert rules(found, "geraakt") == {"TR369"}
        assert "met deze regel (€ 369,00) wordt dat € 984,00." in filled["tekst"]

    def test_of_a_line_that_is_not_there_nothing_is_said(self, chain: Chain) -> None:
        path = "/v1/prestaties/00000000-0000-4000-8000-000000000000-1/uitleg"
        assert chain.gemeente.apis["billing"].call("GET", path).status_code == 404


class TestAsItStood:
    """What changes later changes no explanation, but it is told."""

    @pytest.fixture
    def before(self, chain: Chain, hours: str) -> Json:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        declare(chain, chain.begeleiding, "2025-10")
        return explained(chain.gemeente)

    def same(self, before: Json, after: Json) -> None:
        for part in ("stappen", "regels", "moment", "afwijkingen"):
            assert after[part] == before[part], part

    def test_the_allocation(self, chain: Chain, hours: str, before: Json) -> None:
        resent(hours, omvang_volume=1)
        chain.drain()
        after = explained(chain.gemeente)
        self.same(before, after)
        told, held = after["toewijzing"], before["toewijzing"]
        assert (told["volume"], told["bericht"]) == (3, held["bericht"])
        assert told["sindsdien_gewijzigd"]
        assert told["geldt_nu"] != held["bericht"]
        assert "sindsdien gewijzigd" in after["samenvatting"]

    def test_the_tariff(self, chain: Chain, before: Json) -> None:
        agree(chain, chain.begeleiding, {"tarief": 7_000})
        after = explained(chain.gemeente)
        self.same(before, after)
        assert after["tarief"]["tarief"] == TARIEF
        assert after["tarief"]["vervangen_op"] > after["moment"]

    def test_the_contract(self, chain: Chain, before: Json) -> None:
        agree(chain, chain.begeleiding, einddatum="2024-12-31")
        self.same(before, explained(chain.gemeente))

    def test_what_was_granted_later(self, chain: Chain, hours: str, before: Json) -> None:
        deliver(chain.begeleiding, hours, "2025-11", 12)
        declare(chain, chain.begeleiding, "2025-11")
        self.same(before, explained(chain.gemeente, declaratie=1))
        [part] = step(explained(chain.gemeente), "looptijd")["meegeteld"]
        assert (part["id"], part["aantal"]) == (before["id"], 720)

    def test_a_credit_names_its_debit_and_the_other_way_around(self, chain: Chain, hours: str, before: Json) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 11)
        declare(chain, chain.begeleiding, "2025-10")
        lines = declaraties(chain.gemeente)[0]["regels"]
        [number] = [n for n, line in enumerate(lines) if line["bedrag"] < 0]
        credit, after = explained(chain.gemeente, number), explained(chain.gemeente, declaratie=1)
        assert credit["credit_van"] == {
            "id": before["id"],
            "referentie": before["prestatie"]["referentie"],
            "uitkomst": "toegekend",
        }
        assert [each["id"] for each in after["gecrediteerd_door"]] == [credit["id"]]
        self.same(before, after)
        assert step(credit, "credit")["tekst"].endswith("in haar geheel terug: € 738,00.")
        assert "TR321" in rules(credit, "niet van toepassing")
        own = step(explained(chain.gemeente, 1 - number), "looptijd")
        assert sorted(part["aantal"] for part in own["meegeteld"]) == [-720, 720]
