"""The full set (OP087): a 301 holds all allocations of the client with the provider that are valid now."""

from concurrent.futures import ThreadPoolExecutor

from services.demo import people
from shared.calendar import vandaag
from tests.chain import Chain
from tests.services.allocating import ANDERS, PROFIEL, WMO, Json, allocate, change, sent, status

DERDE = {"categorie": "43", "code": "43A04"}


def numbers(chain: Chain, toewijzing: Json) -> list[int]:
    """The numbers in the 301 that an allocation was told in."""
    products = sent(chain.gemeente, toewijzing["bericht"]).root.all("ToegewezenProduct")
    return [int(product.get("toewijzing_nummer")) for product in products]


class TestTheFullSet:
    """OP087: a 301 holds all allocations of the client with the provider that are valid now, and the changed one."""

    def test_a_second_allocation_is_told_with_the_first(self, chain: Chain) -> None:
        first, second = allocate(chain), allocate(chain, product=ANDERS)
        assert numbers(chain, first) == [first["toewijzing_nummer"]]
        assert numbers(chain, second) == [first["toewijzing_nummer"], second["toewijzing_nummer"]]
        chain.drain()
        assert status(chain.gemeente, second["bericht"]) == "goedgekeurd"

    def test_one_that_has_ended_or_was_deleted_is_left_out(self, chain: Chain) -> None:
        ended = allocate(chain, product=ANDERS, ingangsdatum="2024-01-01", einddatum="2024-12-31")
        deleted = allocate(chain, product=DERDE)
        gone = change(chain, deleted, einddatum=deleted["ingangsdatum"], reden_wijziging="13")
        assert numbers(chain, gone) == [deleted["toewijzing_nummer"]]
        made = allocate(chain)
        assert numbers(chain, made) == [made["toewijzing_nummer"]]
        again = change(chain, ended, einddatum="2024-11-30")
        assert numbers(chain, again) == [made["toewijzing_nummer"], ended["toewijzing_nummer"]]

    def test_one_that_was_deleted_before_it_began_is_left_out(self, chain: Chain) -> None:
        deleted = allocate(chain, product=DERDE, ingangsdatum="2030-01-01")
        change(chain, deleted, einddatum="2030-01-01", reden_wijziging="13")
        shortened = allocate(chain, product=ANDERS, ingangsdatum="2030-01-01")
        change(chain, shortened, einddatum="2030-01-01")
        made = allocate(chain)
        assert numbers(chain, made) == [shortened["toewijzing_nummer"], made["toewijzing_nummer"]]

    def test_one_that_ends_today_or_starts_tomorrow_is_told(self, chain: Chain) -> None:
        today = vandaag().isoformat()
        ending = allocate(chain, product=ANDERS, einddatum=today)
        coming = allocate(chain, product=DERDE, ingangsdatum="2030-01-01")
        made = allocate(chain)
        assert numbers(chain, made) == [t["toewijzing_nummer"] for t in (ending, coming, made)]

    def test_those_of_others_are_left_out(self, chain: Chain) -> None:
        allocate(chain, client=people.NOOR)
        allocate(chain, aanbieder="65656056")
        allocate(chain, **{**WMO, "aanbieder": "65656055", "einddatum": "2027-12-31"})
        made = allocate(chain)
        assert numbers(chain, made) == [made["toewijzing_nummer"]]

    def test_two_allocations_at_once_do_not_miss_each_other(self, chain: Chain) -> None:
        products = [PROFIEL, ANDERS, DERDE, {"categorie": "46", "code": "46A01"}]
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda product: allocate(chain, product=product), products))
        assert sorted(len(numbers(chain, toewijzing)) for toewijzing in made) == [1, 2, 3, 4]

    def test_a_change_is_told_with_the_others_as_they_stand(self, chain: Chain) -> None:
        first, second = allocate(chain), allocate(chain, product=ANDERS)
        change(chain, first, volume=2)
        changed = change(chain, second, volume=5)
        told = {
            product.get("toewijzing_nummer"): product.get("omvang_volume")
            for product in sent(chain.gemeente, changed["bericht"]).root.all("ToegewezenProduct")
        }
        assert told == {str(first["toewijzing_nummer"]): "2", str(second["toewijzing_nummer"]): "5"}
