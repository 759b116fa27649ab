"""What allocation does not take: input that is refused with its place, and nothing that it leaves behind."""

import copy
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.demo import people
from tests.chain import Chain
from tests.services.allocating import BUDGET, TRAJECT, WMO, Json, allocate, codes, kept, places, send, wanted


class TestInputThatIsRefused:
    def refused(self, chain: Chain, body: Any) -> httpx.Response:
        before = kept()
        response = send(chain.gemeente, "/toewijzingen", body)
        assert response.status_code == 422
        assert kept() == before
        return response

    def test_a_field_that_does_not_exist(self, chain: Chain) -> None:
        body = wanted(kleur="blauw", omvang={**TRAJECT, "ineens": 1})
        body["client"] = people.SAM | {"naam": people.SAM["naam"] | {"titel": "dr"}}
        refused = self.refused(chain, body)
        assert sorted(places(refused)) == ["/body/client/naam/titel", "/body/kleur", "/body/omvang/ineens"]
        assert set(codes(refused)) == {"extra_forbidden"}

    def test_the_name_of_such_a_field_is_not_told_when_it_could_be_a_bsn(self, chain: Chain) -> None:
        refused = self.refused(chain, wanted() | {"999900006": 1})
        assert places(refused) == ["/body/*"]
        assert "999900006" not in refused.text

    def test_everything_that_is_missing_at_once(self, chain: Chain) -> None:
        refused = self.refused(chain, {"client": {}})
        assert {"/body/standaard", "/body/aanbieder", "/body/ingangsdatum", "/body/client/bsn"} <= set(places(refused))

    @pytest.mark.parametrize("volume", [True, False, "1", 1.0, 1.5, -1, 100_000_000, None, [1], 10**400])
    def test_a_volume_that_is_no_whole_number_within_bounds(self, chain: Chain, volume: Any) -> None:
        assert "/body/omvang/volume" in places(self.refused(chain, wanted(omvang={**TRAJECT, "volume": volume})))

    @pytest.mark.parametrize(
        "dag",
        [
            "2025-02-29",
            "2025-13-01",
            "2025-00-10",
            "20250901",
            "2025-W01-1",
            "2025-9-1",
            "01-09-2025",
            "2025-09-01T00:00:00",
            " 2025-09-01",
            "２０２５-09-01",
            "1899-12-31",
            "3000-01-01",
            "",
            20250901,
            True,
        ],
    )
    def test_a_date_that_does_not_exist_or_has_another_form(self, chain: Chain, dag: Any) -> None:
        assert "/body/ingangsdatum" in places(self.refused(chain, wanted(ingangsdatum=dag)))

    @pytest.mark.parametrize("bsn", ["999900007", "123456789", "000000000", "99990000", "9999000061", "99990000６"])
    def test_a_bsn_that_is_none_is_not_repeated(self, chain: Chain, bsn: str) -> None:
        refused = self.refused(chain, wanted(client=people.SAM | {"bsn": bsn}))
        assert places(refused) == ["/body/client/bsn"]
        assert bsn not in refused.text
        assert bsn not in str(refused.headers)

    @pytest.mark.parametrize(
        "changes",
        [
            {"omvang": None},
            {"product": {"categorie": "50"}},
            {"budget": 1},
            {"einddatum": "2025-08-31"},
            {"product": None},
        ],
        ids=["code without volume", "volume without code", "volume and budget", "end before start", "no product"],
    )
    def test_parts_that_do_not_go_together(self, chain: Chain, changes: Json) -> None:
        self.refused(chain, wanted(**changes))

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({**WMO, "einddatum": None}, "CD076"),
            ({**BUDGET, "einddatum": None}, "CD075"),
        ],
    )
    def test_what_level_2_would_refuse_with_its_code(self, chain: Chain, changes: Json, code: str) -> None:
        assert codes(self.refused(chain, wanted(**changes))) == [code]

    def test_what_level_1_would_refuse_with_its_place(self, chain: Chain) -> None:
        refused = self.refused(chain, wanted(product={"categorie": "99", "code": "99A01"}))
        assert [pad.rpartition("/")[2] for pad in places(refused)] == ["ijw:Categorie[1]"]

    def test_the_same_product_twice_in_one_period(self, chain: Chain) -> None:
        allocate(chain)
        assert codes(self.refused(chain, wanted())) == ["OP259"]

    def test_a_provider_that_nobody_knows(self, chain: Chain) -> None:
        assert codes(self.refused(chain, wanted(aanbieder="12345678"))) == ["ONTVANGER"]

    @pytest.mark.parametrize("body", [[], "x", 1, None, [wanted()]])
    def test_what_is_no_object(self, chain: Chain, body: Any) -> None:
        self.refused(chain, body)

    @pytest.mark.parametrize("content", [b"{", b"", b'{"a":}', b"\xff"])
    def test_what_is_no_json(self, chain: Chain, content: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        refused = chain.gemeente.apis["allocation"].call("POST", "/v1/toewijzingen", content=content, headers=headers)
        assert refused.status_code in (400, 422)
        assert refused.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
    def test_a_control_character_in_any_text(self, chain: Chain, character: str) -> None:
        full = wanted(commentaar="x", einddatum="2027-12-31")
        for path in texts(full):
            broken = copy.deepcopy(full)
            below: Any = broken
            for step in path[:-1]:
                below = below[step]
            below[path[-1]] += character
            response = send(chain.gemeente, "/toewijzingen", broken)
            assert (response.status_code, places(response)) == (422, ["/body/" + "/".join(map(str, path))])


def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every text in a JSON value."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, (dict, list)):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(below, (*path, key))
