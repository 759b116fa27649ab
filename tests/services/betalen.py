"""What the tests of paying share: two persons at the municipality, accounts, granted lines, and files of a bank."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.demo.stage import Party
from shared.db.session import owner
from tests.chain import Chain
from tests.services.claims import agree, allocate, declare, deliver

Json = dict[str, Any]
TARIEF = 6_150
IBANS = {"0193": "NL91ABNA0417164300", "65656055": "NL02ABNA0123456789", "65656056": "NL20INGB0001234567"}


class Office:
    """The municipality's office: one who prepares and one who approves; its providers have what was agreed."""

    def __init__(self, chain: Chain) -> None:
        self.chain, self.first, self.second = chain, chain.gemeente, chain.colleague()

    def ask(self, method: str, path: str, who: Party | None = None, **options: Any) -> httpx.Response:
        return (who or self.first).apis["billing"].call(method, f"/v1{path}", **options)

    def account(
        self, houder: str, iban: str | None = None, begindatum: str = "2024-01-01", naam: str = "Houder"
    ) -> Json:
        """An account that somebody else confirmed."""
        body = {"houder": houder, "iban": iban or IBANS[houder], "naam": naam, "begindatum": begindatum}
        made = self.ask("PUT", "/rekeningen", json=body)
        assert made.status_code == 200, made.text
        done = self.ask("POST", f"/rekeningen/{made.json()['id']}/bevestiging", self.second)
        assert done.status_code == 200, done.text
        found: Json = done.json()
        return found

    def accounts(self, *houders: str) -> None:
        for houder in houders or IBANS:
            self.account(houder)

    def propose(self, *aanbieders: str) -> Json:
        made = self.ask("POST", "/betaalvoorstellen", json={"aanbieders": list(aanbieders)})
        assert made.status_code == 201, made.text
        found: Json = made.json()
        return found

    def approve(self, voorstel: Json, who: Party | None = None) -> httpx.Response:
        return self.ask("POST", f"/betaalvoorstellen/{voorstel['id']}/goedkeuring", who or self.second)

    def withdraw(self, voorstel: Json) -> httpx.Response:
        return self.ask("POST", f"/betaalvoorstellen/{voorstel['id']}/intrekking")

    def seen(self, voorstel: Json) -> Json:
        found: Json = self.ask("GET", f"/betaalvoorstellen/{voorstel['id']}").json()
        return found

    def pain(self, voorstel: Json) -> httpx.Response:
        return self.ask("GET", f"/betaalvoorstellen/{voorstel['id']}/pain")

    def bank(self, data: bytes | str, kind: str = "text/csv") -> httpx.Response:
        content = data.encode() if isinstance(data, str) else data
        return self.ask("POST", "/bankresultaten", content=content, headers={"Content-Type": kind})

    def told(self, *rows: Json) -> Json:
        """What a CSV of the bank changes."""
        answer = self.bank(csv_of(rows))
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def paid(self) -> Json:
        """A proposal that was approved and that the bank carried out."""
        voorstel = self.propose()
        assert self.approve(voorstel).status_code == 200
        self.told(*(row(each) for each in voorstel["betalingen"] if each["bedrag"]))
        return self.seen(voorstel)

    def open(self) -> dict[str, int]:
        """What is granted and in no live payment, by provider."""
        rows = self.ask("GET", "/te-betalen").json()["te_betalen"]
        return {row["aanbieder"]: row["te_betalen"] for row in rows}

    def task(self, aanbieder: str, *termijnen: Json, nummer: str = "T1", bedrag: int = 1_000_000) -> httpx.Response:
        body = {
            "nummer": nummer,
            "aanbieder": aanbieder,
            "omschrijving": "Wijkteam",
            "begindatum": "2025-01-01",
            "einddatum": "2025-12-31",
            "bedrag": bedrag,
            "termijnen": list(termijnen),
        }
        return self.ask("PUT", "/taakbekostigingen", json=body)


@pytest.fixture
def office(chain: Chain) -> Office:
    made = Office(chain)
    made.accounts()
    return made


