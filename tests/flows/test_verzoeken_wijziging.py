"""A request for change (317): the whole new situation of a client, granted or refused as a whole."""

from typing import Any

import pytest

from shared.standard.document import Document
from shared.standard.level1 import check
from tests.chain import Chain
from tests.flows import verzoeken as v
from tests.services.claims import agree, declare, deliver

DERDE = {"ijw": {"categorie": "43", "code": "43A06"}, "iwmo": {"categorie": "07", "code": "07A06"}}
Line = tuple[str, str, str, str, str]


@pytest.fixture(params=[v.IJW, v.IWMO], ids=lambda wet: wet.standaard)
def wet(request: pytest.FixtureRequest) -> v.Wet:
    """Each law in turn."""
    law: v.Wet = request.param
    return law


def lines(chain: Chain, verzoek: v.Json) -> dict[str, Line]:
    """The allocations in the 301 that granted a request, by number: days, volume, reason and reference."""
    document: Document = check(chain.gemeente.xml(verzoek["antwoorden"][-1]["bericht"])).document()
    names = ("ingangsdatum", "einddatum", "omvang_volume", "reden_wijziging", "referentie_aanbieder")
    rows = list(document.root.all("ToegewezenProduct"))
    return {row.get("toewijzing_nummer"): tuple(row.get(name) for name in names) for row in rows}  # type: ignore[misc]


def one(chain: Chain, wet: v.Wet, **verzoek: Any) -> v.Json:
    """A request for change that came in, as the municipality has it."""
    [made] = v.asked(chain, wet, v.vow(wet, **verzoek))
    [seen] = v.waiting(chain)
    assert seen["referentie_aanbieder"] == made["referentie_aanbieder"]
    return v.see(chain.gemeente, seen)


