"""What goes back on itself: removals, withdrawals, refusals, repeated deliveries and jobs that fail on the way."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.demo.stage import Party
from services.messaging import flows, tasks, verwerken
from shared.jobs import Work
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain, query
from tests.flows.elsewhere import inkomend, jobs, status, told, try_again, withdraw
from tests.services.claims import (
    TARIEF,
    claim,
    declaraties,
    declare,
    deliver,
    outcomes,
    reasons,
    send,
    to_pay,
)


class TestAStartThatIsTakenBack:
    def report(self, chain: Chain, toewijzing: str, path: str = "/starts", **more: str) -> tuple[str, list[str]]:
        """What becomes of a report: its status and its return codes, or that it is not sent, and the codes why."""
        body = {"toewijzing": toewijzing, "begindatum": "2025-10-07", **more}
        response = chain.begeleiding.apis["allocation"].call("POST", f"/v1{path}", json=body)
        made = response.json()
        if response.status_code == 422:
            return "niet verstuurd", [finding["code"] for finding in made["bevindingen"]]
        assert response.status_code == 202, response.text
        chain.drain()
        return status(chain.begeleiding, made["bericht"]), [
            code for _, code in told(chain.begeleiding, made["bericht"])
        ]

    def test_it_can_be_sent_again(self, chain: Chain, hours: str) -> None:
        assert self.report(chain, hours) == ("goedgekeurd", [])
        assert self.report(chain, hours, begindatum="2025-10-08") == ("niet verstuurd", ["TR326"])
        assert self.report(chain, hours, status_aanlevering="3") == ("goedgekeurd", [])
        assert self.report(chain, hours, begindatum="2025-10-08") == ("goedgekeurd", [])

    def test_a_stop_needs_a_start_that_stands(self, chain: Chain, hours: str) -> None:
        stop = {"einddatum": "2025-12-01", "reden_beeindiging": "31"}
        assert self.report(chain, hours, "/stops", **stop) == ("niet verstuurd", ["TR382"])
        self.report(chain, hours)
        self.report(chain, hours, status_aanlevering="3")
        assert self.report(chain, hours, "/stops", **stop) == ("niet verstuurd", ["TR382"])
        self.report(chain, hours)
        assert self.report(chain, hours, "/stops", **stop) == ("goedgekeurd", [])

    def test_neither_start_nor_stop_decides_on_an_invoice(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        assert outcomes(declare(chain, chain.begeleiding, "2025-10")) == [(12 * TARIEF, "toegekend")]


class TestAnAllocationThatIsWithdrawn:
    def test_what_was_delivered_after_its_new_end_is_refused_with_9308(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-11", 15)
        deliver(chain.begeleiding, hours, "2025-12", 3)
        withdraw(chain, hours, "2025-11-30")  # which the provider does not know when it claims
        found = declare(chain, chain.begeleiding, "2025-12")
        assert [outcome for _, outcome in outcomes(found)] == ["toegekend", "afgewezen"]
        assert "9308" in reasons(found)[1]
        assert to_pay(chain) == {("iwmo", "65656056"): 15 * TARIEF}

    def test_what_was_granted_before_can_still_be_credited(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-11", 3)
        declare(chain, chain.begeleiding, "2025-11")
        withdraw(chain, hours, "2025-10-31")
        chain.drain()
        deliver(chain.begeleiding, hours, "2025-11", 0)
        found = declare(chain, chain.begeleiding, "2025-12")
        assert outcomes(found) == [(-3 * TARIEF, "toegekend")]
        assert to_pay(chain) == {("iwmo", "65656056"): 0}

    def test_a_month_that_it_cuts_is_credited_and_claimed_for_what_is_left(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-11", 15)
        declare(chain, chain.begeleiding, "2025-11")
        withdraw(chain, hours, "2025-11-16")
        chain.drain()
        assert deliver(chain.begeleiding, hours, "2025-11", 6)["einddatum"] == "2025-11-16"
        found = declare(chain, chain.begeleiding, "2025-12")
        assert outcomes(found) == [(-15 * TARIEF, "toegekend"), (6 * TARIEF, "toegekend")]
        assert [line["einddatum"] for line in found["regels"]] == ["2025-11-30", "2025-11-16"]

    def test_a_new_delivery_after_its_end_is_refused_at_once(self, chain: Chain, hours: str) -> None:
        withdraw(chain, hours, "2025-11-30")
        chain.drain()
        for volume in (1, 0):
            body = {"toewijzing": hours, "maand": "2025-12", "volume": volume}
            refused = send(chain.begeleiding, "/leveringen", body)
            assert [finding["code"] for finding in refused.json()["bevindingen"]] == ["TR307"]


class TestARepeatedStep:
    """Each task may run twice, also at once: after a kill nobody knows whether it ran."""

    @pytest.mark.parametrize("at_once", [False, True])
    def test_delivering_processing_and_judging_twice_has_one_effect(
        self, chain: Chain, hours: str, at_once: bool
    ) -> None:
        def twice(task: Callable[[str, str], None], party: Party, bericht: str) -> None:
            if at_once:
                with ThreadPoolExecutor(4) as pool:
                    list(pool.map(lambda _: task(party.code, bericht), range(4)))
            else:
                task(party.code, bericht)
                task(party.code, bericht)

        deliver(chain.begeleiding, hours, "2025-10", 12)
        sent = claim(chain.begeleiding, "2025-10").json()["bericht"]
        twice(alone(tasks.deliver), chain.begeleiding, sent)
        [came] = inkomend(chain.gemeente, "323")
        twice(alone(tasks.process), chain.gemeente, came["id"])
        assert [status(chain.gemeente, came["id"]), jobs("assess")] == ["gecontroleerd", 1]
        twice(alone(tasks.assess), chain.gemeente, came["id"])
        [answer] = chain.gemeente.get("messaging", "/berichten?richting=uitgaand&berichtsoort=325")["berichten"]
        twice(alone(tasks.deliver), chain.gemeente, answer["id"])
        [back] = inkomend(chain.begeleiding, "325")
        twice(alone(tasks.process), chain.begeleiding, back["id"])
        chain.drain()
        assert status(chain.begeleiding, sent) == "goedgekeurd"
        assert len(inkomend(chain.gemeente, "323")) == len(inkomend(chain.begeleiding, "325")) == 1
        assert to_pay(chain) == {("iwmo", "65656056"): 12 * TARIEF}
        assert query("SELECT count(*) FROM prestatie")[0][0] == 2
        assert query("SELECT count(*) FROM bevinding")[0][0] == 0

    @pytest.mark.parametrize("copies", [1, 5])
    def test_a_copy_that_comes_in_first_does_not_have_its_original_refused(
        self, chain: Chain, hours: str, copies: int
    ) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        sent = claim(chain.begeleiding, "2025-10").json()["bericht"]
        data = chain.begeleiding.xml(sent)
        for _ in range(copies):
            assert chain.post(chain.gemeente, data).status_code == 202
        chain.drain()
        assert (status(chain.begeleiding, sent), told(chain.begeleiding, sent)) == ("goedgekeurd", [])
        assert sorted(row["status"] for row in inkomend(chain.gemeente, "323")) == ["afgekeurd"] * copies + [
            "goedgekeurd"
        ]
        assert sorted(row["status"] for row in inkomend(chain.begeleiding, "325")) == ["afgekeurd"] * copies + [
            "goedgekeurd"
        ]
        [own], [seen] = declaraties(chain.begeleiding), declaraties(chain.gemeente)
        assert own["toegekend_bedrag"] == seen["toegekend_bedrag"] == 12 * TARIEF


STEPS = ("read", "check_rows", "close", "_answer", "send_returns", "_hand_over", "apply_return")


class TestAJobThatFails:
    def test_it_is_tried_again_and_the_message_is_answered_once(
        self, chain: Chain, hours: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        sent = claim(chain.begeleiding, "2025-10").json()["bericht"]
        with socket.create_server(("127.0.0.1", 0)) as closed, monkeypatch.context() as patch:
            port = closed.getsockname()[1]
            closed.close()
            patch.setenv("ZORGKETEN_BILLING_URL", f"http://127.0.0.1:{port}")
            chain.drain()
            try_again(chain)
        assert query("SELECT attempts FROM procrastinate_jobs WHERE task_name = 'messaging.assess'")[0][0] == 2
        assert status(chain.begeleiding, sent) == "afgeleverd"
        assert [row["status"] for row in inkomend(chain.gemeente, "323")] == ["gecontroleerd"]
        try_again(chain)
        assert status(chain.begeleiding, sent) == "goedgekeurd"
        assert len(inkomend(chain.begeleiding, "325")) == 1
        assert jobs("assess") == 0

    @pytest.mark.parametrize("step", STEPS)
    def test_wherever_it_fails_nothing_is_half_done_or_done_twice(
        self, chain: Chain, hours: str, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        failures = fail_after(monkeypatch, step, times=2)
        deliver(chain.begeleiding, hours, "2025-10", 12)
        sent = claim(chain.begeleiding, "2025-10").json()["bericht"]
        chain.drain()
        for _ in range(4):
            try_again(chain)
        assert len(failures) == 2
        assert status(chain.begeleiding, sent) == "goedgekeurd"
        assert len(inkomend(chain.gemeente, "323")) == len(inkomend(chain.begeleiding, "325")) == 1
        assert to_pay(chain) == {("iwmo", "65656056"): 12 * TARIEF}

    def test_after_twelve_more_it_is_kept_as_failed(self, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
        failures = fail_after(monkeypatch, "process", times=99)
        chain.post(chain.gemeente, encode(message("JW323")))
        chain.drain()
        for _ in range(14):
            try_again(chain)
        assert len(failures) == 1 + 12
        assert (jobs("process"), jobs("process", "failed")) == (0, 1)
        assert [row["status"] for row in inkomend(chain.gemeente, "323")] == ["ontvangen"]


def alone(work: Work) -> Callable[[str, str], None]:
    """The work of a task on one message."""
    return lambda organisatie, bericht: work(organisatie, [bericht])


def fail_after(monkeypatch: pytest.MonkeyPatch, step: str, times: int) -> list[None]:
    """Have a step of messaging fail right after it did its work, some times; what it failed."""
    module = flows if hasattr(flows, step) else verwerken
    original: Callable[..., Any] = getattr(module, step)
    failures: list[None] = []

    def failing(*arguments: Any, **options: Any) -> Any:
        found = original(*arguments, **options)
        if len(failures) < times:
            failures.append(None)
            raise ConnectionError(step)
        return found

    monkeypatch.setattr(module, step, failing)
    return failures
