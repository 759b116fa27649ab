"""Conservation: whatever happens, what was granted is in one live payment or open, and the bank's books are ours."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from services.billing.betalen.verrekenen import Post, Voorschot, settle
from services.demo.stage import Party
from tests.chain import Chain, query
from tests.services.betalen import Json, Office, allocation, answered, row, termijn
from tests.services.claims import claim, resent

PROVIDERS = ("65656055", "65656056")
_LIVE = "SELECT r.*, b.aanbieder FROM betaalregel r JOIN betaling b ON b.id = r.betaling AND b.vervallen_op IS NULL"
_GRANTED = """SELECT p.tegenpartij, sum(CASE ingediend_bedrag_debet_credit WHEN 'C' THEN -1 ELSE 1 END
    * ingediend_bedrag_bedrag) FROM prestatie p JOIN bericht b ON b.id = p.bericht
    WHERE b.eigenaar = '0193' AND richting = 'inkomend' AND status = 'goedgekeurd'
    AND EXISTS (SELECT FROM bericht a WHERE a.antwoord_op = b.id) AND NOT EXISTS (
        SELECT FROM bevinding f WHERE f.bericht = p.bericht
        AND (f.klasse, f.volgnummer) IN (('Prestatie', p.volgnummer), ('Client', p.ouder))) GROUP BY 1"""


def sums(sql: str) -> Counter[str]:
    return Counter({name: int(amount) for name, amount in query(sql)})


class History:
    """An office, and a bank that pays what it is told, sends back what it likes, and keeps books of its own."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.proposals: list[Json] = []
        self.at_bank: dict[str, int] = {}
        self.sent: dict[str, int] = {}
        self.tasks = 0

    def do(self, step: str, number: int, lines: list[tuple[int, bool]]) -> None:
        getattr(self, step)(number, lines)

    def invoice(self, number: int, lines: list[tuple[int, bool]]) -> None:
        answered(PROVIDERS[number % 2], *lines)

    def task(self, number: int, lines: list[tuple[int, bool]]) -> None:
        self.tasks += 1
        parts = [termijn(abs(lines[0][0]) + 1, soort=("voorschot", "termijn")[number % 3 == 0])]
        made = self.office.task(PROVIDERS[number % 2], *parts, nummer=f"T{self.tasks}")
        assert made.status_code == 200, made.text

    def propose(self, number: int, lines: object) -> None:
        made = self.office.ask("POST", "/betaalvoorstellen", json={})
        assert made.status_code in (201, 422), made.text
        self.proposals += [made.json()] if made.status_code == 201 else []

    def approve(self, number: int, lines: object) -> None:
        if self.proposals:
            chosen = self.proposals[-1 - number % 2 % len(self.proposals)]
            assert self.office.approve(chosen).status_code in (200, 409)
            file = self.office.pain(chosen)
            if file.status_code == 200:
                self._handed_in(etree.fromstring(file.content))

    def _handed_in(self, root: Any) -> None:
        """A bank takes an order once, however often it gets it."""
        for each in root.iter("{*}CdtTrfTxInf"):
            cents = int(each.findtext("{*}Amt/{*}InstdAmt").replace(".", ""))
            if (kenmerk := each.findtext("{*}PmtId/{*}EndToEndId")) not in self.sent:
                self.at_bank[kenmerk] = self.sent[kenmerk] = cents

    def withdraw(self, number: int, lines: object) -> None:
        if self.proposals:
            assert self.office.withdraw(self.proposals[number % len(self.proposals)]).status_code in (200, 409)

    def reject(self, number: int, lines: object) -> None:
        self._say(number, "mislukt")

    def pay(self, number: int, lines: object) -> None:
        self._say(number, "uitgevoerd")

    def _say(self, number: int, status: str) -> None:
        """The bank pays an order, or rejects it; what was paid it can return."""
        if self.sent:
            kenmerk = sorted(self.sent)[number % len(self.sent)]
            if status == "uitgevoerd" and kenmerk not in self.at_bank:
                return  # what was sent back is not paid again
            told = self.office.told(row({"kenmerk": kenmerk, "bedrag": self.sent[kenmerk]}, status=status))
            assert told["bevindingen"] == []
            if status == "mislukt":
                self.at_bank.pop(kenmerk, None)

    def check(self) -> None:
        live = sums(f"SELECT aanbieder, sum(bedrag) FROM ({_LIVE}) x WHERE soort = 'prestatie' GROUP BY 1")
        granted, still_open = sums(_GRANTED), self.office.open()
        for provider in PROVIDERS:
            assert live[provider] + still_open.get(provider, 0) == granted[provider], "paid + open = granted"
        key = "declaratie, prestatie, taakbekostiging, termijn"
        twice = f"SELECT {key} FROM ({_LIVE}) x WHERE soort <> 'verrekening' GROUP BY {key} HAVING count(*) > 1"
        assert query(twice) == [], "in two live payments"
        wrong = """SELECT b.id FROM betaling b JOIN betaalregel r ON r.betaling = b.id GROUP BY b.eigenaar, b.id
            HAVING b.bedrag <> sum(r.bedrag) OR b.bedrag < 0 OR bool_or(r.levend <> b.levend) OR
            -coalesce(sum(r.bedrag) FILTER (WHERE r.soort = 'verrekening'), 0) >
            greatest(0, coalesce(sum(r.bedrag) FILTER (WHERE r.soort = 'prestatie'), 0))"""
        assert query(wrong) == [], "a payment is the sum of its lines, and takes back no more than is granted"
        over = f"""SELECT 1 FROM ({_LIVE}) x JOIN betaaltermijn t ON t.taakbekostiging = x.taakbekostiging
            AND t.volgnummer = x.termijn WHERE x.soort = 'verrekening'
            GROUP BY t.taakbekostiging, t.volgnummer, t.bedrag HAVING -sum(x.bedrag) > t.bedrag"""
        assert query(over) == [], "more is taken back than was advanced"
        approved = "SELECT b.id FROM betaling b JOIN betaalvoorstel v ON v.id = b.betaalvoorstel AND v.goedgekeurd_op"
        books = query(approved + " IS NOT NULL WHERE b.levend AND b.bedrag > 0")
        assert {f"ZK{each.id.hex}" for each in books} == set(self.at_bank), "what the bank has is what we think it has"