class TestGrantedAsAWhole:
    def test_what_changes_what_is_new_and_what_stays_go_in_one_301(self, chain: Chain, wet: v.Wet) -> None:
        """IV093: another weekly volume ends an allocation and begins one; what stays has the reference too (IV097)."""
        same = v.allocated(chain, wet, product=DERDE[wet.standaard])
        path, longer = f"/toewijzingen/0193-{wet.standaard}-{same}/wijzigingen", {"einddatum": v.over(110)}
        chain.gemeente.call("POST", "allocation", path, 201, json={"reden_wijziging": "04", **longer})
        old = v.allocated(chain, wet)
        asked = one(
            chain,
            wet,
            ongewijzigde_producten=[{"toewijzing_nummer": same}],
            te_wijzigen_producten=[v.changing(old)],
            nieuwe_producten=[v.fresh(wet)],
        )
        told = [(p["soort"], p["toewijzing_nummer"]) for p in asked["producten"]]
        assert told == [("te-wijzigen", old), ("nieuw", None), ("ongewijzigd", same)]
        assert asked["producten"][0]["product"] == wet.product
        found = lines(chain, v.granted(chain, asked))
        reference, [successor, new] = asked["referentie_aanbieder"], sorted(set(found) - {str(same), str(old)})
        assert found == {
            str(same): (v.over(-30), v.over(110), "3", "", reference),
            str(old): (v.over(-30), v.over(6), "3", "12", reference),
            successor: (v.over(7), v.over(100), "5", "", reference),
            new: (v.over(7), v.over(190), "3", "", reference),
        }
        provider, municipality = v.toewijzingen(v.party(chain, wet)), v.toewijzingen(chain.gemeente)
        assert provider.keys() == municipality.keys()
        assert v.waiting(chain) == v.waiting(chain, "in-onderzoek") == []

    @pytest.mark.parametrize(
        ("standing", "wanted", "line"),
        [
            ({}, {"omvang": v.WEKELIJKS, "einddatum": v.over(300)}, (v.over(300), "3")),
            ({}, {"omvang": v.WEKELIJKS, "einddatum": v.over(30)}, (v.over(30), "3")),
            (
                {"omvang": v.TOTAAL},
                {"gewenste_ingangsdatum": v.over(-30), "omvang": v.TOTAAL | {"volume": 60}},
                (v.over(100), "60"),
            ),
            (
                {"omvang": None, "budget": 100, "product": "categorie"},
                {"gewenste_ingangsdatum": v.over(-30), "omvang": None, "budget": 300},
                (v.over(100), ""),
            ),
            (
                {"omvang": None, "budget": 100, "product": "categorie"},
                {"omvang": None, "einddatum": v.over(50)},
                (v.over(50), ""),
            ),
        ],
        ids=["stretched", "shortened", "another total", "another budget", "a budget not named"],
    )
    def test_the_allocation_itself_is_changed(
        self, chain: Chain, wet: v.Wet, standing: v.Json, wanted: v.Json, line: tuple[str, str]
    ) -> None:
        """OP257, OP380: its number stays, with the reason that the provider asked for it."""
        if standing.get("product"):
            standing = standing | {"product": {"categorie": wet.product["categorie"]}}
        number = v.allocated(chain, wet, **standing)
        asked = one(chain, wet, te_wijzigen_producten=[v.changing(number, **wanted)])
        [(told, found)] = lines(chain, v.granted(chain, asked)).items()
        assert told == str(number)
        assert found == (v.over(-30), *line, "12", asked["referentie_aanbieder"])
        [row] = v.toewijzingen(v.party(chain, wet)).values()
        assert row["budget"] == wanted.get("budget", standing.get("budget"))

    def test_a_budget_that_is_not_named_stays_where_there_is_no_product(self, chain: Chain, wet: v.Wet) -> None:
        number = v.allocated(chain, wet, product=None, omvang=None, budget=100)
        later = v.changing(number, omvang=None, gewenste_ingangsdatum=v.over(-30), einddatum=v.over(50))
        v.granted(chain, one(chain, wet, te_wijzigen_producten=[later]))
        [row] = v.toewijzingen(v.party(chain, wet)).values()
        assert (row["budget"], row["einddatum"]) == (100, v.over(50))

    def test_another_volume_per_week_from_the_first_day_takes_a_new_number(self, chain: Chain, wet: v.Wet) -> None:
        """IV066, IV093: nothing is left of the old one, so it is deleted."""
        number = v.allocated(chain, wet)
        asked = one(chain, wet, te_wijzigen_producten=[v.changing(number, gewenste_ingangsdatum=v.over(-30))])
        found, reference = lines(chain, v.granted(chain, asked)), asked["referentie_aanbieder"]
        [new] = set(found) - {str(number)}
        assert found == {
            str(number): (v.over(-30), v.over(-30), "3", "13", reference),
            new: (v.over(-30), v.over(100), "5", "", reference),
        }

    def test_not_when_something_of_it_was_granted(self, chain: Chain) -> None:
        agree(chain, chain.begeleiding, {})
        number = v.allocated(chain, v.IWMO, ingangsdatum="2025-10-07")
        deliver(chain.begeleiding, f"0193-iwmo-{number}", "2025-10", 3)
        declare(chain, chain.begeleiding, "2025-10")
        asked = one(chain, v.IWMO, te_wijzigen_producten=[v.changing(number, gewenste_ingangsdatum="2025-10-07")])
        assert v.codes(v.decide(chain, asked, "inwilliging")) == ["TR385"]
        assert v.see(chain.gemeente, asked)["status"] == "open"

    def test_only_as_it_was_asked(self, chain: Chain, wet: v.Wet) -> None:
        number = v.allocated(chain, wet)
        asked = one(chain, wet, te_wijzigen_producten=[v.changing(number)])
        refused = v.decide(chain, asked, "inwilliging", omvang=v.WEKELIJKS, einddatum=v.over(50))
        assert v.codes(refused) == ["IV093", "IV093"]
        early = [{"nummer": 1, "ingangsdatum": v.over(9)}]
        assert v.codes(v.decide(chain, asked, "inwilliging", perioden=early)) == ["IV093"]
        assert v.see(chain.gemeente, asked)["status"] == "open"

    def test_an_allocation_that_was_withdrawn_meanwhile_cannot_change(self, chain: Chain, wet: v.Wet) -> None:
        number = v.allocated(chain, wet)
        asked = one(chain, wet, te_wijzigen_producten=[v.changing(number)])
        gone = {"reden_wijziging": "13", "einddatum": v.over(-30)}
        path = f"/toewijzingen/0193-{wet.standaard}-{number}/wijzigingen"
        chain.gemeente.call("POST", "allocation", path, 201, json=gone)
        assert v.codes(v.decide(chain, asked, "inwilliging")) == ["TR351"]
        assert v.decide(chain, asked, "afwijzing", reden="1").status_code == 201

    def test_nor_can_one_stay_that_was_deleted_meanwhile(self, chain: Chain, wet: v.Wet) -> None:
        """IV093: all of it, or nothing."""
        number, same = v.allocated(chain, wet), v.allocated(chain, wet, product=wet.ander)
        stays = [{"toewijzing_nummer": same}]
        asked = one(chain, wet, te_wijzigen_producten=[v.changing(number)], ongewijzigde_producten=stays)
        path = f"/toewijzingen/0193-{wet.standaard}-{same}/verwijdering"
        chain.gemeente.call("POST", "allocation", path, 201)
        assert v.codes(v.decide(chain, asked, "inwilliging")) == ["IV093"]


