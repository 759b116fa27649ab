"""Partners elsewhere: answers that come in, a municipality elsewhere, and the folder and HTTP channels."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest

from services import organisations
from services.demo import people
from services.demo.stage import Party
from services.messaging import tasks
from shared.db.session import owner
from shared.rules import Finding
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain, jobs
from tests.flows.elsewhere import ELDERS, Json, answer_to, bring, inkomend, offer, status, told, try_again, withdraw
from tests.services.claims import (
    TARIEF,
    declaraties,
    deliver,
)


def reply(chain: Chain, bericht: str, *findings: Finding, identificatie: str = "X1", party: Party | None = None) -> str:
    """An answer made by hand to a message of ours, brought in by its sender; its id."""
    sender = party or chain.gemeente
    return bring(chain, sender, answer_to(sender, bericht, *findings, identificatie=identificatie))


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
        assert jobs("todo") == 0

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
        tasks.deliver(chain.gemeente.code, [made["bericht"]])
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
        tasks.deliver(chain.gemeente.code, [made["bericht"]])
        assert len(inkomend(chain.jeugdhulp, "301")) == before == 1
