"""A request for change (317): the whole new situation of a client, granted or refused as a whole."""

from typing import Any

import pytest

from shared.standard.document import Document
from shared.standard.level1 import check
from tests.chain import Chain
from tests.flows import verzoeken as v

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
            ({}, {"gewenste_ingangsdatum": v.over(-30)}, (v.over(100), "5")),
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
        ],
        ids=["stretched", "shortened", "more from the first day", "another total", "another budget"],
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
        assert row["budget"] == wanted.get("budget")

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


class TestNotInPassing:
    """A person decides on a request as a whole: no other action grants it (IV093), or leans on it (OP299)."""

    @pytest.mark.parametrize("path", ["/toewijzingen", "/toewijzingen/{}/wijzigingen"])
    def test_no_other_action_takes_its_reference(self, chain: Chain, wet: v.Wet, path: str) -> None:
        number = v.allocated(chain, wet)
        asked = one(chain, wet, te_wijzigen_producten=[v.changing(number)], nieuwe_producten=[v.fresh(wet)])
        own = {"reden_wijziging": "12", "einddatum": v.over(90)}
        whole = {"standaard": wet.standaard, "aanbieder": wet.aanbieder, "client": wet.client, "product": wet.ander}
        new = whole | {"ingangsdatum": v.over(200), "omvang": v.WEKELIJKS}
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
        told = {"verzoek": {"id": seen["id"], "inwilliging": decision}}
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