class TestCrossing:
    """A 301 and a request on their way at the same time: each sender could not know the other (OP095)."""

    @pytest.mark.parametrize(
        ("standing", "path", "body", "wanted"),
        [
            ({}, "intrekking", {"einddatum": v.over(-1), "reden": "07"}, {}),
            (
                {"omvang": v.TOTAAL},
                "herziening",
                {"volume": 50},
                {"omvang": v.TOTAAL, "einddatum": v.over(50)},
            ),
        ],
        ids=["withdrawn", "another total"],
    )
    def test_what_is_changed_meanwhile_is_no_fault(
        self, chain: Chain, wet: v.Wet, standing: v.Json, path: str, body: v.Json, wanted: v.Json
    ) -> None:
        number = v.allocated(chain, wet, **standing)
        chain.gemeente.call("POST", "allocation", f"/toewijzingen/0193-{wet.standaard}-{number}/{path}", 201, json=body)
        one(chain, wet, te_wijzigen_producten=[v.changing(number, **wanted)])


class TestNotInPassing:
    """A person decides on a request as a whole: no other action grants it (IV093), or leans on it (OP299)."""

    @pytest.mark.parametrize("path", ["/toewijzingen", "/toewijzingen/{}/wijzigingen"])
    def test_no_other_action_takes_its_reference(self, chain: Chain, wet: v.Wet, path: str) -> None:
        number = v.allocated(chain, wet)
        asked = one(chain, wet, te_wijzigen_producten=[v.changing(number)], nieuwe_producten=[v.fresh(wet)])
        own = {"reden_wijziging": "12", "einddatum": v.over(90)}
        place = {"standaard": wet.standaard, "aanbieder": wet.aanbieder, "client": wet.client}
        new = place | {"product": wet.ander, "toegang": "wijkteam", "ingangsdatum": v.over(200), "omvang": v.WEKELIJKS}
        body = (own if "{}" in path else new) | {"referentie_aanbieder": asked["referentie_aanbieder"]}
        refused = v.post(chain.gemeente, path.format(f"0193-{wet.standaard}-{number}"), body)
        assert refused.status_code == 422
        assert [found["pad"] for found in refused.json()["bevindingen"]] == ["/body/referentie_aanbieder"]
        assert v.see(chain.gemeente, asked)["status"] == "open"


class TestRefused:
    def test_everything_stays_as_it_was(self, chain: Chain, wet: v.Wet) -> None:
        number = v.allocated(chain, wet)
        before = v.toewijzingen(v.party(chain, wet))
        asked = one(chain, wet, te_wijzigen_producten=[v.changing(number)], nieuwe_producten=[v.fresh(wet)])
        assert v.decide(chain, asked, "onderzoek").status_code == 201
        assert v.decide(chain, asked, "afwijzing", reden="2").status_code == 201
        assert v.see(chain.gemeente, asked)["status"] == "afgewezen"
        assert v.toewijzingen(v.party(chain, wet)) == before
        one(chain, wet, te_wijzigen_producten=[v.changing(number)])


