"""The file that a bank takes: ISO 20022 pain.001.001.09, the same bytes each time, and an independent check of it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import as_file, files
from typing import Any
from uuid import UUID

import holidays
from lxml import etree
from sepaxml import SepaTransfer

from shared.errors import Fault, Refused

SCHEMA = "pain.001.001.09"
_NS = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}
_P = f"{{{_NS['p']}}}"
_UNSENT = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")
"""What banks do not carry in texts (EPC 217-08)."""
NIET_AFGEGEVEN = "Het betaalbestand is niet afgegeven"
_LANGST = 70
"""Letters in a name (ISO 20022 Max70Text in SEPA)."""
PREFIX = "ZK"
"""How the EndToEndId of a payment of ours begins; its id in 32 hexadecimal digits follows."""


@dataclass(frozen=True, slots=True)
class Overboeking:
    """A transfer: eurocents above 0 to an account, known by its EndToEndId of at most 35 characters."""

    kenmerk: str
    bedrag: int
    iban: str
    naam: str
    omschrijving: str


@dataclass(frozen=True, slots=True)
class Opdracht:
    """All transfers of a proposal, from one account, on one day; `kenmerk` is at most 35 characters."""

    kenmerk: str
    gemaakt_op: datetime
    uitvoerdatum: date
    iban: str
    naam: str
    overboekingen: Sequence[Overboeking]


def end_to_end(betaling: UUID) -> str:
    """The EndToEndId of a payment: 34 characters that lead back to it.

    >>> end_to_end(UUID(int=7))
    'ZK00000000000000000000000000000007'
    """
    return PREFIX + betaling.hex


def payment_of(kenmerk: str) -> UUID | None:
    """The payment that an EndToEndId leads back to; None when it is not one of ours.

    >>> payment_of('ZK00000000000000000000000000000007').int
    7
    """
    known = re.fullmatch(f"{PREFIX}([0-9a-f]{{32}})", kenmerk, re.IGNORECASE)  # some banks tell it in capitals
    return UUID(known[1]) if known else None


@cache
def _closed(year: int) -> frozenset[date]:
    return frozenset(holidays.financial_holidays("XECB", years=year))


def next_bank_day(dag: date) -> date:
    """The first day after a day on which banks settle in euros (T2): not in a weekend, no closing day of the ECB.

    >>> next_bank_day(date(2026, 4, 2))
    datetime.date(2026, 4, 7)
    """
    dag += timedelta(1)
    while dag.weekday() >= 5 or dag in _closed(dag.year):
        dag += timedelta(1)
    return dag


def carried(text: str) -> str:
    """A text in the letters that banks carry.

    >>> carried("Café & Zó")
    'Cafe   Zo'
    >>> carried("東京")
    ''
    """
    plain = unicodedata.normalize("NFKD", text)
    return _UNSENT.sub(" ", "".join(char for char in plain if not unicodedata.combining(char))).strip()


def _name(text: str) -> str:
    return carried(text)[:_LANGST].strip()


class _Transfer(SepaTransfer):  # type: ignore[misc]
    """With the identification that it is told: a bank recognises a file that it gets twice by it."""

    def _create_header(self) -> None:
        self.msg_id = self._config["msg_id"]
        super()._create_header()


def render(opdracht: Opdracht) -> bytes:
    """The file. Raises Refused (500) when it is not valid or does not add up to what was asked."""
    config = {"name": _name(opdracht.naam), "IBAN": opdracht.iban, "batch": False, "currency": "EUR"}
    transfer = _Transfer({**config, "msg_id": opdracht.kenmerk}, schema=SCHEMA)
    for each in opdracht.overboekingen:
        transfer.add_payment(
            {
                "name": _name(each.naam),
                "IBAN": each.iban,
                "amount": each.bedrag,
                "execution_date": opdracht.uitvoerdatum,
                "description": carried(each.omschrijving)[:140],
                "endtoend_id": each.kenmerk,
            }
        )
    data = _fixed(transfer.export(validate=False), opdracht)
    check(data, opdracht)
    return data


def _fixed(data: bytes, opdracht: Opdracht) -> bytes:
    """The same bytes at every making, and an agent without BIC as banks want it."""
    root = _parsed(data)
    for made in root.iterfind(".//p:GrpHdr/p:CreDtTm", _NS):
        made.text = opdracht.gemaakt_op.strftime("%Y-%m-%dT%H:%M:%S")
    for number, part in enumerate(root.iterfind(".//p:PmtInf/p:PmtInfId", _NS), 1):
        part.text = f"{opdracht.kenmerk[:28]}-{number}"
    for agent in root.iterfind(".//p:FinInstnId", _NS):
        if len(agent) == 0:
            other = etree.SubElement(agent, f"{_P}Othr")
            etree.SubElement(other, f"{_P}Id").text = "NOTPROVIDED"
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _parsed(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


@cache
def _schema() -> etree.XMLSchema:
    with as_file(files("sepaxml") / "schemas" / f"{SCHEMA}.xsd") as path:
        return etree.XMLSchema(etree.parse(path))


def check(data: bytes, opdracht: Opdracht) -> None:
    """See that a file is valid, and that its transfers and totals are those of the database, reckoned anew.

    Raises Refused (500) with everything that differs.
    """
    root = _parsed(data)
    faults = [] if _schema().validate(root) else [Fault("XSD", "", "Het betaalbestand voldoet niet aan zijn schema.")]
    wanted = sorted(
        (each.kenmerk, Decimal(each.bedrag) / 100, each.iban, _name(each.naam)) for each in opdracht.overboekingen
    )
    told = sorted(_transfers(root))
    if told != wanted:
        faults.append(Fault("REGELS", "", "De overboekingen zijn niet die van het voorstel."))
    total = sum((each.bedrag for each in opdracht.overboekingen), 0)
    parts = list(root.iterfind(".//p:PmtInf", _NS))
    heads = [_total(head) for head in root.iterfind(".//p:GrpHdr", _NS)]
    if heads != [(len(wanted), Decimal(total) / 100)] or any(_total(part) != _counted(part) for part in parts):
        faults.append(Fault("TOTAAL", "", "Het aantal of een controlesom van het bestand klopt niet."))
    payers = {
        (part.findtext("p:DbtrAcct/p:Id/p:IBAN", "", _NS), part.findtext("p:Dbtr/p:Nm", "", _NS)) for part in parts
    }
    if payers != {(opdracht.iban, _name(opdracht.naam))}:
        faults.append(Fault("REKENING", "", "Het bestand betaalt van een andere rekening."))
    if {part.findtext("p:ReqdExctnDt/p:Dt", "", _NS) for part in parts} != {opdracht.uitvoerdatum.isoformat()}:
        faults.append(Fault("DATUM", "", "Het bestand betaalt op een andere dag."))
    if faults:
        raise Refused(500, NIET_AFGEGEVEN, faults, "Meld dit aan uw beheerder.")


def _transfers(root: Any) -> list[tuple[str, Decimal, str, str]]:
    return [
        (
            part.findtext("p:PmtId/p:EndToEndId", "", _NS),
            Decimal(part.findtext("p:Amt/p:InstdAmt[@Ccy='EUR']", "-1", _NS)),
            part.findtext("p:CdtrAcct/p:Id/p:IBAN", "", _NS),
            part.findtext("p:Cdtr/p:Nm", "", _NS),
        )
        for part in root.iterfind(".//p:CdtTrfTxInf", _NS)
    ]


def _total(part: Any) -> tuple[int, Decimal]:
    """How many transfers a part says that it has, and their sum."""
    return int(part.findtext("p:NbOfTxs", "-1", _NS)), Decimal(part.findtext("p:CtrlSum", "-1", _NS))


def _counted(part: Any) -> tuple[int, Decimal]:
    amounts = [amount for _, amount, _, _ in _transfers(part)]
    return len(amounts), sum(amounts, Decimal(0))
