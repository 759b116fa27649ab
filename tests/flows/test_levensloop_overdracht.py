"""An allocation that moves to another provider, and what is done with one at the same time."""

from concurrent.futures import ThreadPoolExecutor

from services.demo import people
from tests.chain import Chain, query
from tests.flows.levensloop import (
    BUDGET,
    EIND,
    JEUGD,
    TOTAL,
    WEEKLY,
    WMO,
    Json,
    after,
    allocate,
    codes,
    day,
    everything_accepted,
    post,
    seen,
)
from tests.services.claims import agree, declare, deliver

DERDE = "65656059"


class TestMoving:
    def test_the_one_ends_with_a_handover_and_the_other_begins(self, chain: Chain) -> None:
        made = allocate(chain)
        body = {"aanbieder": JEUGD, "per": day(7), "warme_overdracht": 14}
        told = post(chain.gemeente, f"/toewijzingen/{made}/overdracht", body)
        old, new = told["toewijzing"], told["nieuw"]
        assert (old["einddatum"], old["reden_wijziging"], old["aanbieder"]) == (day(20), "09", WMO)
        assert (new["ingangsdatum"], new["einddatum"], new["aanbieder"]) == (day(7), EIND.isoformat(), JEUGD)
        assert new["omvang"] == WEEKLY["omvang"]
        everything_accepted(chain)
        assert seen(chain.jeugdhulp, new["id"])["ingangsdatum"] == day(7)
        assert len(query("SELECT 1 FROM bericht WHERE soort = '301' AND richting = 'uitgaand'")) == 3

    def test_without_one_the_old_ends_the_day_before(self, chain: Chain) -> None:
        made = allocate(chain)
        told = post(chain.gemeente, f"/toewijzingen/{made}/overdracht", {"aanbieder": JEUGD, "per": day(7)})
        assert told["toewijzing"]["einddatum"] == day(6)

    def test_of_a_total_the_rest_goes_along_and_the_old_keeps_no_more_than_it_used_if_it_agrees(
        self, chain: Chain
    ) -> None:
        agree(chain, chain.begeleiding, {})
        made = allocate(chain, TOTAL, ingangsdatum="2025-10-07")
        deliver(chain.begeleiding, made, "2025-10", 3)
        declare(chain, chain.begeleiding, "2025-10")
        agree(chain, chain.jeugdhulp, {"contract": "C2"}, nummer="C2")
        body = {"aanbieder": JEUGD, "per": day(7), "instemming_aanbieder": True}
        too_much = codes(chain.gemeente, f"/toewijzingen/{made}/overdracht", body | {"volume": 38})
        assert too_much == ["REST"]
        told = post(chain.gemeente, f"/toewijzingen/{made}/overdracht", body)
        assert (told["toewijzing"]["omvang"]["volume"], told["nieuw"]["omvang"]["volume"]) == (3, 37)
        everything_accepted(chain)

    def test_the_new_provider_is_contracted_and_is_another(self, chain: Chain) -> None:
        agree(chain, chain.begeleiding, {})
        made = allocate(chain)
        path = f"/toewijzingen/{made}/overdracht"
        assert codes(chain.gemeente, path, {"aanbieder": JEUGD, "per": day(7)}) == ["CONTRACT"]
        assert codes(chain.gemeente, path, {"aanbieder": WMO, "per": after(EIND, 1)}) == ["AANBIEDER", "TR004"]
        assert seen(chain.gemeente, made)["einddatum"] == EIND.isoformat()

    def test_nothing_of_it_moves_twice(self, chain: Chain) -> None:
        """Also after another change of what is left; what was moved by mistake and deleted counts no more."""
        chain.another(DERDE, "Derde")
        made = allocate(chain, BUDGET)
        path = f"/toewijzingen/{made}/overdracht"
        new = post(chain.gemeente, path, {"aanbieder": JEUGD, "per": day(7)})["nieuw"]["id"]
        again = {"aanbieder": DERDE, "per": day(3)}
        assert codes(chain.gemeente, path, again) == ["OVERGEDRAGEN"]
        shorter = {"reden_wijziging": "05", "einddatum": day(5)}
        post(chain.gemeente, f"/toewijzingen/{made}/wijzigingen", shorter)
        assert codes(chain.gemeente, path, again) == ["OVERGEDRAGEN"]
        post(chain.gemeente, f"/toewijzingen/{new}/verwijdering")
        post(chain.gemeente, path, again)
        everything_accepted(chain)


class TestAtTheSameTime:
    """Two persons act at once: the second sees what the first one did."""

    def both(self, chain: Chain, *actions: tuple[str, Json]) -> list[int]:
        """What became of actions that start together."""
        api = chain.gemeente.apis["allocation"]
        with ThreadPoolExecutor(len(actions)) as pool:
            answers = pool.map(
                lambda action: api.call("POST", f"/v1/toewijzingen/{action[0]}", json=action[1]), actions
            )
            return sorted(answer.status_code for answer in answers)

    def test_a_budget_moves_once(self, chain: Chain) -> None:
        chain.another(DERDE, "Derde")
        made = allocate(chain, BUDGET)
        moves = [(f"{made}/overdracht", {"aanbieder": to, "per": day(7)}) for to in (JEUGD, DERDE)]
        assert self.both(chain, *moves) == [201, 422]
        everything_accepted(chain)

    def test_a_successor_is_made_once(self, chain: Chain) -> None:
        made = allocate(chain)
        more = [(f"{made}/herziening", {"volume": volume, "per": day(7)}) for volume in (5, 8)]
        assert self.both(chain, *more) == [201, 422]
        everything_accepted(chain)

    def test_moves_in_opposite_directions_wait_for_each_other(self, chain: Chain) -> None:
        for code in ("02A03", "02A05", "02A08"):
            product = {"categorie": "02", "code": code}
            one = allocate(chain, product=product)
            other = allocate(chain, product=product, client=people.ANNIE, aanbieder=JEUGD)
            moves = [(one, {"aanbieder": JEUGD, "per": day(7)}), (other, {"aanbieder": WMO, "per": day(7)})]
            assert self.both(chain, *((f"{made}/overdracht", body) for made, body in moves)) == [201, 201]
        everything_accepted(chain)
