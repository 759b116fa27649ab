"""What was done too late, told after it was done."""

from datetime import date, timedelta
from typing import Any

from services.demo import people
from shared.calendar import add_working_days, vandaag, working_days
from tests.chain import Chain, query
from tests.services.allocating import allocate, change
from tests.services.termijnen import Json, earlier, report, terms


class TestDoneTooLate:
    """Starts and stops that were told too late: by whom, and how many working days."""

    def allocated(self, chain: Chain, days: int, **changes: Any) -> Json:
        """An allocation that came some days ago."""
        made = allocate(chain, **changes)
        chain.drain()
        earlier(days)
        return made

    def late(self, chain: Chain) -> list[tuple[str, str, str, str, int]]:
        """The same for both parties."""
        chain.drain()
        found = [terms(party, gedaan="true") for party in (chain.gemeente, chain.jeugdhulp)]
        assert all((term["wie"], term["status"]) == ("65656055", "te-laat") for terms_ in found for term in terms_)
        names = ("termijn", "sinds", "uiterlijk", "gedaan_op", "werkdagen_te_laat")
        [one, other] = [[tuple(term[name] for name in names) for term in terms_] for terms_ in found]
        assert one == other
        return one

    def test_a_start_from_its_first_day_or_from_the_allocation_when_that_came_later(self, chain: Chain) -> None:
        retroactive, ahead = (
            self.allocated(chain, days, client=who) for days, who in ((7, people.SAM), (30, people.NOOR))
        )
        report(chain.jeugdhulp, "/starts", retroactive)
        began = vandaag() - timedelta(20)
        report(chain.jeugdhulp, "/starts", ahead, begindatum=began.isoformat())
        expected = []
        for since in (vandaag() - timedelta(37), began):
            last = add_working_days(since, 5)
            late = working_days(last, vandaag())
            expected.append(("start", since.isoformat(), last.isoformat(), vandaag().isoformat(), late))
        assert self.late(chain) == expected
        assert terms(chain.gemeente) == []
        assert (
            terms(chain.gemeente, gedaan="true", soort="stop")
            == terms(chain.gemeente, gedaan="true", soort="woonplaats")
            == []
        )

    def test_what_was_told_on_the_last_day_was_in_time(self, chain: Chain) -> None:
        made = self.allocated(chain, 60)
        days = next(days for days in range(1, 20) if add_working_days(vandaag() - timedelta(days), 5) >= vandaag())
        while add_working_days(vandaag() - timedelta(days + 1), 5) >= vandaag():
            days += 1
        report(chain.jeugdhulp, "/starts", made, begindatum=(vandaag() - timedelta(days)).isoformat())
        assert self.late(chain) == []

    def test_a_correction_does_not_tell_anew(self, chain: Chain) -> None:
        made = self.allocated(chain, 0)
        report(chain.jeugdhulp, "/starts", made)
        chain.drain()
        earlier(30)
        report(chain.jeugdhulp, "/starts", made, status_aanlevering="3")
        chain.drain()
        report(chain.jeugdhulp, "/starts", made, begindatum="2025-09-02")
        assert self.late(chain) == []

    def test_a_stop_from_its_last_day_or_from_what_made_it_the_last_day(self, chain: Chain) -> None:
        made = self.allocated(chain, 0)
        report(chain.jeugdhulp, "/starts", made)
        chain.drain()
        earlier(30)
        ended = (vandaag() - timedelta(12)).isoformat()
        change(chain, made, einddatum=ended)
        chain.drain()
        report(chain.jeugdhulp, "/stops", made, einddatum=ended, reden_beeindiging="31")
        assert self.late(chain) == []  # the municipality ended it today only
        other = self.allocated(chain, 30, client=people.NOOR)
        report(chain.jeugdhulp, "/starts", other, begindatum=vandaag().isoformat())
        chain.drain()
        query("UPDATE start_product SET begindatum = '2025-09-01' RETURNING 1")
        report(chain.jeugdhulp, "/stops", other, einddatum=ended, reden_beeindiging="31")
        last = add_working_days(date.fromisoformat(ended), 5)
        found = [term for term in self.late(chain) if term[0] == "stop"]
        expected = ("stop", ended, last.isoformat(), vandaag().isoformat(), working_days(last, vandaag()))
        assert found == [expected] or working_days(last, vandaag()) == 0

    def test_a_final_stop_after_a_temporary_one_is_not_judged(self, chain: Chain) -> None:
        made = self.allocated(chain, 0)
        report(chain.jeugdhulp, "/starts", made)
        chain.drain()
        report(chain.jeugdhulp, "/stops", made, einddatum=vandaag().isoformat(), reden_beeindiging="20")
        chain.drain()
        earlier(30)
        report(chain.jeugdhulp, "/stops", made, einddatum=vandaag().isoformat(), reden_beeindiging="31")
        assert self.late(chain) == []
