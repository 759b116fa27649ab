"""Steering over HTTP: commitments against ceilings by any view, and waiting times."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from shared.db import inkoop
from shared.db.session import owner
from tests.chain import Chain
from tests.services import sturing as w

JAAR = {"begin": date(2025, 1, 1), "eind": date(2025, 12, 31)}
WEEK = 3 * w.UURTARIEF
EURO = {"standaard": "ijw", "tegenpartij": w.JEUGD, "omvang_eenheid": "83", "omvang_frequentie": "4"}


@pytest.fixture
def ledger(chain: Chain) -> Iterator[Session]:
    """The ledger of the municipality, with a contract and a tariff; the test commits what it puts in."""
    with owner() as session:
        w.contract(session)
        w.tariff(session)
        yield session


def budgets(chain: Chain, *per: str, **asked: Any) -> list[dict[str, Any]]:
    query = [("per", each) for each in per or ("plafond",)] + list(asked.items())
    path = "/budgetten?jaar=2025" + "".join(f"&{name}={value}" for name, value in query)
    found: list[dict[str, Any]] = chain.gemeente.get("allocation", path)["budgetten"]
    return found


class TestCeilings:
    def test_used_remaining_percentage_and_warning(self, chain: Chain, ledger: Session) -> None:
        w.allocation(ledger, 1)
        w.ceiling(ledger, "krap", 15 * WEEK, **JAAR, waarschuw_bij=80)
        w.ceiling(ledger, "ruim", 130 * WEEK, **JAAR)
        w.ceiling(ledger, "later", 1, date(2026, 1, 1), date(2026, 12, 31))
        ledger.commit()
        krap, ruim = budgets(chain)
        assert (krap["sleutel"], krap["toewijzingen"], krap["vastgelegd"]) == ("krap", 1, 13 * WEEK)
        assert (krap["resterend"], krap["percentage"], krap["waarschuwing"]) == (2 * WEEK, 86, True)
        assert (ruim["percentage"], ruim["waarschuwing"], ruim["overschrijding_verwacht"]) == (10, False, False)

    def test_a_ceiling_counts_over_its_own_period_and_what_it_is_about(self, chain: Chain, ledger: Session) -> None:
        w.allocation(ledger, 1)
        w.allocation(ledger, 2, **EURO, omvang_volume=500)
        w.ceiling(ledger, "half november", 100 * WEEK, date(2025, 11, 10), date(2026, 6, 30))
        w.ceiling(ledger, "ander", 100, **JAAR, aanbieder=w.JEUGD)
        w.ceiling(ledger, "product", 100 * WEEK, **JAAR, product_categorie="02", product_code="02A03")
        w.ceiling(ledger, "jeugd", 1_000, **JAAR, standaard="ijw")
        ledger.commit()
        used = {(row["standaard"], row["sleutel"]): row["vastgelegd"] for row in budgets(chain)}
        assert used == {
            ("ijw", "jeugd"): 3 * 500,
            ("iwmo", "ander"): 0,
            ("iwmo", "half november"): 8 * WEEK,
            ("iwmo", "product"): 13 * WEEK,
        }

    def test_output_per_week_fills_a_ceiling_by_its_sundays(self, chain: Chain, ledger: Session) -> None:
        weekly = {"omvang_eenheid": "83", "omvang_volume": 30_000, "ingangsdatum": date(2025, 7, 7)}
        w.allocation(ledger, 1, **weekly, einddatum=date(2025, 9, 5))
        w.ceiling(ledger, "juli", 90_000, date(2025, 7, 1), date(2025, 7, 31))
        ledger.commit()
        [row] = budgets(chain)
        assert (row["vastgelegd"], row["percentage"], row["waarschuwing"]) == (90_000, 100, True)

    def test_over_the_ceiling(self, chain: Chain, ledger: Session) -> None:
        w.allocation(ledger, 1)
        w.ceiling(ledger, "te krap", 10 * WEEK, **JAAR)
        ledger.commit()
        [row] = budgets(chain)
        assert (row["resterend"], row["percentage"], row["overschrijding_verwacht"]) == (-3 * WEEK, 130, True)


class TestViews:
    def world(self, ledger: Session) -> None:
        w.allocation(ledger, 1)
        chosen = w.allocation(ledger, 2, **EURO, product_code="504M", omvang_volume=500)
        w.decided(ledger, chosen, 2, model="profielen", assen={"profiel": "4"})
        generic = dict.fromkeys(("product_code", "product_categorie", "omvang_volume", "omvang_eenheid"))
        w.allocation(ledger, 3, **EURO | generic | {"omvang_frequentie": None, "budget": 84})
        table = {"eigenaar": w.GEMEENTE, "model": "thuis", "standaard": "iwmo", "naam": "Thuis", "assen": {"as": ["1"]}}
        ledger.execute(insert(inkoop.arrangementmodel).values(table))
        cell = {"eigenaar": w.GEMEENTE, "model": "thuis", "assen": {"as": "1"}, "begindatum": date(2024, 1, 1)}
        product = {"product_categorie": "02", "product_code": "02A03", "volume": 3, "eenheid": "04", "frequentie": "2"}
        ledger.execute(insert(inkoop.arrangement).values(cell | product))
        ledger.commit()

    def test_every_view_adds_up_to_the_same_per_law(self, chain: Chain, ledger: Session) -> None:
        self.world(ledger)
        for per in ("aanbieder", "product", "model", "maand"):
            rows = budgets(chain, per)
            totals = {law: sum(row["vastgelegd"] for row in rows if row["standaard"] == law) for law in ("ijw", "iwmo")}
            assert totals == {"ijw": 3 * 500 + 84, "iwmo": 13 * WEEK}, per

    def test_by_month_provider_product_and_model(self, chain: Chain, ledger: Session) -> None:
        self.world(ledger)
        shown = {
            per: {row["sleutel"]: row["vastgelegd"] for row in budgets(chain, per)} for per in ("product", "model")
        }
        assert shown["product"] == {"": 84, "02/504M": 1_500, "02/02A03": 13 * WEEK}
        assert shown["model"] == {"": 84, "profielen": 1_500, "thuis": 13 * WEEK}
        iwmo = budgets(chain, "maand", standaard="iwmo")
        assert [(r["sleutel"], r["vastgelegd"] // WEEK) for r in iwmo] == [
            ("2025-10", 4),
            ("2025-11", 4),
            ("2025-12", 5),
        ]
        assert [r["naam"] for r in budgets(chain, "model") if r["sleutel"] == "thuis"] == ["Thuis"]

    def test_what_has_no_tariff_contract_volume_or_budget_is_counted(self, chain: Chain) -> None:
        with owner() as session:
            w.contract(session, einddatum=date(2025, 10, 31))
            w.tariff(session)
            w.allocation(session, 1)
            w.allocation(session, 2, product_code="02A99")
            nothing = ("product_code", "omvang_volume", "omvang_eenheid", "omvang_frequentie")
            w.allocation(session, 3, **dict.fromkeys(nothing))
            w.allocation(session, 4, **dict.fromkeys(nothing), budget=0)
            w.ceiling(session, "jaar", 130 * WEEK, **JAAR)
            session.commit()
        for per in ("plafond", "aanbieder", "model"):
            [row] = budgets(chain, per)
            assert (row["toewijzingen"], row["zonder_bedrag"], row["vastgelegd"]) == (4, 3, 4 * WEEK), per
        shown = [(r["sleutel"], r["zonder_bedrag"], r["vastgelegd"]) for r in budgets(chain, "maand")]
        assert shown == [("2025-10", 2, 4 * WEEK), ("2025-11", 3, 0), ("2025-12", 3, 0)]

    def test_as_csv(self, chain: Chain, ledger: Session) -> None:
        w.ceiling(ledger, "=1+1", 130 * WEEK, **JAAR)
        self.world(ledger)
        api = chain.gemeente.apis["allocation"]
        asked = api.call("GET", "/v1/budgetten?jaar=2025&formaat=csv")
        accepted = api.call("GET", "/v1/budgetten?jaar=2025", headers={"Accept": "text/csv"})
        assert asked.content == accepted.content
        assert asked.headers["content-type"].startswith("text/csv")
        header, row = asked.text.splitlines()
        assert header.startswith("standaard;sleutel;naam;toewijzingen;vastgelegd")
        assert row.startswith(f"iwmo;'=1+1;vanaf 2025-01-01;1;{13 * WEEK};{13 * WEEK};{130 * WEEK};")

    def test_a_provider_and_an_unknown_view_are_refused(self, chain: Chain) -> None:
        def status(party: Any, query: str) -> int:
            return int(party.apis["allocation"].call("GET", f"/v1/budgetten{query}").status_code)

        assert status(chain.begeleiding, "") == 403
        assert status(chain.gemeente, "?per=bsn") == 422


def bought(session: Session, code: str, perceel: str = "") -> None:
    row = {"eigenaar": w.GEMEENTE, "standaard": "iwmo", "product_categorie": "02", "product_code": code}
    told = {"naam": f"Product {code}", "bekostiging": "inspanning", "perceel": perceel, "begindatum": date(2024, 1, 1)}
    session.execute(insert(inkoop.product).values(row | told))


class TestLots:
    def world(self, ledger: Session) -> None:
        """Three allocations of 13 weeks at two providers: two in a lot, one in none."""
        for code, lot in (("02A03", "thuis"), ("02A05", "")):
            bought(ledger, code, lot)
        w.contract(ledger, w.JEUGD)
        w.tariff(ledger, aanbieder=w.JEUGD)
        w.tariff(ledger, product_code="02A05")
        w.allocation(ledger, 1)
        w.allocation(ledger, 2, tegenpartij=w.JEUGD)
        w.allocation(ledger, 3, product_code="02A05")

    def test_by_lot_and_as_the_model_of_what_has_no_table(self, chain: Chain, ledger: Session) -> None:
        self.world(ledger)
        ledger.commit()
        shown = {
            per: [(r["sleutel"], r["vastgelegd"] // WEEK) for r in budgets(chain, per)] for per in ("perceel", "model")
        }
        assert shown == {"perceel": [("", 13), ("thuis", 26)], "model": [("02", 13), ("thuis", 26)]}

    def test_a_ceiling_holds_the_row_that_adds_up_just_what_it_is_about(self, chain: Chain, ledger: Session) -> None:
        self.world(ledger)
        w.ceiling(ledger, "perceel", 52 * WEEK, **JAAR, perceel="thuis")
        w.ceiling(ledger, "perceel, ruimer", 90 * WEEK, **JAAR, perceel="thuis")
        w.ceiling(ledger, "aanbieder", 26 * WEEK, **JAAR, aanbieder=w.WMO)
        w.ceiling(ledger, "product", 13 * WEEK, **JAAR, product_categorie="02", product_code="02A05")
        w.ceiling(ledger, "categorie", 1, **JAAR, product_categorie="02")
        w.ceiling(ledger, "wet", 1, **JAAR)
        w.ceiling(ledger, "oktober", 8 * WEEK, date(2025, 10, 1), date(2025, 10, 31), aanbieder=w.JEUGD)
        ledger.commit()

        def held(*per: str, **asked: str) -> dict[str, tuple[int, int, int]]:
            return {
                row["sleutel"]: (row["plafond"] // WEEK, row["resterend"] // WEEK, row["percentage"])
                for row in budgets(chain, *per, **asked)
                if row["plafond"] is not None
            }

        assert held("perceel") == {"thuis": (52, 26, 50)}
        assert held("aanbieder") == {w.WMO: (26, 0, 100)}
        assert held("product") == {"02/02A05": (13, 0, 100)}
        assert held("model") == held("maand") == {}
        assert held("aanbieder", "maand") == {f"{w.JEUGD} | 2025-10": (8, 4, 50)}
        assert held("maand", aanbieder=w.JEUGD) == {"2025-10": (8, 4, 50)}

    def test_one_provider_only(self, chain: Chain, ledger: Session) -> None:
        self.world(ledger)
        w.ceiling(ledger, "van de een", 26 * WEEK, **JAAR, aanbieder=w.WMO)
        w.ceiling(ledger, "van allen", 26 * WEEK, **JAAR)
        ledger.commit()
        asked = {"aanbieder": w.WMO}
        assert [(r["sleutel"], r["vastgelegd"] // WEEK) for r in budgets(chain, "perceel", **asked)] == [
            ("", 13),
            ("thuis", 13),
        ]
        assert [(r["sleutel"], r["resterend"] // WEEK) for r in budgets(chain, **asked)] == [("van de een", 0)]
        assert chain.gemeente.apis["allocation"].call("GET", "/v1/budgetten?aanbieder=1").status_code == 422

    def test_by_several_at_once(self, chain: Chain, ledger: Session) -> None:
        self.world(ledger)
        w.ceiling(ledger, "alles", 52 * WEEK, **JAAR)
        ledger.commit()
        rows = budgets(chain, "perceel", "maand", "aanbieder")
        assert sum(row["vastgelegd"] for row in rows) == 39 * WEEK
        first, *_, last = rows
        assert (first["sleutel"], first["perceel"], first["maand"]) == (f" | 2025-10 | {w.WMO}", "", "2025-10")
        assert (last["aanbieder"], last["vastgelegd"], last["model"]) == (w.WMO, 5 * WEEK, None)
        split = budgets(chain, "plafond", "maand")
        assert [(r["vastgelegd"] // WEEK, r["resterend"] // WEEK) for r in split] == [(12, 13), (12, 13), (15, 13)]


class TestTasks:
    """What is paid for a task (model D): no client, no allocation, no law."""

    def world(self, chain: Chain, ledger: Session) -> None:
        w.allocation(ledger, 1)
        ledger.commit()
        parts = [("2025-01-15", 60, "termijn"), ("2025-10-15", 40, "termijn"), ("2026-01-15", 7, "termijn")]
        parts += [("2025-11-15", 900, "voorschot")]
        told = [{"vervaldatum": day, "bedrag": amount, "soort": kind} for day, amount, kind in parts]
        task = {"nummer": "T1", "aanbieder": w.JEUGD, "omschrijving": "Wijkteam", "bedrag": 10_000}
        days = {"begindatum": "2025-01-01", "einddatum": "2026-12-31", "termijnen": told}
        chain.gemeente.call("PUT", "billing", "/taakbekostigingen", json=task | days)

    def test_its_instalments_are_committed_when_they_fall_due(self, chain: Chain, ledger: Session) -> None:
        self.world(chain, ledger)
        for per, key in (("aanbieder", w.JEUGD), ("model", "taak"), ("product", ""), ("perceel", "")):
            [row] = [row for row in budgets(chain, per) if row["standaard"] == ""]
            assert (row["sleutel"], row["vastgelegd"], row["prognose"], row["toewijzingen"]) == (key, 100, 100, 0)
        months = [(row["sleutel"], row["vastgelegd"]) for row in budgets(chain, "maand") if row["standaard"] == ""]
        assert months == [("2025-01", 60), ("2025-10", 40)]

    def test_of_one_law_or_under_a_ceiling_there_are_none(self, chain: Chain, ledger: Session) -> None:
        w.ceiling(ledger, "alles", 130 * WEEK, **JAAR)
        self.world(chain, ledger)
        assert [row["vastgelegd"] for row in budgets(chain)] == [13 * WEEK]
        assert [row["standaard"] for row in budgets(chain, "model", standaard="iwmo")] == ["iwmo"]
        assert budgets(chain, "model", aanbieder=w.WMO)[0]["standaard"] == "iwmo"