class TestWhatIsNotSent:
    @pytest.mark.parametrize(
        ("verzoek", "wanted"),
        [
            ({"nieuwe_producten": "new"}, ["TR352"]),
            ({"ongewijzigde_producten": "same"}, ["TR353"]),
            ({"te_wijzigen_producten": "unknown"}, ["TR349", "TR351"]),
            ({"te_wijzigen_producten": "yesterday"}, ["TR357"]),
            ({"te_wijzigen_producten": "volumeless"}, ["TR411"]),
            ({"ongewijzigde_producten": "same", "nieuwe_producten": "same product"}, ["TR361"]),
            ({"ongewijzigde_producten": "same", "nieuwe_producten": "today"}, ["TR380"]),
        ],
        ids=str,
    )
    def test_all_that_is_wrong_is_told_at_once(
        self, chain: Chain, wet: v.Wet, verzoek: dict[str, str], wanted: list[str]
    ) -> None:
        number = v.allocated(chain, wet)
        products = {
            "new": v.fresh(wet),
            "same": {"toewijzing_nummer": number},
            "unknown": v.changing(999_999_999),
            "yesterday": v.changing(number, gewenste_ingangsdatum=v.over(-1)),
            "volumeless": v.changing(number, omvang=None),
            "same product": v.fresh(wet, product=wet.product),
            "today": v.fresh(wet, gewenste_ingangsdatum=v.over(0)),
        }
        body = v.vow(wet, **{group: [products[name]] for group, name in verzoek.items()})
        assert v.codes(v.post(v.party(chain, wet), "/verzoeken/wijziging", body)) == wanted
        assert v.waiting(chain) == []

    def test_a_client_without_allocation(self, chain: Chain, wet: v.Wet) -> None:
        body = v.vow(wet, te_wijzigen_producten=[v.changing(1)])
        assert v.codes(v.post(v.party(chain, wet), "/verzoeken/wijziging", body)) == ["TR304", "TR351"]

    def test_a_request_for_allocation_waits_too(self, chain: Chain, wet: v.Wet) -> None:
        number = v.allocated(chain, wet)
        one(chain, wet, te_wijzigen_producten=[v.changing(number)])
        refused = v.post(v.party(chain, wet), "/verzoeken/toewijzing", v.vot(wet, v.product(wet, product=wet.ander)))
        assert v.codes(refused) == ["TR374"]
        assert "verzoek om wijziging" in refused.json()["bevindingen"][0]["melding"]


class TestASecondPerson:
    """From an amount that the municipality sets on, nobody grants alone what commits it."""

    def limit(self, chain: Chain, wet: v.Wet, bedrag: int) -> None:
        chain.gemeente.call("PUT", "allocation", "/toewijsgrenzen", json={"standaard": wet.standaard, "bedrag": bedrag})

    def test_a_new_allocation(self, chain: Chain, wet: v.Wet) -> None:
        self.limit(chain, wet, 50_000)
        v.asked(chain, wet, v.vot(wet))
        [seen] = v.waiting(chain)
        decision = {"client": wet.client, "product": {"categorie": wet.product["categorie"]}}
        refused = v.decide(chain, seen, "inwilliging", budget=50_000, **decision)
        assert refused.status_code == 409
        assert [finding["code"] for finding in refused.json()["bevindingen"]] == ["GOEDKEURING"]
        assert v.waiting(chain) == [seen]
        v.granted(chain, seen, budget=49_999, **decision)

    def test_another_approves_what_one_prepared(self, chain: Chain, wet: v.Wet) -> None:
        self.limit(chain, wet, 50_000)
        v.asked(chain, wet, v.vot(wet))
        [seen] = v.waiting(chain)
        decision = {"client": wet.client, "product": {"categorie": wet.product["categorie"]}, "budget": 50_000}
        told = {"verzoek": {"id": seen["id"], "gevraagd": decision}}
        made = chain.gemeente.call("POST", "allocation", "/toewijzingsvoorstellen", 201, json=told)
        assert (made["bedrag"], made["uitkomst"]) == (50_000, None)
        path = f"/toewijzingsvoorstellen/{made['id']}/goedkeuring"
        assert v.post(chain.gemeente, path, {}).status_code == 409
        done = chain.colleague().call("POST", "allocation", path)
        chain.drain()
        assert chain.gemeente.get("messaging", f"/berichten/{done['bericht']}")["status"] == "goedgekeurd"
        assert chain.gemeente.get("allocation", f"/verzoeken/{seen['id']}")["status"] == "ingewilligd"

    @pytest.mark.parametrize(("budget", "status"), [(60_000, 409), (55_000, 201), (40_000, 201)])
    def test_what_becomes_more_worth(self, chain: Chain, wet: v.Wet, budget: int, status: int) -> None:
        category = {"categorie": wet.product["categorie"]}
        number = v.allocated(chain, wet, omvang=None, budget=55_000, product=category)
        changed = v.changing(number, gewenste_ingangsdatum=v.over(-30), omvang=None, budget=budget)
        asked = one(chain, wet, te_wijzigen_producten=[changed | {"einddatum": v.over(90)}])
        self.limit(chain, wet, 50_000)
        assert v.decide(chain, asked, "inwilliging").status_code == status
