"""Steps over many allocations: a conversion of three clients, the end of a contract."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from services.allocation import tasks
from services.allocation.levensloop import uitvoeren
from services.demo import inkoop as examples
from services.demo import people
from tests.chain import Chain, query
from tests.flows.levensloop import EIND, WEEKLY, WMO, allocate, codes, day, everything_accepted, post, seen
from tests.flows.reeksen import approve, lines, work
from tests.services.claims import agree

Json = dict[str, Any]
MODEL = {"model": "thuisondersteuning"}
CEL = {"soort": "ondersteunend", "resultaatgebieden": "1-2", "intensiteit": "gemiddeld"}
CLIENTS = (people.WILLEM, people.ANNIE, people.NOOR)
SENT = "SELECT 1 FROM bericht WHERE soort = '301' AND richting = 'uitgaand'"


def bought(chain: Chain) -> None:
    """Hours as they were bought until now, and the model that takes their place."""
    agree(chain, chain.begeleiding, {})
    told = json.loads((Path(examples.__file__).parent / "b_thuisondersteuning.json").read_text("utf-8"))
    frame = {
        **told["contracten"][0],
        "raamcontract": told["contracten"][0]["nummer"],
        "nummer": "C2",
        "tegenpartij": WMO,
    }
    hours = {
        "standaard": "iwmo",
        "product_categorie": "02",
        "product_code": "02A03",
        "naam": "Begeleiding",
        "eenheid": "04",
        "frequentie": "2",
        "bekostiging": "inspanning",
        "begindatum": "2024-01-01",
    }
    told["contracten"].append(frame)
    told["producten"].append(hours)
    chain.gemeente.call("POST", "allocation", "/inkoop", json=told)


def conversion(**changes: Any) -> Json:
    rule = {
        "van": {"categorie": "02", "code": "02A03"},
        "naar": {"arrangement": MODEL | {"assen": CEL}},
        "maximaal_maanden": 60,
    }
    return {"standaard": "iwmo", "per": day(10), "regels": [rule]} | changes


class TestConversion:
    def test_of_three_clients_in_one_reviewed_step(self, chain: Chain) -> None:
        bought(chain)
        for client in CLIENTS:
            allocate(chain, client=client)
        plan = post(chain.gemeente, "/omzettingen", conversion())
        assert plan["totalen"]["standen"] == {"gepland": 3}
        assert plan["totalen"]["waarde_oud"] == sum(line["waarde_oud"] for line in plan["regels"]) > 0
        assert {(line["nieuw"]["product_code"], line["nieuw"]["einddatum"]) for line in plan["regels"]} == {
            ("10O11", EIND.isoformat())
        }
        work(chain)
        assert query(SENT) == [(1,)] * 3
        approve(chain, plan)
        assert {line["stand"] for line in lines(chain.gemeente, plan)} == {"gepland"}
        work(chain)
        done = lines(chain.gemeente, plan)
        assert {line["stand"] for line in done} == {"geaccepteerd"}
        for line in done:
            old, new = seen(chain.begeleiding, line["toewijzing"]), seen(chain.begeleiding, line["nieuwe_toewijzing"])
            assert (old["einddatum"], old["reden_wijziging"]) == (day(9), "10")
            assert (new["ingangsdatum"], new["product_code"]) == (day(10), "10O11")
            assert old["bericht"] == new["bericht"]
        everything_accepted(chain)
        behind = query("SELECT DISTINCT door, goedgekeurd_door FROM besluit WHERE model IS NOT NULL")
        assert [tuple(row) for row in behind] == [("sleutel demo", "sleutel collega")]

    def test_a_job_that_runs_again_sends_nothing_twice(self, chain: Chain) -> None:
        bought(chain)
        allocate(chain)
        plan = post(chain.gemeente, "/omzettingen", conversion())
        approve(chain, plan)
        query(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, lock) SELECT queue_name, task_name, args,"
            " 'nog eens' FROM procrastinate_jobs WHERE task_name = 'allocation.omzetten' RETURNING 1"
        )
        work(chain)
        assert len(query(SENT)) == 2
        assert [line["stand"] for line in lines(chain.gemeente, plan)] == ["geaccepteerd"]

    def test_one_that_is_killed_between_sending_and_noting_it_left_nothing_and_goes_on(
        self, chain: Chain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bought(chain)
        allocate(chain)
        plan = post(chain.gemeente, "/omzettingen", conversion())
        approve(chain, plan)
        with monkeypatch.context() as patch, pytest.raises(SystemExit):
            patch.setattr(uitvoeren, "_number", lambda *_: sys.exit(1))
            tasks.omzetten("0193", plan["id"], "1")
        assert len(query(SENT)) == 1
        tasks.omzetten("0193", plan["id"], "1")
        tasks.omzetten("0193", plan["id"], "1")
        assert len(query(SENT)) == 2
        work(chain)
        assert [line["stand"] for line in lines(chain.gemeente, plan)] == ["geaccepteerd"]
        everything_accepted(chain)

    def test_who_made_it_does_not_approve_it_and_nobody_does_so_twice(self, chain: Chain) -> None:
        allocate(chain)
        body = conversion(
            regels=[
                {"van": {"categorie": "02", "code": "02A03"}, "naar": {"product": {"categorie": "07"}, "budget": 5}}
            ]
        )
        plan = post(chain.gemeente, "/omzettingen", body)
        approve(chain, plan, chain.gemeente, 409)
        approve(chain, plan)
        approve(chain, plan, status=409)
        with pytest.raises(Exception, match="twee_personen"):
            query("UPDATE omzetting SET goedgekeurd_kenmerk = gemaakt_kenmerk RETURNING 1")

    def test_what_cannot_be_is_shown_beforehand_and_left_as_it_is(self, chain: Chain) -> None:
        bought(chain)
        made = allocate(chain)
        chain.gemeente.call(
            "PUT",
            "allocation",
            "/contracten",
            json={
                "nummer": "C2",
                "standaard": "iwmo",
                "begindatum": "2024-01-01",
                "tegenpartij": WMO,
                "perceel": "elders",
                "raamcontract": "WMO-THUIS",
            },
        )
        plan = post(chain.gemeente, "/omzettingen", conversion())
        [line] = plan["regels"]
        assert (line["stand"], [fault["code"] for fault in line["fouten"]]) == ("fout", ["CONTRACT"])
        assert plan["totalen"]["waarde_nieuw"] == plan["totalen"]["waarde_oud"]
        approve(chain, plan)
        work(chain)
        assert seen(chain.gemeente, made)["einddatum"] == EIND.isoformat()

    def test_what_changed_since_is_not_overwritten(self, chain: Chain) -> None:
        bought(chain)
        made = allocate(chain)
        plan = post(chain.gemeente, "/omzettingen", conversion())
        post(chain.gemeente, f"/toewijzingen/{made}/verlenging", {"einddatum": day(100)})
        approve(chain, plan)
        work(chain)
        [line] = lines(chain.gemeente, plan)
        assert line["stand"] == "geweigerd"
        assert "intussen gewijzigd" in line["reden"]
        assert seen(chain.gemeente, made)["einddatum"] == day(100)

    def test_one_client_does_not_get_the_new_product_twice(self, chain: Chain) -> None:
        other = {"categorie": "02", "code": "02A05"}
        for product in (WEEKLY["product"], other):
            allocate(chain, product=product)
        naar = {"product": {"categorie": "07"}, "budget": 5}
        rules = [{"van": product, "naar": naar} for product in (WEEKLY["product"], other)]
        plan = post(chain.gemeente, "/omzettingen", conversion(regels=rules))
        assert [[fault["code"] for fault in line["fouten"]] for line in plan["regels"]] == [["OP259"]] * 2

    def test_a_cell_that_is_not_there(self, chain: Chain) -> None:
        assert codes(chain.gemeente, "/omzettingen", conversion()) == ["ARRANGEMENT"]


class TestEndOfContract:
    def test_what_runs_is_finished_and_nothing_new_begins(self, chain: Chain) -> None:
        agree(chain, chain.begeleiding, {})
        made = allocate(chain)
        body = {"datum": day(5), "laatste_instroom": day(-1), "lopende": "afmaken"}
        told = post(chain.gemeente, "/contracten/C1/beeindiging", body)
        assert (told["instroom_tot"], told["einddatum"], told["omzetting"]) == (day(-1), EIND.isoformat(), None)
        assert [row["toewijzing"] for row in told["lopend"]] == [made]
        fresh = WEEKLY | {"client": people.ANNIE, "ingangsdatum": day(0)}
        assert codes(chain.gemeente, "/toewijzingen", fresh) == ["INSTROOM"]
        everything_accepted(chain)

    def test_or_all_of_it_ends_once_a_colleague_approved(self, chain: Chain) -> None:
        agree(chain, chain.begeleiding, {})
        made = [allocate(chain, client=client) for client in CLIENTS]
        short = allocate(chain, client=people.SAM, einddatum=day(5))
        told = post(chain.gemeente, "/contracten/C1/beeindiging", {"datum": day(5), "lopende": "beeindigen"})
        plan = {"id": told["omzetting"]}
        assert (told["einddatum"], len(lines(chain.gemeente, plan))) == (None, 3)
        approve(chain, plan)
        work(chain)
        for toewijzing in made:
            ended = seen(chain.begeleiding, toewijzing)
            assert (ended["einddatum"], ended["reden_wijziging"]) == (day(5), "03")
        assert seen(chain.begeleiding, short)["reden_wijziging"] is None
        after = chain.gemeente.get("allocation", f"/contracten/C1/beeindiging?na={day(5)}")
        assert (after["einddatum"], after["lopend"]) == (day(5), [])
        everything_accepted(chain)
