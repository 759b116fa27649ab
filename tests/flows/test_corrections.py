"""What goes back on itself: removals, withdrawals, refusals, repeated deliveries and jobs that fail on the way."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services import organisations
from services.demo import people
from services.demo.stage import Party
from services.messaging import flows, tasks
from services.messaging.retour import Kenmerk, build_return
from shared.db.session import owner
from shared.rules import Finding
from shared.standard.codec import encode
from shared.standard.document import Document
from shared.standard.level1 import check
from tests.builders import message
from tests.chain import Chain, query
from tests.services.claims import (
    TARIEF,
    agree,
    allocate,
    claim,
    declaraties,
    declare,
    deliver,
    outcomes,
    reasons,
    send,
    to_pay,
)

Json = dict[str, Any]
ELDERS = "65656059"


def status(party: Party, bericht: str) -> str:
    return str(party.get("messaging", f"/berichten/{bericht}")["status"])


def told(party: Party, bericht: str) -> list[tuple[str, str]]:
    """The findings of a message, as code and return code."""
    found = party.get("messaging", f"/berichten/{bericht}")["bevindingen"]
    return sorted((finding["code"], finding["retourcode"]) for finding in found)


def inkomend(party: Party, soort: str) -> list[Json]:
    path = f"/berichten?richting=inkomend&berichtsoort={soort}"
    rows: list[Json] = party.get("messaging", path)["berichten"]
    return rows


def withdraw(chain: Chain, toewijzing: str, einddatum: str) -> str:
    """The end date brought forward; the 301 that tells it."""
    body = {"einddatum": einddatum, "reden_wijziging": "07"}
    made = chain.gemeente.call("POST", "allocation", f"/toewijzingen/{toewijzing}/wijzigingen", 201, json=body)
    return str(made["bericht"])


@pytest.fixture
def hours(chain: Chain) -> str:
    """Three hours a week from 7 October to 30 December 2025, with a tariff per hour."""
    agree(chain, chain.begeleiding, {})
    return allocate(chain, chain.begeleiding)


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


@pytest.fixture
def elders(chain: Chain, tmp_path: Path) -> Path:
    """A provider elsewhere, whose messages are put into a folder."""
    with owner() as session:
        organisations.register(session, ELDERS, "Aanbieder elders", "map", str(tmp_path / "uit"))
    return tmp_path / "uit"


def offer(chain: Chain, **changes: Any) -> Json:
    """An allocation for the provider elsewhere, brought to its channel."""
    body = {
        "standaard": "ijw",
        "aanbieder": ELDERS,
        "client": people.SAM,
        "product": {"categorie": "50", "code": "50P4M"},
        "ingangsdatum": "2025-09-01",
        "omvang": {"volume": 1, "eenheid": "82", "frequentie": "6"},
    }
    made: Json = chain.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=body | changes)
    chain.drain()
    return made


def reply(chain: Chain, bericht: str, *findings: Finding, identificatie: str = "X1", party: Party | None = None) -> str:
    """An answer made by hand to a message of ours, brought in by its sender; its id."""
    sender = party or chain.gemeente
    return bring(chain, sender, answer_to(sender, bericht, *findings, identificatie=identificatie))


def answer_to(sender: Party, bericht: str, *findings: Finding, identificatie: str = "X1") -> Document:
    heen = check(sender.xml(bericht)).document()
    return build_return(heen, findings, Kenmerk(identificatie, date(2026, 1, 5)))


def bring(chain: Chain, receiver: Party, document: Document) -> str:
    """Post a message as its receiver, as it came in from elsewhere, and have it processed."""
    taken = chain.post(receiver, encode(document))
    assert taken.status_code == 202, taken.text
    chain.drain()
    return str(taken.json()["id"])


def product(volgnummer: int, retourcode: str = "9019") -> Finding:
    return Finding("TR019", 3, retourcode, "ToegewezenProduct", volgnummer)


class TestAnAnswerFromElsewhere:
    def test_acceptance_settles_the_allocation(self, chain: Chain, elders: Path) -> None:
        made = offer(chain)
        assert status(chain.gemeente, made["bericht"]) == "afgeleverd"
        answer = reply(chain, made["bericht"])
        assert status(chain.gemeente, made["bericht"]) == "goedgekeurd"
        assert chain.gemeente.get("messaging", f"/berichten/{answer}")["antwoord_op"] == made["bericht"]

    def test_a_refusal_makes_the_allocation_not_hold(self, chain: Chain, elders: Path) -> None:
        made = offer(chain)
        reply(chain, made["bericht"], product(1, "9332"))
        assert status(chain.gemeente, made["bericht"]) == "afgekeurd"
        assert told(chain.gemeente, made["bericht"]) == [("TR332", "9332")]
        [finding] = chain.gemeente.get("messaging", f"/berichten/{made['bericht']}")["bevindingen"]
        assert finding["pad"].endswith("/jw301:ToegewezenProducten[1]/jw301:ToegewezenProduct[1]")
        assert chain.gemeente.get("allocation", "/toewijzingen") == {"toewijzingen": []}
        gone = chain.gemeente.apis["allocation"].call("GET", f"/v1/toewijzingen/{made['id']}")
        assert gone.status_code == 404

    def test_a_refused_change_leaves_the_allocation_as_it_was(self, chain: Chain, elders: Path) -> None:
        made = offer(chain)
        reply(chain, made["bericht"])
        change = withdraw(chain, made["id"], "2025-12-31")
        chain.drain()
        assert chain.gemeente.get("allocation", f"/toewijzingen/{made['id']}")["einddatum"] == "2025-12-31"
        reply(chain, change, Finding("TR056", 3, "9056", "Header", 1), identificatie="X2")
        assert status(chain.gemeente, change) == "afgekeurd"
        assert chain.gemeente.get("allocation", f"/toewijzingen/{made['id']}") == made

    def test_a_second_answer_changes_nothing_and_is_shown_as_such(self, chain: Chain, elders: Path) -> None:
        made = offer(chain)
        reply(chain, made["bericht"])
        second = reply(chain, made["bericht"], product(1), identificatie="X2")
        assert status(chain.gemeente, made["bericht"]) == "goedgekeurd"
        assert told(chain.gemeente, made["bericht"]) == []
        assert (status(chain.gemeente, second), told(chain.gemeente, second)) == (
            "afgekeurd",
            [("DUBBEL_ANTWOORD", "")],
        )

    def test_an_answer_to_nothing_of_ours_is_shown_as_such(self, chain: Chain, elders: Path) -> None:
        stray = message("JW302", {"Header[1].ontvanger": ELDERS})
        bericht = bring(chain, chain.gemeente, stray)
        assert told(chain.gemeente, bericht) == [("GEEN_HEENBERICHT", "")]

    def test_a_provider_cannot_answer_for_another(self, chain: Chain, elders: Path) -> None:
        made = offer(chain)
        forged = answer_to(chain.gemeente, made["bericht"], product(1))
        forged.header.values["ontvanger"] = chain.jeugdhulp.code
        assert chain.post(chain.jeugdhulp, encode(forged)).status_code == 422
        bring(chain, chain.gemeente, forged)
        assert status(chain.gemeente, made["bericht"]) == "afgeleverd"


class TestAMunicipalityElsewhere:
    """Its 301 comes in from outside, our 323 goes out into a folder, its 325 comes in again."""

    GEMEENTE = "0200"

    @pytest.fixture
    def declaratie(self, chain: Chain, tmp_path: Path) -> Json:
        """Two lines that wait for the answer of the municipality."""
        with owner() as session:
            organisations.register(session, self.GEMEENTE, "Gemeente elders", "map", str(tmp_path))
        head = {"Header[1].afzender": self.GEMEENTE, "Header[1].ontvanger": chain.begeleiding.code}
        period = {"ingangsdatum": "2025-10-07", "einddatum": "2025-12-30", "referentie_aanbieder": ""}
        bring(
            chain,
            chain.begeleiding,
            message("WMO301", head | {"ToegewezenProduct[2]": False, "ToegewezenProduct[1]": period}),
        )
        contract = {"nummer": "C9", "standaard": "iwmo", "begindatum": "2024-01-01", "tegenpartij": self.GEMEENTE}
        chain.begeleiding.call("PUT", "allocation", "/contracten", json=contract)
        tarief = {"contract": "C9", "product_categorie": "02", "product_code": "02A03", "eenheid": "04"}
        tarief |= {"tarief": TARIEF, "begindatum": "2024-01-01"}  # type: ignore[dict-item]
        chain.begeleiding.call("PUT", "allocation", "/tarieven", json=tarief)
        for maand in ("2025-10", "2025-11"):
            deliver(chain.begeleiding, f"{self.GEMEENTE}-iwmo-300201", maand, 12)
        body = {"standaard": "iwmo", "gemeente": self.GEMEENTE, "maand": "2025-11"}
        made: Json = chain.begeleiding.call("POST", "billing", "/declaraties", 202, json=body)
        chain.drain()
        return made

    def outcome(self, chain: Chain) -> list[tuple[str, list[str]]]:
        [found] = declaraties(chain.begeleiding)
        return [(line["uitkomst"], [reden["retourcode"] for reden in line["redenen"]]) for line in found["regels"]]

    def test_a_code_that_no_rule_explains_refuses_that_line_only(self, chain: Chain, declaratie: Json) -> None:
        reply(chain, declaratie["bericht"], Finding("?", 3, "9347", "Prestatie", 2), party=chain.begeleiding)
        assert self.outcome(chain) == [("toegekend", []), ("afgewezen", ["9347"])]

    def test_an_answer_about_lines_that_were_never_claimed_is_dealt_with_at_once(
        self, chain: Chain, declaratie: Json
    ) -> None:
        both = (Finding("?", 3, "9321", "Prestatie", line) for line in (1, 2))
        answer = answer_to(chain.begeleiding, declaratie["bericht"], *both)
        for line in answer.root.all("Prestatie"):
            line.values["product_referentie_referentie_nummer"] = f"ONBEKEND{line.volgnummer}"
        bericht = bring(chain, chain.begeleiding, answer)
        assert status(chain.begeleiding, bericht) in ("goedgekeurd", "afgekeurd")
        assert query("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")[0][0] == 0

    def test_a_client_that_is_refused_takes_its_lines_along(self, chain: Chain, declaratie: Json) -> None:
        reply(chain, declaratie["bericht"], Finding("?", 3, "8187", "Client", 1), party=chain.begeleiding)
        assert self.outcome(chain) == [("afgewezen", ["8187"])] * 2

    def test_a_declaratie_that_is_refused_as_a_whole_is_claimed_again(self, chain: Chain, declaratie: Json) -> None:
        reply(chain, declaratie["bericht"], Finding("?", 3, "9333", "Declaratie", 1), party=chain.begeleiding)
        [found] = declaraties(chain.begeleiding)
        assert (found["status"], found["toegekend_bedrag"]) == ("afgekeurd", 0)
        assert [reden["retourcode"] for reden in found["redenen"]] == ["9333"]
        body = {"standaard": "iwmo", "gemeente": self.GEMEENTE, "maand": "2025-12"}
        again = chain.begeleiding.call("POST", "billing", "/declaraties", 202, json=body)
        assert (again["regels"], again["ingediend_bedrag"]) == (2, 24 * TARIEF)
        assert again["declaratie_nummer"] != declaratie["declaratie_nummer"]


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
        twice(tasks.deliver, chain.begeleiding, sent)
        [came] = inkomend(chain.gemeente, "323")
        twice(tasks.process, chain.gemeente, came["id"])
        assert [status(chain.gemeente, came["id"]), jobs("assess")] == ["gecontroleerd", 1]
        twice(tasks.assess, chain.gemeente, came["id"])
        [answer] = chain.gemeente.get("messaging", "/berichten?richting=uitgaand&berichtsoort=325")["berichten"]
        twice(tasks.deliver, chain.gemeente, answer["id"])
        [back] = inkomend(chain.begeleiding, "325")
        twice(tasks.process, chain.begeleiding, back["id"])
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


def jobs(task: str, state: str = "todo") -> int:
    rows = query(f"SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'messaging.{task}' AND status = '{state}'")
    return int(rows[0][0])


def try_again(chain: Chain) -> None:
    """Let the jobs that failed run now, and not after their pause."""
    with owner() as session:
        waiting = "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"
        session.connection().exec_driver_sql(waiting)
    chain.drain()


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

    @pytest.mark.parametrize("step", ["read", "check_rows", "close", "answer", "send", "_hand_over", "apply_return"])
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


def fail_after(monkeypatch: pytest.MonkeyPatch, step: str, times: int) -> list[None]:
    """Have a step of messaging fail right after it did its work, some times; what it failed."""
    original: Callable[..., Any] = getattr(flows, step)
    failures: list[None] = []

    def failing(*arguments: Any, **options: Any) -> Any:
        found = original(*arguments, **options)
        if len(failures) < times:
            failures.append(None)
            raise ConnectionError(step)
        return found

    monkeypatch.setattr(flows, step, failing)
    return failures


class TestTheFolder:
    def test_it_holds_the_exact_bytes_under_a_name_that_tells_nothing_of_the_client(
        self, chain: Chain, elders: Path
    ) -> None:
        made = offer(chain)
        [path] = elders.iterdir()
        assert path.name == f"JW301-{made['bericht']}.xml"
        assert path.read_bytes() == chain.gemeente.xml(made["bericht"])
        assert people.SAM["bsn"] not in str(path)
        assert str(UUID(made["bericht"])) in path.name

    def test_a_second_delivery_puts_nothing_beside_it(self, chain: Chain, elders: Path) -> None:
        made = offer(chain)
        with owner() as session:
            session.connection().exec_driver_sql("UPDATE bericht SET status = 'klaar'")
        tasks.deliver(chain.gemeente.code, made["bericht"])
        assert len(list(elders.iterdir())) == 1
        assert status(chain.gemeente, made["bericht"]) == "afgeleverd"

    def test_a_folder_that_cannot_be_written_is_tried_again(self, chain: Chain, elders: Path) -> None:
        elders.write_text("hier staat een bestand in de weg")
        made = offer(chain)
        assert status(chain.gemeente, made["bericht"]) == "klaar"
        elders.unlink()
        try_again(chain)
        assert status(chain.gemeente, made["bericht"]) == "afgeleverd"
        assert [path.suffix for path in elders.iterdir()] == [".xml"]


@dataclass
class Partner:
    """Software of somebody else: it answers as it was told, the last answer for ever, and keeps what it got."""

    answers: list[tuple[int, str, str]] = field(default_factory=lambda: [(202, "application/json", "{}")])
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def listening(partner: Partner) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            partner.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            code, kind, text = partner.answers.pop(0) if len(partner.answers) > 1 else partner.answers[0]
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1/berichten"
    server.shutdown()
    server.server_close()
    thread.join()


PROBLEM = json.dumps(
    {
        "title": "Het bericht voldoet niet aan het berichtformaat",
        "status": 422,
        "bevindingen": [
            {"code": "cvc-pattern-valid", "pad": "/jw301:Bericht", "regel": 3, "melding": "Verwacht: 999900006"},
            {"code": "OP192", "pad": "", "regel": None, "melding": "BOM"},
        ],
    }
)


class TestTheHttpChannel:
    @pytest.fixture
    def partner(self, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> Iterator[Partner]:
        """A provider behind an HTTP channel."""
        found = Partner()
        with listening(found) as url:
            with owner() as session:
                organisations.register(session, ELDERS, "Aanbieder elders", "http", url)
            monkeypatch.setenv("ZORGKETEN_PARTNER_SLEUTELS", json.dumps({ELDERS: "zk_van-de-partner"}))
            yield found

    def test_it_brings_the_exact_bytes_with_the_partners_key(self, chain: Chain, partner: Partner) -> None:
        made = offer(chain)
        assert status(chain.gemeente, made["bericht"]) == "afgeleverd"
        [(path, headers, body)] = partner.got
        assert path == "/v1/berichten"
        assert body == chain.gemeente.xml(made["bericht"])
        assert headers["authorization"] == "Bearer zk_van-de-partner"
        assert headers["content-type"] == "application/xml"
        assert headers["idempotency-key"] == made["bericht"]

    def test_a_refusal_is_shown_with_its_findings_and_the_allocation_does_not_hold(
        self, chain: Chain, partner: Partner
    ) -> None:
        partner.answers = [(422, "application/problem+json", PROBLEM)]
        made = offer(chain)
        assert status(chain.gemeente, made["bericht"]) == "mislukt"
        assert told(chain.gemeente, made["bericht"]) == [("OP192", ""), ("cvc-pattern-valid", "")]
        assert chain.gemeente.get("allocation", "/toewijzingen") == {"toewijzingen": []}
        try_again(chain)
        assert len(partner.got) == 1

    @pytest.mark.parametrize("text", ["<h1>Not Found</h1>", "", "[]", '{"bevindingen": 1}', '{"bevindingen": ["x"]}'])
    def test_a_refusal_in_another_tongue_is_a_refusal_without_reasons(
        self, chain: Chain, partner: Partner, text: str
    ) -> None:
        partner.answers = [(404, "text/html", text)]
        made = offer(chain)
        assert status(chain.gemeente, made["bericht"]) == "mislukt"
        assert told(chain.gemeente, made["bericht"]) == [("WEIGERING", "")]

    @pytest.mark.parametrize("code", [500, 502, 503, 429, 408, 302])
    def test_whatever_says_nothing_of_the_message_is_tried_again_with_the_same_key(
        self, chain: Chain, partner: Partner, code: int
    ) -> None:
        partner.answers = [(code, "text/plain", "later")] * 2 + [(202, "application/json", "{}")]
        made = offer(chain)
        assert status(chain.gemeente, made["bericht"]) == "klaar"
        try_again(chain)
        try_again(chain)
        assert status(chain.gemeente, made["bericht"]) == "afgeleverd"
        assert len(partner.got) == 3
        assert {headers["idempotency-key"] for _, headers, _ in partner.got} == {made["bericht"]}
        assert len({body for *_, body in partner.got}) == 1

    def test_a_partner_that_is_our_own_software_takes_it_once(
        self, chain: Chain, partner: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The receiving end is this installation's own API, under the key of another organisation."""
        monkeypatch.setenv("ZORGKETEN_PARTNER_SLEUTELS", json.dumps({chain.jeugdhulp.code: chain.keys["65656055"]}))
        url = chain.urls["messaging"] + "/v1/berichten"
        made = offer(chain, aanbieder=chain.jeugdhulp.code)
        before = len(inkomend(chain.jeugdhulp, "301"))
        with owner() as session:
            organisations.register(session, chain.jeugdhulp.code, "Jeugdhulp", "http", url)
            session.connection().exec_driver_sql("UPDATE bericht SET status = 'klaar' WHERE soort = '301'")
        tasks.deliver(chain.gemeente.code, made["bericht"])
        assert len(inkomend(chain.jeugdhulp, "301")) == before == 1
