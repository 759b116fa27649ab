"""What was realised of tasks (model D): their instalments against what the bank paid of them."""

from tests.chain import Chain
from tests.services.betalen import Office, row, termijn

THUIS = "65656056"
Row = tuple[str, str, int, int, int | None]


def realised(office: Office, asked: str) -> list[Row]:
    rows = office.ask("GET", f"/inzicht/realisatie?{asked}").json()["realisatie"]
    return [(r["standaard"], r["sleutel"], r["vastgelegd"], r["gerealiseerd"], r["percentage"]) for r in rows]


def planned(office: Office) -> None:
    """Instalments of January, March and next year, of which only the first two are due; and an advance."""
    parts = [termijn(100, "2026-01-15"), termijn(40, "2026-03-01"), termijn(900, "2026-02-01", "voorschot")]
    assert office.task(THUIS, *parts, termijn(7, "2099-01-01"), bedrag=10_000).status_code == 200


class TestTasks:
    def test_their_instalments_are_realised_when_the_bank_paid_in_the_month_in_which_they_fell_due(
        self, office: Office
    ) -> None:
        planned(office)
        before = [("", "2026-01", 100, 0, 0), ("", "2026-03", 40, 0, 0)]
        assert realised(office, "jaar=2026") == before
        made = office.propose()
        office.approve(made)
        assert realised(office, "jaar=2026") == before
        office.told(*(row(each) for each in made["betalingen"]))
        assert realised(office, "jaar=2026") == [("", "2026-01", 100, 100, 100), ("", "2026-03", 40, 40, 100)]
        assert realised(office, "jaar=2099") == [("", "2099-01", 7, 0, 0)]

    def test_what_the_bank_returned_is_not_realised(self, office: Office) -> None:
        planned(office)
        [paid] = office.paid()["betalingen"]
        assert realised(office, "jaar=2026&per=tegenpartij") == [("", THUIS, 140, 140, 100)]
        office.told(row(paid, status="mislukt"))
        assert realised(office, "jaar=2026&per=tegenpartij") == [("", THUIS, 140, 0, 0)]

    def test_they_are_of_no_product_law_or_ceiling(self, office: Office) -> None:
        planned(office)
        office.paid()
        assert realised(office, "jaar=2026&per=product") == [("", "", 140, 140, 100)]
        assert realised(office, "jaar=2026&standaard=iwmo") == realised(office, "jaar=2026&per=plafond") == []

    def test_both_services_tell_the_same_of_what_is_committed(self, chain: Chain, office: Office) -> None:
        planned(office)
        path = "/budgetten?jaar=2026&per=maand"
        budgets = chain.gemeente.get("allocation", path)["budgetten"]
        told = [(each["standaard"], each["sleutel"], each["vastgelegd"]) for each in budgets]
        assert [found[:3] for found in realised(office, "jaar=2026")] == told
