"""Delivery: started, stopped for a while, started again, ended; and what was told wrong is told right (IV008)."""

from typing import Any

import pytest

from services.demo import people
from shared.calendar import vandaag
from shared.db import ledger
from shared.standard.catalogue import message_of
from shared.standard.codec import encode
from shared.standard.document import build
from tests.chain import Chain, query
from tests.flows.levensloop import BEGIN, WMO, allocate, codes, day, everything_accepted, levering, post, start, stop

Json = dict[str, Any]
FIRST = BEGIN.isoformat()


@pytest.fixture
def started(chain: Chain) -> str:
    """An allocation whose delivery began on its first day."""
    made = allocate(chain)
    start(chain, made, FIRST)
    return made


def reported() -> list[tuple[str, str, str]]:
    """What the municipality got of the delivery: message, status, first day; in order."""
    rows = query(
        "SELECT b.soort, p.status_aanlevering, p.begindatum::text, b.volgorde, p.volgnummer FROM bericht b"
        " JOIN (SELECT bericht, volgnummer, status_aanlevering, begindatum FROM start_product UNION ALL"
        " SELECT bericht, volgnummer, status_aanlevering, begindatum FROM stop_product) p ON p.bericht = b.id"
        " WHERE b.richting = 'inkomend' ORDER BY b.volgorde, p.volgnummer"
    )
    return [tuple(row)[:3] for row in rows]


def report_by_hand(chain: Chain, start: Json) -> None:
    """A 305 of other software of the provider, accepted."""
    kind, person = message_of("iwmo", "305"), people.WILLEM
    client = {
        "bsn": person["bsn"],
        "geboortedatum_datum": person["geboortedatum"]["datum"],
        "geslacht": person["geslacht"],
        "naam_geslachtsnaam_achternaam": "Visser",
        "StartProduct": [start],
    }
    header = ledger.new_header(kind, WMO, "0193", "Z1", vandaag())
    assert chain.post(chain.begeleiding, encode(build(kind, {"Header": header, "Client": client}))).status_code == 202
    everything_accepted(chain)


class TestStopAndRestart:
    def test_nothing_was_told_yet(self, chain: Chain) -> None:
        assert levering(chain.gemeente, allocate(chain)) == ("niet_gestart", [])

    def test_a_stop_for_good_follows_a_stop_for_a_while_on_the_same_day(self, chain: Chain, started: str) -> None:
        """OP377, OP378."""
        stop(chain, started, FIRST, day(-10), "20")
        assert levering(chain.gemeente, started) == ("tijdelijk_gestopt", ["tijdelijk_gestopt"])
        stop(chain, started, FIRST, day(-10), "31")
        assert levering(chain.gemeente, started) == ("beëindigd", ["beëindigd"])
        assert levering(chain.begeleiding, started) == ("beëindigd", ["beëindigd"])
        everything_accepted(chain)

    @pytest.mark.parametrize("reden", ["20", "31"], ids=["for a while", "for good"])
    def test_after_a_stop_it_starts_again(self, chain: Chain, started: str, reden: str) -> None:
        """OP379."""
        stop(chain, started, FIRST, day(-10), reden)
        start(chain, started, day(-5))
        before = "hervat" if reden == "20" else "beëindigd"
        assert levering(chain.gemeente, started) == ("loopt", [before, "loopt"])
        everything_accepted(chain)

    def test_what_runs_is_not_started_again_and_what_did_not_start_is_not_stopped(
        self, chain: Chain, started: str
    ) -> None:
        """OP289 (TR326), OP377 (TR382)."""
        assert codes(chain.begeleiding, "/starts", {"toewijzing": started, "begindatum": day(-5)}) == ["TR326"]
        body = {"toewijzing": started, "begindatum": day(-5), "einddatum": day(-1), "reden_beeindiging": "31"}
        assert codes(chain.begeleiding, "/stops", body) == ["TR382"]


class TestWhatItsProviderPrevents:
    """What the municipality could not refuse by any rule."""

    def test_a_start_outside_its_allocation(self, chain: Chain) -> None:
        made = allocate(chain)
        for when in (day(-41), day(31)):
            assert codes(chain.begeleiding, "/starts", {"toewijzing": made, "begindatum": when}) == ["BEGINDATUM"]

    def test_a_start_of_what_was_deleted(self, chain: Chain) -> None:
        made = allocate(chain)
        post(chain.gemeente, f"/toewijzingen/{made}/verwijdering")
        chain.drain()
        assert codes(chain.begeleiding, "/starts", {"toewijzing": made, "begindatum": FIRST}) == ["TR384"]

    def test_a_stop_is_not_taken_back_after_a_restart(self, chain: Chain, started: str) -> None:
        """OP289: two deliveries would run."""
        told = {"toewijzing": started, "begindatum": FIRST, "einddatum": day(-20), "reden_beeindiging": "20"}
        stop(chain, started, FIRST, day(-20), "20")
        start(chain, started, day(-10))
        gone = told | {"status_aanlevering": "3"}
        assert codes(chain.begeleiding, "/stops", gone) == ["OP289"]
        post(
            chain.begeleiding,
            "/starts",
            {"toewijzing": started, "begindatum": day(-10), "status_aanlevering": "3"},
            202,
        )
        post(chain.begeleiding, "/stops", gone, 202)
        everything_accepted(chain)
        assert levering(chain.gemeente, started) == ("loopt", ["loopt"])