@pytest.fixture
def approved(chain: Chain, office: Office) -> Json:
    """A proposal for two providers, approved."""
    for aanbieder, nummer, hours in ((chain.begeleiding, "C1", 12), (chain.jeugdhulp, "C2", 7)):
        grant(chain, aanbieder, allocation(chain, aanbieder, nummer=nummer), "2025-10", hours)
    made = office.propose()
    assert office.approve(made).status_code == 200
    return made


def termijn(bedrag: int, vervaldatum: str = "2025-01-31", soort: str = "termijn") -> Json:
    return {"bedrag": bedrag, "vervaldatum": vervaldatum, "soort": soort}


def row(betaling: Json, **changes: Any) -> Json:
    """A row of the bank about a payment: carried out, unless it says otherwise."""
    told = {"kenmerk": betaling["kenmerk"], "bedrag": betaling["bedrag"], "status": "uitgevoerd"}
    return {**told, "datum": "2026-01-05", "reden": "", **changes}


def csv_of(rows: Sequence[Json]) -> str:
    lines = [";".join(str(each[name]) for name in ("kenmerk", "bedrag", "status", "datum", "reden")) for each in rows]
    return "\n".join(["kenmerk;bedrag;status;datum;reden", *lines]) + "\n"


def grant(chain: Chain, aanbieder: Party, toewijzing: str, maand: str, hours: int) -> Json:
    """Granted hours of a month, claimed and answered; what was delivered before is credited."""
    deliver(aanbieder, toewijzing, maand, hours)
    found = declare(chain, aanbieder, "2025-12")
    assert all(line["uitkomst"] == "toegekend" for line in found["regels"])
    return found


def allocation(chain: Chain, aanbieder: Party, **contract: Any) -> str:
    """An allocation of three hours a week, with a contract and a tariff."""
    agree(chain, aanbieder, {"contract": contract.get("nummer", "C1")}, **contract)
    return allocate(chain, aanbieder)


def answered(aanbieder: str, *lines: tuple[int, bool]) -> None:
    """A declaratie straight in the ledger, judged: of each line its eurocents, credits negative, and if it was refused.

    For many of them fast; what judges and sends is in the story of the chain.
    """
    bericht = uuid4()
    party = f"'0193', '{bericht}', 1, 'iwmo', '{aanbieder}'"
    statements = [
        "INSERT INTO bericht (id, eigenaar, tegenpartij, richting, standaard, soort, identificatie, dagtekening,"
        f" status, xml) VALUES ('{bericht}', '0193', '{aanbieder}', 'inkomend', 'iwmo', '323', '{bericht.hex[:12]}',"
        " '2025-12-01', 'goedgekeurd', 'x')",
        "INSERT INTO declaratie (eigenaar, bericht, volgnummer, standaard, tegenpartij, declaratie_nummer)"
        f" VALUES ({party}, 'D1')",
        "INSERT INTO bericht (id, eigenaar, tegenpartij, richting, standaard, soort, identificatie, dagtekening,"
        f" status, xml, antwoord_op) VALUES (gen_random_uuid(), '0193', '{aanbieder}', 'uitgaand', 'iwmo', '325',"
        f" 'R{bericht.hex[:11]}', '2025-12-02', 'afgeleverd', 'x', '{bericht}')",
    ]
    for number, (bedrag, refused) in enumerate(lines, 1):
        place = party.replace(", 1,", f", {number},")
        statements.append(
            "INSERT INTO prestatie (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn,"
            " product_referentie_referentie_nummer, ingediend_bedrag_bedrag, ingediend_bedrag_debet_credit)"
            f" VALUES ({place}, 1, 'p', 'P{number}', {abs(bedrag)}, '{'C' if bedrag < 0 else 'D'}')"
        )
        if refused:
            statements.append(
                "INSERT INTO bevinding (eigenaar, bericht, klasse, volgnummer, code, niveau, retourcode)"
                f" VALUES ('0193', '{bericht}', 'Prestatie', {number}, 'TR321', 3, '9321')"
            )
    with owner() as session:
        for statement in statements:
            session.connection().exec_driver_sql(statement)
