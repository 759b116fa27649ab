"""The list of messages: what it holds, narrowed and page by page."""

import pytest

from services.demo.stage import Party
from tests.chain import Chain
from tests.services.messaging import get, is_problem, xml


@pytest.fixture
def filled(chain: Chain) -> Chain:
    """Seven messages that came in for the gemeente, and two that it sent; none is processed."""
    for number, name in enumerate(["JW305", "WMO323", "JW323", "JW323", "JW307", "JW305", "JW323"]):
        assert chain.post(chain.gemeente, xml(name, identificatie=f"I{number}")).status_code == 202
    for number in range(2):
        assert chain.post(chain.gemeente, xml("WMO301", identificatie=f"U{number}")).status_code == 202
    return chain


def listed(party: Party, options: str) -> list[str]:
    """The Identificaties of a list, from the first page to the last."""
    found: list[str] = []
    path: str | None = f"/v1/berichten?{options}"
    while path is not None:
        page = get(party, path).json()
        found += [row["identificatie"] for row in page["berichten"]]
        assert len(found) < 20, "it never ends"
        path = page["volgende"] and "/v1/" + page["volgende"].partition("/v1/")[2]
    return found


ALL = ["U1", "U0", "I6", "I5", "I4", "I3", "I2", "I1", "I0"]


class TestTheList:
    @pytest.mark.parametrize("limit", [1, 2, 3, 8, 9, 10, 200])
    def test_following_volgende_gives_each_message_once_the_newest_first(self, filled: Chain, limit: int) -> None:
        assert listed(filled.gemeente, f"limit={limit}") == ALL

    def test_a_page_keeps_its_filters(self, filled: Chain) -> None:
        assert listed(filled.gemeente, "limit=2&richting=inkomend&berichtsoort=323") == ["I6", "I3", "I2", "I1"]

    @pytest.mark.parametrize(
        ("options", "wanted"),
        [
            ("richting=uitgaand", ["U1", "U0"]),
            ("richting=inkomend", ["I6", "I5", "I4", "I3", "I2", "I1", "I0"]),
            ("berichtsoort=305", ["I5", "I0"]),
            ("berichtsoort=301&richting=inkomend", []),
            ("status=klaar", ["U1", "U0"]),
            ("status=afgekeurd", []),
            ("organisatie=65656055&berichtsoort=307", ["I4"]),
            ("organisatie=65656056", []),
        ],
    )
    def test_filters_narrow_it(self, filled: Chain, options: str, wanted: list[str]) -> None:
        assert listed(filled.gemeente, options) == wanted

    def test_it_holds_no_message_of_somebody_else(self, filled: Chain) -> None:
        assert listed(filled.jeugdhulp, "limit=200") == []
        filled.drain()
        assert set(listed(filled.jeugdhulp, "richting=inkomend&berichtsoort=301")) == {"U0", "U1"}
        assert listed(filled.begeleiding, "limit=200") == []

    @pytest.mark.parametrize(
        "options",
        ["limit=0", "limit=201", "limit=x", "na=-1", f"na={2**63}", "richting=heen", "berichtsoort=JW323", "status=A"],
    )
    def test_an_option_that_cannot_be_is_refused(self, filled: Chain, options: str) -> None:
        refused = get(filled.gemeente, f"/v1/berichten?{options}")
        assert (refused.status_code, is_problem(refused)) == (422, True)
