"""Histories of paying: everything that can happen, in any order, and the books that must agree with it."""

import random
from collections import Counter
from typing import Any
from uuid import UUID

from lxml import etree
from sqlalchemy import text

from services.demo.stage import Party
from shared import vault
from shared.db.session import owner
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import query
from tests.chaos.money import books_of, granted_wrongly
from tests.services.betalen import TARIEF, Json, Office, allocation, row, termijn
from tests.services.claims import PRIJS, claim, send

PROVIDERS = ("65656055", "65656056")
MONTHS = ("2025-10", "2025-11", "2025-12")
DECK = Counter(
    claim=5, allocate=1, price=1, agree=1, stranger=1, decide=1, task=1, propose=3, approve=3, withdraw=2, pay=3,
    reject=1, differ=1,
)  # fmt: skip
"""What happens in one history, in any order."""
_ANSWERED = """SELECT h.id, h.tegenpartij, h.xml AS heen, a.xml AS antwoord FROM bericht h
    JOIN bericht a ON a.eigenaar = h.eigenaar AND a.antwoord_op = h.id
    WHERE h.eigenaar = '0193' AND h.soort = '323' AND h.richting = 'inkomend'"""
_LIVE = "SELECT r.*, b.aanbieder FROM betaalregel r JOIN betaling b ON b.id = r.betaling AND b.vervallen_op IS NULL"
_NEVER = {
    "a payment is the sum of its lines, and takes back no more than is granted": """SELECT b.id FROM betaling b
        JOIN betaalregel r ON r.betaling = b.id GROUP BY b.eigenaar, b.id
        HAVING b.bedrag <> sum(r.bedrag) OR b.bedrag < 0 OR bool_or(r.levend <> b.levend) OR
        -coalesce(sum(r.bedrag) FILTER (WHERE r.soort = 'verrekening'), 0) >
        greatest(0, coalesce(sum(r.bedrag) FILTER (WHERE r.soort = 'prestatie'), 0))""",
    "a line or an instalment stands in one live payment": f"""SELECT 1 FROM ({_LIVE}) x WHERE soort <> 'verrekening'
        GROUP BY declaratie, prestatie, taakbekostiging, termijn HAVING count(*) > 1""",
    "no more is taken back than was advanced": f"""SELECT 1 FROM ({_LIVE}) x
        JOIN betaaltermijn t ON t.taakbekostiging = x.taakbekostiging AND t.volgnummer = x.termijn
        WHERE x.soort = 'verrekening' GROUP BY t.taakbekostiging, t.volgnummer, t.bedrag
        HAVING -sum(x.bedrag) > t.bedrag""",
    "nothing that was withdrawn holds a line": f"""SELECT 1 FROM ({_LIVE}) x JOIN betaling b ON b.id = x.betaling
        JOIN betaalvoorstel v ON v.id = b.betaalvoorstel WHERE v.ingetrokken_op IS NOT NULL""",
}
_AT_BANK = """SELECT b.id FROM betaling b JOIN betaalvoorstel v ON v.id = b.betaalvoorstel
    WHERE v.goedgekeurd_op IS NOT NULL AND b.levend AND b.bedrag > 0"""
Line = tuple[UUID, int]


def cents(node: Any, amount: str) -> int:
    """The signed amount of a class."""
    found = int(node.findtext(f"{{*}}{amount}"))
    return -found if node.findtext("{*}DebetCredit") == "C" else found


def lines(xml: bytes) -> dict[str, int]:
    """The lines of a 323 or a 325, in their order: of each reference its signed amount."""
    root = etree.fromstring(vault.unseal(xml, "0193", "bericht"))
    return {
        each.findtext("{*}ProductReferentie/{*}ReferentieNummer"): cents(each.find("{*}IngediendBedrag"), "Bedrag")
        for each in root.iter("{*}Prestatie")
    }


class Ledger:
    """What both messages of each answered 323 say: a line is granted when its 325 does not name it."""

    def __init__(self) -> None:
        self.granted: dict[str, dict[Line, int]] = {code: {} for code in PROVIDERS}
        self.judged: set[UUID] = set()
        self.counts: Counter[str] = Counter()

    def read(self) -> None:
        """Take in what was answered since, and see that each total is that of its lines."""
        with owner() as session:
            wrong = [fault for _, faults in granted_wrongly(session, self.judged) for fault in faults]
            new = [each for each in session.execute(text(_ANSWERED)) if each.id not in self.judged]
        assert wrong == []
        for each in new:
            self.judged.add(each.id)
            self._take_in(each)

    def _take_in(self, answered: Any) -> None:
        claimed, refused = lines(answered.heen), lines(answered.antwoord)
        kept = {
            (answered.id, number): amount
            for number, (name, amount) in enumerate(claimed.items(), 1)
            if name not in refused
        }
        assert refused.items() <= claimed.items(), "what is refused was claimed"
        self.granted[answered.tegenpartij] |= kept
        self.counts["answered"] += 1
        self.counts["refused"] += len(refused)
        self.counts["credited"] += sum(amount < 0 for amount in kept.values())


