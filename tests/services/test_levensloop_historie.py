"""The history of an allocation: who, when, what, why, in which message, and what the other party said."""

from typing import Any

from services.demo.stage import Party
from tests.chain import Chain, query
from tests.flows import verzoeken as v
from tests.flows.levensloop import BEGIN, EIND, allocate, day, post, start, stop

Json = dict[str, Any]
FIRST = BEGIN.isoformat()


def history(party: Party, toewijzing: str) -> list[Json]:
    told: list[Json] = party.get("allocation", f"/toewijzingen/{toewijzing}/historie")["gebeurtenissen"]
    return told


def life(chain: Chain) -> str:
    """Allocated, started, stretched, while another allocation of the client was sent along, corrected and stopped."""
    made = allocate(chain)
    start(chain, made, FIRST)
    post(chain.gemeente, f"/toewijzingen/{made}/verlenging", {"einddatum": day(200)})
    allocate(chain, product={"categorie": "07", "code": "07A04"})
    body = {"toewijzing": made, "begindatum": FIRST, "nieuw": {"begindatum": day(-30)}}
    post(chain.begeleiding, "/starts/correctie", body, 202)
    stop(chain, made, day(-30), day(-10), "31")
    return made


class TestHistory:
    def test_it_tells_all_in_order_and_the_same_to_both(self, chain: Chain) -> None:
        made = life(chain)
        kinds = ["toewijzing", "start", "wijziging", "start verwijderd", "start", "stop"]
        for party in (chain.gemeente, chain.begeleiding):
            told = history(party, made)
            assert [event["soort"] for event in told] == kinds
            assert {event["antwoord"]["status"] for event in told} == {"goedgekeurd"}
            assert all(event["antwoord"]["bericht"] for event in told)

    def test_a_change_says_what_it_was_what_it_became_and_why(self, chain: Chain) -> None:
        change = history(chain.gemeente, life(chain))[2]
        assert change["verschillen"] == [{"veld": "einddatum", "oud": EIND.isoformat(), "nieuw": day(200)}]
        assert change["reden"].startswith("04 Herbeoordeling")

    def test_who_did_it_is_known_at_his_own_side_only(self, chain: Chain) -> None:
        made = life(chain)
        assert [event["wie"] for event in history(chain.gemeente, made)] == [
            "sleutel demo",
            None,
            "sleutel demo",
            *[None] * 3,
        ]
        assert [event["wie"] for event in history(chain.begeleiding, made)] == [
            None,
            "sleutel demo",
            None,
            *["sleutel demo"] * 3,
        ]

    def test_a_refusal_says_why_and_the_version_before_it_holds_again(self, chain: Chain) -> None:
        made = allocate(chain)
        post(chain.gemeente, f"/toewijzingen/{made}/intrekking", {"einddatum": day(3), "reden": "07"})
        chain.drain()
        query(
            "UPDATE bericht SET status = 'afgekeurd' WHERE volgorde = (SELECT max(volgorde) FROM bericht"
            " WHERE soort = '301' AND richting = 'uitgaand') RETURNING 1"
        )
        query(
            "INSERT INTO bevinding SELECT '0193', id, 'ToegewezenProduct', 1, 'TR385', 3, '9385' FROM bericht"
            " WHERE status = 'afgekeurd' RETURNING 1"
        )
        post(chain.gemeente, f"/toewijzingen/{made}/intrekking", {"einddatum": day(4), "reden": "07"})
        told = history(chain.gemeente, made)
        assert [event["antwoord"]["status"] for event in told][1] == "afgekeurd"
        assert told[1]["antwoord"]["bevindingen"][0].startswith("TR385")
        assert told[2]["verschillen"] == [{"veld": "einddatum", "oud": EIND.isoformat(), "nieuw": day(4)}]

    def test_a_request_stands_before_what_it_led_to(self, chain: Chain) -> None:
        old = v.allocated(chain, v.IWMO)
        v.asked(chain, v.IWMO, v.vow(v.IWMO, te_wijzigen_producten=[v.changing(old)]))
        [asked] = v.waiting(chain)
        assert v.decide(chain, asked, "onderzoek").status_code == 201
        v.granted(chain, asked)
        for party in (chain.gemeente, chain.begeleiding):
            told = history(party, f"0193-iwmo-{old}")
            assert [event["soort"] for event in told] == ["toewijzing", "verzoek", "antwoord op verzoek", "wijziging"]
            assert told[-1]["reden"].startswith("12 ")

    def test_also_of_what_is_new_in_it_goes_on_from_it_or_stays_as_it_was(self, chain: Chain) -> None:
        old, same = v.allocated(chain, v.IWMO), v.allocated(chain, v.IWMO, product={"categorie": "02", "code": "02A05"})
        stays = [{"toewijzing_nummer": same}]
        asked = v.vow(
            v.IWMO,
            te_wijzigen_producten=[v.changing(old)],
            nieuwe_producten=[v.fresh(v.IWMO)],
            ongewijzigde_producten=stays,
        )
        v.asked(chain, v.IWMO, asked)
        v.granted(chain, v.waiting(chain)[0])
        for party in (chain.gemeente, chain.begeleiding):
            for number in v.toewijzingen(party).keys() - {old, same}:
                told = history(party, f"0193-iwmo-{number}")
                assert [event["soort"] for event in told] == ["verzoek", "toewijzing"]
            assert [event["soort"] for event in history(party, f"0193-iwmo-{same}")] == ["toewijzing", "verzoek"]

    def test_a_bsn_is_masked_and_every_reading_is_noted(self, chain: Chain) -> None:
        made = allocate(chain)
        told = chain.colleague(naam="kijker", rollen=("raadpleger",)).get(
            "allocation", f"/toewijzingen/{made}/historie"
        )
        assert told["bsn"] == "******043"
        read = "SELECT wie FROM verwerking WHERE handeling = 'historie van toewijzing ingezien'"
        assert [row.wie for row in query(read)] == ["sleutel kijker"]