LINES = st.lists(st.tuples(st.integers(-300, 300), st.booleans()), min_size=1, max_size=4)
STEPS = st.sampled_from(["invoice", "invoice", "task", "propose", "approve", "approve", "withdraw", "pay", "reject"])
RANDOM = settings(
    max_examples=12,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def office(chain: Chain) -> Office:
    made = Office(chain)
    made.accounts()
    return made


@RANDOM
@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 30), LINES), min_size=8, max_size=25))
def test_paid_and_open_is_granted_whatever_happens(office: Office, steps: list[Any]) -> None:
    """The histories go on in one ledger, so that each begins where the one before it stopped."""
    history = getattr(office, "history", None) or History(office)
    vars(office)["history"] = history
    for step in steps:
        history.do(*step)
        history.check()


MONTHS = ("2025-10", "2025-11", "2025-12")


def tell(history: History, aanbieder: Party, toewijzing: str, number: int) -> None:
    """A delivery that is new or has changed, claimed; sometimes while the municipality changes its mind."""
    chain = history.office.chain
    body = {"toewijzing": toewijzing, "maand": MONTHS[number % 3], "volume": number % 7}
    aanbieder.call("POST", "billing", "/leveringen", 201, json=body)
    if number % 4 == 0:
        resent(toewijzing, omvang_volume=1 + number % 3)
    assert claim(aanbieder, "2025-12").status_code in (202, 422)
    chain.drain()


@settings(RANDOM, max_examples=2)
@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 30), LINES), min_size=6, max_size=12))
def test_it_is_so_for_invoices_that_were_sent_judged_and_answered(office: Office, steps: list[Any]) -> None:
    chain = office.chain
    if not hasattr(office, "history"):
        vars(office)["history"] = History(office)
        vars(office)["told"] = [
            (p, allocation(chain, p, nummer=n)) for p, n in zip(chain_providers(chain), "CD", strict=True)
        ]
    history: History = vars(office)["history"]
    for name, number, lines in steps:
        if name == "invoice":
            tell(history, *vars(office)["told"][number % 2], number)
        else:
            history.do(name, number, lines)
        history.check()
    for declaratie in chain.gemeente.get("billing", "/declaraties?limit=100")["declaraties"]:
        if declaratie["status"] == "goedgekeurd":
            refused = sum(line["bedrag"] for line in declaratie["regels"] if line["uitkomst"] == "afgewezen")
            assert declaratie["toegekend_bedrag"] == declaratie["ingediend_bedrag"] - refused


def chain_providers(chain: Chain) -> tuple[Party, Party]:
    return chain.jeugdhulp, chain.begeleiding


AMOUNTS = st.integers(-(10**9), 10**9)


@given(st.lists(AMOUNTS), st.lists(st.integers(1, 10**9)), st.lists(st.integers(1, 10**9)))
def test_netting_takes_back_as_much_as_it_can_and_never_too_much(
    granted: list[int], due: list[int], paid: list[int]
) -> None:
    posts = [Post("prestatie", each) for each in granted] + [Post("termijn", each) for each in due]
    found = settle(posts, [Voorschot(f"T{number}", 1, each) for number, each in enumerate(paid)])
    assert found.verrekend == min(sum(paid), max(0, sum(granted)))
    assert found.bedrag == sum(granted) + sum(due) - found.verrekend
    assert found.bedrag >= 0 or not found.can_be_settled
    assert all(0 < -each.bedrag <= paid[int((each.taakbekostiging or "T0")[1:])] for each in found.verrekeningen)
