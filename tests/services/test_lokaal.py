"""Local rules: refused where they go against the standard, and tried on the past."""

from datetime import timedelta
from typing import Any, ClassVar

import pytest

from shared.calendar import vandaag
from tests.chain import Chain
from tests.services.brought import DECEMBER, NOVEMBER, OKTOBER, bring, line
from tests.services.claims import codes, send
from tests.services.lokaal import REGEL, VRAAG, rule


class TestEntering:
    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"grootheid": "start"}, "OP364"),
            ({"grootheid": "stop"}, "OP364"),
            ({"grootheid": "credit"}, "IV085"),
            ({"retourcode": "9338"}, "9321 of 9322"),
            ({"grootheid": "bedrag", "eenheid": None, "retourcode": "9322"}, "9369 of 0611"),
            ({"eenheid": None}, "zie eenheid"),
            ({"grootheid": "regels", "retourcode": "9321"}, "zie eenheid"),
            ({"per": "client"}, "OP095"),
            ({"bekendgemaakt_op": None}, "OP095"),
            ({"bekendgemaakt_op": "2025-10-02"}, "OP095"),
            ({"einddatum": "2025-09-30"}, "begindatum"),
        ],
        ids=str,
    )
    def test_what_goes_against_the_standard_is_refused_with_its_ground(
        self, chain: Chain, changes: dict[str, Any], says: str
    ) -> None:
        answer = send(chain.gemeente, "/lokale-regels", REGEL | changes)
        assert answer.status_code == 422
        [fault] = answer.json()["bevindingen"]
        assert says in fault["melding"]

    def test_a_person_may_look_at_everything_of_a_client(self, chain: Chain) -> None:
        assert send(chain.gemeente, "/lokale-regels", REGEL | VRAAG | {"per": "client"}).status_code == 201

    def test_one_provider_knows_all_that_it_claimed_for_a_client(self, chain: Chain) -> None:
        mine = REGEL | {"per": "client", "aanbieder": chain.begeleiding.code}
        assert send(chain.gemeente, "/lokale-regels", mine).status_code == 201

    def test_a_name_is_used_once(self, chain: Chain) -> None:
        rule(chain)
        assert send(chain.gemeente, "/lokale-regels", REGEL).status_code == 409

    def test_a_rule_that_refuses_is_not_switched_on_for_the_past(self, chain: Chain) -> None:
        made = rule(chain, on=False)
        assert codes(send(chain.gemeente, f"/lokale-regels/{made}/aanzetten", None)) == ["OP095"]
        later = vandaag().replace(day=1).isoformat()
        made = rule(chain, on=False, naam="later", begindatum=later)
        assert send(chain.gemeente, f"/lokale-regels/{made}/aanzetten", None).json()["aangezet_door"] == "sleutel demo"
        assert send(chain.gemeente, f"/lokale-regels/{made}/aanzetten", None).status_code == 409

    def test_a_rule_is_ended_from_today_on_and_does_not_come_back(self, chain: Chain) -> None:
        path, today = f"/lokale-regels/{rule(chain)}/einde", vandaag()
        for days in (-1, 10, 0):
            ended = send(chain.gemeente, path, {"einddatum": str(today + timedelta(days))})
            assert ended.status_code == (422 if days < 0 else 200)
        again = send(chain.gemeente, path, {"einddatum": str(today + timedelta(1))})
        assert "niet verlengd" in again.json()["bevindingen"][0]["melding"]


class TestReplaying:
    EVER: ClassVar = {"van": "2025-01-01", "tot": "2099-12-31"}

    def told(self, chain: Chain, **changes: Any) -> list[tuple[str, int]]:
        """The references that a rule finds, each with the hours that it would come to."""
        made = rule(chain, on=False, **changes)
        told = send(chain.gemeente, f"/lokale-regels/{made}/proef", self.EVER).json()
        return [(hit["referentie"], hit["waarde"] // 60) for hit in told["geraakt"]]

    def test_what_it_would_have_refused_does_not_count_later(self, chain: Chain, hours: str) -> None:
        for ref, period, volume in (("A1", OKTOBER, 8), ("A2", NOVEMBER, 12), ("A3", DECEMBER, 2)):
            bring(chain, chain.begeleiding, line(hours, ref, period, volume))
        assert self.told(chain, grens=10) == [("A2", 20)]
        assert self.told(chain, naam="vraag", grens=10, **VRAAG) == [("A2", 20), ("A3", 22)]

    def test_nor_does_the_credit_of_it(self, chain: Chain, hours: str) -> None:
        """November would have been refused, so there would be nothing to take back, and no room because of that."""
        for lines in (
            [line(hours, "A1", OKTOBER, 8)],
            [line(hours, "A2", NOVEMBER, 12)],
            [line(hours, "A3", NOVEMBER, 12, vorig="A2"), line(hours, "A4", NOVEMBER, 3)],
            [line(hours, "A5", OKTOBER, 8, vorig="A1"), line(hours, "A6", OKTOBER, 9)],
        ):
            bring(chain, chain.begeleiding, *lines)
        assert self.told(chain, grens=10) == [("A2", 20), ("A4", 11)]

    def test_a_rule_that_begins_now_is_tried_as_if_it_had_begun_then(self, chain: Chain, hours: str) -> None:
        bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 12))
        today = vandaag().replace(day=1).isoformat()
        assert self.told(chain, begindatum=today, bekendgemaakt_op=today, grens=1) == [("A1", 12)]
