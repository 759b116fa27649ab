"""A request for allocation (315): granted, refused, looked into, and what it blocks meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.demo.stage import Party
from shared.calendar import add_working_days, vandaag
from shared.standard.level1 import check
from tests.chain import Chain
from tests.flows import verzoeken as v

BOTH = pytest.mark.parametrize("wet", [v.IJW, v.IWMO], ids=lambda wet: wet.standaard)
ELDERS = "0200"


@BOTH
class TestGranted:
    def test_it_becomes_a_new_allocation_with_its_reference(self, chain: Chain, wet: v.Wet) -> None:
        [made] = v.asked(chain, wet, v.vot(wet))
        [seen] = v.waiting(chain)
        assert seen["referentie_aanbieder"] == made["referentie_aanbieder"]
        found = v.granted(chain, seen, client=wet.client)
        assert found["status"] == v.see(v.party(chain, wet), made)["status"] == "ingewilligd"
        [(nummer, allocation)] = v.toewijzingen(v.party(chain, wet)).items()
        assert found["antwoorden"][0]["toewijzingen"] == [nummer]
        assert allocation["product_code"] == wet.product["code"]
        assert (allocation["ingangsdatum"], allocation["einddatum"]) == (v.over(7), v.over(190))
        assert (allocation["omvang"], allocation["reden_wijziging"]) == (v.WEKELIJKS, None)

    def test_the_municipality_may_judge_otherwise(self, chain: Chain, wet: v.Wet) -> None:
        """IV094: another product, other days, a budget in place of a volume."""
        v.asked(chain, wet, v.vot(wet))
        [seen] = v.waiting(chain)
        other = {"categorie": wet.ander["categorie"]}
        days = {"ingangsdatum": v.over(14), "einddatum": v.over(100)}
        v.granted(chain, seen, client=wet.client, product=other, budget=50_000, commentaar="Minder", **days)
        [allocation] = v.toewijzingen(v.party(chain, wet)).values()
        assert (allocation["product_categorie"], allocation["product_code"]) == (wet.ander["categorie"], None)
        assert (allocation["omvang"], allocation["budget"]) == (None, 50_000)
        assert {name: allocation[name] for name in days} == days

    def test_of_each_product_is_decided_apart_and_other_allocations_have_no_reference(
        self, chain: Chain, wet: v.Wet
    ) -> None:
        first, second = v.asked(chain, wet, v.vot(wet, v.product(wet), v.product(wet, product=wet.ander)))
        assert first["bericht"] == second["bericht"]
        one, other = v.waiting(chain)
        v.granted(chain, one, client=wet.client)
        found = v.granted(chain, other)  # by now the municipality knows the client
        message = check(chain.gemeente.xml(found["antwoorden"][0]["bericht"])).document()
        told = [row.get("referentie_aanbieder") for row in message.root.all("ToegewezenProduct")]
        assert told == ["", second["referentie_aanbieder"]]

    def test_one_product_granted_and_one_rejected(self, chain: Chain, wet: v.Wet) -> None:
        v.asked(chain, wet, v.vot(wet, v.product(wet), v.product(wet, product=wet.ander)))
        one, other = v.waiting(chain)
        assert v.decide(chain, other, "afwijzing", reden="4").status_code == 201
        v.granted(chain, one, client=wet.client)
        provider = v.party(chain, wet).get("allocation", "/verzoeken")["verzoeken"]
        assert [row["status"] for row in provider] == ["ingewilligd", "afgewezen"]


@pytest.mark.parametrize(("bekend", "known"), [(None, False), ("2", False), ("1", True)])
def test_who_has_custody_is_told_unless_the_provider_knows(chain: Chain, bekend: str | None, known: bool) -> None:
    """OP002, OP002x1."""
    client = v.verkort(v.IJW.client) | ({"gezagsdrager_bekend": bekend} if bekend else {})
    v.asked(chain, v.IJW, v.vot(v.IJW, client=client))
    [seen] = v.waiting(chain)
    made = v.decide(chain, seen, "inwilliging", client=v.IJW.client | {"relaties": []})
    assert made.status_code == 201 if known else v.codes(made) == ["OP002"], made.text


@BOTH
class TestGoingOn:
    def test_what_goes_on_with_the_same_is_stretched_instead(self, chain: Chain, wet: v.Wet) -> None:
        """OP380, also when its provider asked for a new one."""
        running = v.allocated(chain, wet, einddatum=v.over(6))
        v.asked(chain, wet, v.vot(wet))
        [asked] = v.waiting(chain)
        refused = v.decide(chain, asked, "inwilliging")
        assert v.codes(refused) == ["OP380"]
        assert f"0193-{wet.standaard}-{running}/verlenging" in refused.json()["bevindingen"][0]["melding"]
        v.granted(chain, asked, omvang=v.MEER)


@BOTH
class TestAReference:
    @pytest.mark.parametrize("own", ["R1", None])
    def test_it_is_the_providers_own_at_every_municipality(self, chain: Chain, wet: v.Wet, own: str | None) -> None:
        """TR347: each municipality knows its own requests only, so he sees to it himself."""
        chain.another("0200", "Apeldoorn")
        v.asked(chain, wet, v.vot(wet, v.product(wet, referentie_aanbieder=own)))
        again = v.vot(wet, v.product(wet, referentie_aanbieder=own), gemeente="0200")
        response = v.post(v.party(chain, wet), "/verzoeken/toewijzing", again)
        if own is None:
            assert response.status_code == 202
        else:
            assert v.codes(response) == ["TR347"]


@BOTH
class TestRefused:
    def test_both_see_the_reason_and_a_new_request_can_be_made(self, chain: Chain, wet: v.Wet) -> None:
        [made] = v.asked(chain, wet, v.vot(wet))
        [seen] = v.waiting(chain)
        assert v.decide(chain, seen, "afwijzing", reden="3").status_code == 201
        for who, verzoek in ((chain.gemeente, seen), (v.party(chain, wet), made)):
            found = v.see(who, verzoek)
            assert (found["status"], found["uiterlijk"], found["te_laat"]) == ("afgewezen", None, False)
            [answer] = found["antwoorden"]
            assert (answer["soort"], answer["reden"], answer["omschrijving"]) == ("afwijzing", "3", "Geen contract")
            assert answer["status"] == "goedgekeurd"
        v.asked(chain, wet, v.vot(wet))

    def test_what_was_decided_is_not_decided_again(self, chain: Chain, wet: v.Wet) -> None:
        v.asked(chain, wet, v.vot(wet))
        [seen] = v.waiting(chain)
        v.decide(chain, seen, "afwijzing", reden="3")
        grant = v.decide(chain, seen, "inwilliging", client=wet.client)
        assert grant.status_code == 409
        assert "afgewezen" in grant.json()["detail"]
        assert v.codes(v.decide(chain, seen, "afwijzing", reden="3")) == ["TR365"]
        assert v.codes(v.decide(chain, seen, "onderzoek")) == ["TR360", "TR365"]
        assert v.toewijzingen(chain.gemeente) == {}

    def test_what_was_granted_is_not_rejected_nor_granted_again(self, chain: Chain, wet: v.Wet) -> None:
        v.asked(chain, wet, v.vot(wet))
        [seen] = v.waiting(chain)
        v.granted(chain, seen, client=wet.client)
        assert v.codes(v.decide(chain, seen, "afwijzing", reden="3")) == ["TR359"]
        assert v.codes(v.decide(chain, seen, "onderzoek")) == ["TR359"]
        assert v.decide(chain, seen, "inwilliging").status_code == 409
        assert len(v.toewijzingen(chain.gemeente)) == 1


def elsewhere(chain: Chain) -> Party:
    """A municipality more, which is responsible for the client."""
    return chain.another(ELDERS, "Gemeente Elders")


class TestAnotherMunicipalityIsResponsible:
    def test_it_is_sent_on_to_the_right_one(self, chain: Chain) -> None:
        """The woonplaatsbeginsel of the Jeugdwet (OP359): refused here with the code of there, and granted there."""
        right = elsewhere(chain)
        [made] = v.asked(chain, v.IJW, v.vot(v.IJW))
        [seen] = v.waiting(chain)
        assert v.see(chain.gemeente, seen)["uiterlijk_woonplaats"] == v.over(14)
        assert v.decide(chain, seen, "afwijzing", reden="8", gemeente=ELDERS).status_code == 201
        [answer] = v.see(chain.jeugdhulp, made)["antwoorden"]
        assert (answer["reden"], answer["gemeente"]) == ("8", ELDERS)
        v.asked(chain, v.IJW, v.vot(v.IJW, gemeente=answer["gemeente"]))
        [there] = right.get("allocation", "/verzoeken?status=open")["verzoeken"]
        response = v.post(right, f"/verzoeken/{there['id']}/inwilliging", {"client": v.IJW.client})
        assert response.status_code == 201, response.text
        chain.drain()
        [allocation] = v.toewijzingen(chain.jeugdhulp).values()
        assert allocation["gemeente"] == ELDERS
        assert v.waiting(chain) == []

    @pytest.mark.parametrize(
        ("wet", "body", "wanted"),
        [
            (v.IJW, {"reden": "8"}, ["TR377"]),
            (v.IJW, {"reden": "5", "gemeente": ELDERS}, ["TR409"]),
            (v.IJW, {"reden": "8", "gemeente": "0193"}, ["WOONPLAATS"]),
            (v.IJW, {"reden": "3", "gemeente": "0193"}, ["TR409", "WOONPLAATS"]),
            (v.IJW, {"reden": "8", "gemeente": "0001"}, ["TR378"]),
            (v.IWMO, {"reden": "8"}, ["WOONPLAATS"]),
            (v.IWMO, {"reden": "8", "gemeente": ELDERS}, ["WOONPLAATS"]),
            (v.IWMO, {"reden": "5", "gemeente": ELDERS}, ["WOONPLAATS"]),
        ],
    )
    def test_the_municipality_goes_with_the_reason(
        self, chain: Chain, wet: v.Wet, body: v.Json, wanted: list[str]
    ) -> None:
        v.asked(chain, wet, v.vot(wet))
        [seen] = v.waiting(chain)
        assert v.codes(v.decide(chain, seen, "afwijzing", **body)) == wanted
        assert v.waiting(chain) == [seen]


@BOTH
class TestUnderInvestigation:
    def test_it_takes_eight_weeks_once_and_is_then_granted(self, chain: Chain, wet: v.Wet) -> None:
        [made] = v.asked(chain, wet, v.vot(wet))
        [seen] = v.waiting(chain)
        assert seen["uiterlijk"] == add_working_days(vandaag(), 5).isoformat()
        assert v.decide(chain, seen, "onderzoek").status_code == 201
        for who, verzoek in ((chain.gemeente, seen), (v.party(chain, wet), made)):
            found = v.see(who, verzoek)
            assert (found["status"], found["uiterlijk"]) == ("in-onderzoek", v.over(56))
        assert v.codes(v.decide(chain, seen, "onderzoek")) == ["TR360"]
        found = v.granted(chain, seen, client=wet.client)
        assert [answer["soort"] for answer in found["antwoorden"]] == ["onderzoek", "toewijzing"]
        assert len(v.toewijzingen(v.party(chain, wet))) == 1

    def test_or_rejected(self, chain: Chain, wet: v.Wet) -> None:
        [made] = v.asked(chain, wet, v.vot(wet))
        [seen] = v.waiting(chain)
        v.decide(chain, seen, "onderzoek")
        assert v.decide(chain, seen, "afwijzing", reden="7").status_code == 201
        assert v.see(v.party(chain, wet), made)["status"] == "afgewezen"


@BOTH
class TestWhatBlocks:
    def test_a_second_request_names_the_first_until_it_is_decided(self, chain: Chain, wet: v.Wet) -> None:
        [made] = v.asked(chain, wet, v.vot(wet))
        path, again = "/verzoeken/toewijzing", v.vot(wet, v.product(wet, product=wet.ander))
        refused = v.post(v.party(chain, wet), path, again)
        assert v.codes(refused) == ["TR374"]
        [finding] = refused.json()["bevindingen"]
        assert made["id"] in finding["melding"]
        assert f"{vandaag():%d-%m-%Y}" in finding["melding"]
        [seen] = v.waiting(chain)
        v.decide(chain, seen, "onderzoek")
        assert v.codes(v.post(v.party(chain, wet), path, again)) == ["TR374"]
        v.decide(chain, seen, "afwijzing", reden="7")
        v.asked(chain, wet, again)

    def test_what_else_is_wrong_is_told_too(self, chain: Chain, wet: v.Wet) -> None:
        v.asked(chain, wet, v.vot(wet))
        wrong = v.product(wet, budget=100)
        refused = v.post(v.party(chain, wet), "/verzoeken/toewijzing", v.vot(wet, wrong))
        assert sorted(v.codes(refused)) == ["CD077", "CD078", "TR374"]

    def test_another_client_is_free(self, chain: Chain, wet: v.Wet) -> None:
        v.asked(chain, wet, v.vot(wet))
        v.asked(chain, wet, v.vot(wet, client=v.verkort(v.people.ANNIE)))


class TestAtOnce:
    def test_of_decisions_at_once_one_holds(self, chain: Chain) -> None:
        """Whichever comes first: granted once, or rejected and then not granted."""
        v.asked(chain, v.IJW, v.vot(v.IJW))
        [seen] = v.waiting(chain)
        bodies = {"inwilliging": {"client": v.IJW.client}, "afwijzing": {"reden": "3"}}

        def decide(decision: str) -> int:
            return v.post(chain.gemeente, f"/verzoeken/{seen['id']}/{decision}", bodies[decision]).status_code

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(decide, ["inwilliging", "afwijzing"] * 2))
        assert sorted(answers) == [201, 409, 409, 422] or sorted(answers) == [201, 409, 422, 422]
        chain.drain()
        found = v.see(chain.gemeente, seen)
        assert len(found["antwoorden"]) == 1
        assert len(v.toewijzingen(chain.jeugdhulp)) == (found["status"] == "ingewilligd")

    def test_of_requests_at_once_one_is_sent_and_the_others_name_it(self, chain: Chain) -> None:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: v.post(chain.jeugdhulp, "/verzoeken/toewijzing", v.vot(v.IJW)), range(4)))
        [sent] = [answer.json()["verzoeken"][0] for answer in answers if answer.status_code == 202]
        refused = [answer for answer in answers if answer.status_code != 202]
        assert [v.codes(answer) for answer in refused] == [["TR374"]] * 3
        assert all(sent["id"] in answer.text for answer in refused)