class TestCorrectingAStart:
    def test_another_first_day_goes_in_one_message(self, chain: Chain, started: str) -> None:
        body = {"toewijzing": started, "begindatum": FIRST, "nieuw": {"begindatum": day(-30)}}
        made = post(chain.begeleiding, "/starts/correctie", body, 202)
        assert len(made["berichten"]) == 1
        everything_accepted(chain)
        assert reported() == [("305", "1", FIRST), ("305", "3", FIRST), ("305", "1", day(-30))]
        told = chain.gemeente.get("allocation", f"/toewijzingen/{started}/levering")
        assert [row["begindatum"] for row in told["leveringen"]] == [day(-30)]

    def test_what_is_no_part_of_its_key_takes_two(self, chain: Chain) -> None:
        """IV008: a ToewijzingIngangsdatum that was told wrong; in one message it would be the same start twice."""
        made, wrong = allocate(chain), "2020-01-01"
        told = {"toewijzing_nummer": int(made.rsplit("-", 1)[1]), "begindatum": BEGIN, "status_aanlevering": "1"}
        product = {"product_categorie": "02", "product_code": "02A03", "toewijzing_ingangsdatum": wrong}
        report_by_hand(chain, told | product)
        corrected = post(chain.begeleiding, "/starts/correctie", {"toewijzing": made, "begindatum": FIRST}, 202)
        assert len(corrected["berichten"]) == 2
        everything_accepted(chain)
        assert reported() == [("305", "1", FIRST), ("305", "3", FIRST), ("305", "1", FIRST)]
        days = query(
            "SELECT toewijzing_ingangsdatum::text FROM start_product p JOIN bericht b ON b.id = p.bericht"
            " WHERE richting = 'inkomend' ORDER BY volgorde"
        )
        assert [row[0] for row in days] == [wrong, wrong, FIRST]
        assert levering(chain.gemeente, made) == ("loopt", ["loopt"])

    def test_it_belonged_to_another_allocation(self, chain: Chain, started: str) -> None:
        other = allocate(chain, product={"categorie": "07", "code": "07A04"})
        body = {"toewijzing": started, "begindatum": FIRST, "nieuw": {"toewijzing": other}}
        assert len(post(chain.begeleiding, "/starts/correctie", body, 202)["berichten"]) == 1
        everything_accepted(chain)
        assert levering(chain.gemeente, started) == ("niet_gestart", [])
        assert levering(chain.gemeente, other) == ("loopt", ["loopt"])

    def test_not_once_it_was_stopped(self, chain: Chain, started: str) -> None:
        """OP033 (TR071)."""
        stop(chain, started, FIRST, day(-10), "20")
        body = {"toewijzing": started, "begindatum": FIRST, "nieuw": {"begindatum": day(-30)}}
        assert "TR071" in codes(chain.begeleiding, "/starts/correctie", body)

    def test_what_was_never_told_is_not_corrected(self, chain: Chain, started: str) -> None:
        body = {"toewijzing": started, "begindatum": day(-30), "nieuw": {"begindatum": FIRST}}
        assert codes(chain.begeleiding, "/starts/correctie", body) == ["TR063"]


class TestCorrectingAStop:
    @pytest.fixture
    def stopped(self, chain: Chain, started: str) -> Json:
        """The stop as it was told."""
        stop(chain, started, FIRST, day(-10), "31")
        return {"toewijzing": started, "begindatum": FIRST, "einddatum": day(-10), "reden_beeindiging": "31"}

    @pytest.mark.parametrize(
        ("nieuw", "messages", "told"),
        [
            ({"einddatum": day(-12)}, 1, (day(-12), "31")),
            ({"reden_beeindiging": "36"}, 1, (day(-10), "36")),
            ({}, 2, (day(-10), "31")),
        ],
        ids=["last day", "reason", "the same key"],
    )
    def test_it_goes_in_as_many_messages_as_its_key_asks(
        self, chain: Chain, stopped: Json, nieuw: Json, messages: int, told: tuple[str, str]
    ) -> None:
        made = post(chain.begeleiding, "/stops/correctie", stopped | {"nieuw": nieuw}, 202)
        assert len(made["berichten"]) == messages
        everything_accepted(chain)
        [delivered] = chain.gemeente.get("allocation", f"/toewijzingen/{stopped['toewijzing']}/levering")["leveringen"]
        [only] = delivered["stops"]
        assert (only["einddatum"], only["reden_beeindiging"]) == told