class History:
    """An office, two providers, and a bank that pays what it is told, sends back what it likes, and keeps books."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.chain, self.choice = office, office.chain, random.Random(seed)
        self.told: list[tuple[Party, str]] = []
        self.ledger, self.counts = Ledger(), Counter[str]()
        self.proposals: list[Json] = []
        self.at_bank: dict[str, int] = {}
        self.sent: dict[str, int] = {}

    def begin(self) -> None:
        """Each provider has an allocation to deliver on."""
        for party, name in ((self.chain.jeugdhulp, "C"), (self.chain.begeleiding, "D")):
            self.told.append((party, allocation(self.chain, party, nummer=name)))

    def happen(self) -> None:
        """All of the deck, in an order of its own."""
        deck = list(DECK.elements())
        self.choice.shuffle(deck)
        for step in deck:
            getattr(self, step)()
            self.check()

    def claim(self) -> None:
        """A delivery that is new or has changed, claimed while the municipality may have changed its mind."""
        aanbieder, toewijzing = self.choice.choice(self.told)
        volume = 0 if self.choice.random() < 0.1 else self.choice.randint(1, 12)
        body = {"toewijzing": toewijzing, "maand": self.choice.choice(MONTHS), "volume": volume}
        aanbieder.call("POST", "billing", "/leveringen", 201, json=body)
        status = claim(aanbieder, "2025-12").status_code
        assert status in (202, 422)
        self.counts["held"] += status == 422
        self.chain.drain()

    def allocate(self) -> None:
        """Another volume, of which the provider does not know before its next claim."""
        _, toewijzing = self.choice.choice(self.told)
        change = {"reden_wijziging": "07", "volume": self.choice.choice((2, 3, 4)), "instemming_aanbieder": True}
        done = self.chain.gemeente.apis["allocation"].call(
            "POST", f"/v1/toewijzingen/{toewijzing}/wijzigingen", json=change
        )
        assert done.status_code in (201, 422), done.text

    def price(self) -> None:
        """Another tariff at the municipality, of which the provider does not know."""
        self._agree([self.chain.gemeente], TARIEF + self.choice.randint(1, 9))

    def agree(self) -> None:
        self._agree([self.chain.gemeente, *(each for each, _ in self.told)], TARIEF + self.choice.randint(0, 9))

    def _agree(self, parties: list[Party], tarief: int) -> None:
        for party in parties:
            for contract in self._contracts(party):
                party.call("PUT", "allocation", "/tarieven", json=PRIJS | {"contract": contract, "tarief": tarief})

    def _contracts(self, party: Party) -> list[str]:
        own = zip((each.code for each, _ in self.told), "CD", strict=True)
        return [contract for code, contract in own if party.code in ("0193", code)]

    def stranger(self) -> None:
        """A 323 about a client who was never allocated: refused with its Client, not with its line."""
        aanbieder, _ = self.choice.choice(self.told)
        name = f"X{len(self.ledger.judged)}{self.choice.randrange(10**6)}"
        document = message(
            "WMO323",
            {
                "Prestatie[3]": False,
                "Prestatie[2]": False,
                "Prestatie[1]": {
                    "product_periode_begindatum": "2025-12-01",
                    "product_periode_einddatum": "2025-12-31",
                    "product_referentie_referentie_nummer": name,
                },
                "Declaratie[1]": {
                    "declaratie_nummer": name,
                    "totaal_ingediend_bedrag_totaal_bedrag": "5000",
                    "declaratie_periode_begindatum": "2025-12-01",
                    "declaratie_periode_einddatum": "2025-12-31",
                },
                "Header[1]": {"afzender": aanbieder.code, "bericht_identificatie_identificatie": name},
            },
        )
        assert self.chain.post(aanbieder, encode(document)).status_code == 202
        self.chain.drain()

    def decide(self) -> None:
        """A person decides on all that waits."""
        for question in self.questions():
            body = {"bericht": question["bericht"], "regel": question["regel"]}
            outcome = self.choice.choice(("toegekend", "afgewezen"))
            answer = send(self.chain.gemeente, "/vragen/antwoorden", body | {"uitkomst": outcome})
            assert answer.status_code == 200, answer.text
        self.chain.drain()

    def questions(self) -> list[Json]:
        found: list[Json] = self.chain.gemeente.get("billing", "/vragen?limit=100")["vragen"]
        self.counts["waited"] += bool(found)
        return found

    def task(self) -> None:
        part = termijn(self.choice.randint(1, 10 * TARIEF), soort=self.choice.choice(("voorschot", "termijn")))
        nummer = f"T{self.choice.randrange(10**8)}"
        made = self.office.task(self.choice.choice(PROVIDERS), part, nummer=nummer)
        assert made.status_code == 200, made.text

    def propose(self) -> None:
        made = self.office.ask("POST", "/betaalvoorstellen", json={})
        assert made.status_code in (201, 422), made.text
        self.proposals += [made.json()] if made.status_code == 201 else []

    def approve(self) -> None:
        if self.proposals:
            chosen = self.choice.choice(self.proposals[-2:])
            assert self.office.approve(chosen).status_code in (200, 409)
            file = self.office.pain(chosen)
            if file.status_code == 200:
                self._handed_in(etree.fromstring(file.content))

    def _handed_in(self, root: Any) -> None:
        """A bank takes an order once, however often it gets it."""
        for each in root.iter("{*}CdtTrfTxInf"):
            amount = int(each.findtext("{*}Amt/{*}InstdAmt").replace(".", ""))
            if (kenmerk := each.findtext("{*}PmtId/{*}EndToEndId")) not in self.sent:
                self.at_bank[kenmerk] = self.sent[kenmerk] = amount

    def withdraw(self) -> None:
        if self.proposals:
            status = self.office.withdraw(self.choice.choice(self.proposals[-2:])).status_code
            assert status in (200, 409)
            self.counts["withdrawn"] += status == 200

    def pay(self) -> None:
        """The bank pays an order; what it sent back it does not pay again."""
        if kenmerk := self._one_of(self.at_bank):
            assert self._say(kenmerk, "uitgevoerd")["bevindingen"] == []
            self.counts["paid"] += 1

    def reject(self) -> None:
        """The bank rejects an order, or returns what was paid."""
        if kenmerk := self._one_of(self.at_bank):
            assert self._say(kenmerk, "mislukt")["bevindingen"] == []
            del self.at_bank[kenmerk]
            self.counts["failed"] += 1

    def differ(self) -> None:
        """The bank tells another amount, which is told and changes nothing."""
        if kenmerk := self._one_of(self.at_bank):
            before = query("SELECT * FROM betaling ORDER BY id")
            told = self._say(kenmerk, self.choice.choice(("uitgevoerd", "mislukt")), bedrag=self.sent[kenmerk] + 1)
            assert [each["code"] for each in told["bevindingen"]] == ["BEDRAG"]
            assert query("SELECT * FROM betaling ORDER BY id") == before
            self.counts["told"] += 1

    def _one_of(self, orders: dict[str, int]) -> str | None:
        return self.choice.choice(sorted(orders)) if orders else None

    def _say(self, kenmerk: str, status: str, **changes: Any) -> Json:
        return self.office.told(row({"kenmerk": kenmerk, "bedrag": self.sent[kenmerk]}, status=status, **changes))

    def check(self) -> None:
        self.ledger.read()
        live = {(each.declaratie, each.prestatie): each.bedrag for each in query(_LIVE + " WHERE soort = 'prestatie'")}
        still_open = self.office.open()
        for code, granted in self.ledger.granted.items():
            paid = sum(live.pop(line, 0) for line in granted)
            assert paid + still_open.get(code, 0) == sum(granted.values()), "paid + open = granted"
        assert live == {}, "what is paid was granted"
        for what, rows in _NEVER.items():
            assert query(rows) == [], what
        assert {f"ZK{each.id.hex}" for each in query(_AT_BANK)} == set(self.at_bank), (
            "the bank has what we think it has"
        )

    def end(self) -> Counter[str]:
        """Both parties have the same books, once nothing waits; how often there was what."""
        self.decide()
        self.check()
        with owner() as session:
            assert list(books_of(session)) == []
        unknown = query("SELECT count(*) FROM bevinding WHERE eigenaar = '0193' AND klasse = 'Client'")[0][0]
        return self.counts + self.ledger.counts + Counter({"unknown client": unknown})
