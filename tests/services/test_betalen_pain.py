"""The file for the bank: pain.001, valid and adding up."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from uuid import uuid4

import pytest
import xmlschema
from lxml import etree

from services.billing.betalen import pain
from services.billing.betalen.verrekenen import Afrekening
from shared.calendar import vandaag
from shared.errors import Refused
from tests.chain import Chain, query
from tests.services.betalen import TARIEF, Json, Office, allocation, grant, row
from tests.services.claims import codes

NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


class TestTheFile:
    def test_it_is_valid_and_adds_up(self, office: Office, approved: Json) -> None:
        data = office.pain(approved)
        assert (data.status_code, data.headers["content-type"]) == (200, "application/xml")
        xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd")).validate(data.text)
        root = etree.fromstring(data.content)
        paid = {
            each.findtext("p:PmtId/p:EndToEndId", None, NS): (
                each.findtext("p:Amt/p:InstdAmt", None, NS),
                each.findtext("p:CdtrAcct/p:Id/p:IBAN", None, NS),
            )
            for each in root.iter(f"{{{NS['p']}}}CdtTrfTxInf")
        }
        assert paid == {
            each["kenmerk"]: (f"{Decimal(each['bedrag']) / 100:.2f}", each["iban"]) for each in approved["betalingen"]
        }
        assert root.findtext(".//p:GrpHdr/p:CtrlSum", None, NS) == f"{Decimal(19 * TARIEF) / 100:.2f}"
        assert root.findtext(".//p:GrpHdr/p:NbOfTxs", None, NS) == "2"
        assert all(len(kenmerk) <= 35 for kenmerk in paid)

    def test_it_is_the_same_each_time_so_that_a_bank_recognises_it(self, office: Office, approved: Json) -> None:
        first = office.pain(approved).content
        office.told(row(approved["betalingen"][0], status="mislukt"))
        assert office.pain(approved).content == first

    def test_the_day_is_the_next_on_which_banks_work(self, office: Office, approved: Json) -> None:
        day = office.seen(approved)["uitvoerdatum"]
        assert day == pain.next_bank_day(vandaag()).isoformat()
        assert etree.fromstring(office.pain(approved).content).findtext(".//p:ReqdExctnDt/p:Dt", None, NS) == day

    @pytest.mark.parametrize(
        ("dag", "wanted"),
        [
            ("2026-01-05", "2026-01-06"),
            ("2026-01-09", "2026-01-12"),
            ("2026-04-02", "2026-04-07"),
            ("2026-04-30", "2026-05-04"),
            ("2026-12-24", "2026-12-28"),
            ("2026-12-31", "2027-01-04"),
            ("2026-04-26", "2026-04-27"),
        ],
        ids=["tuesday", "weekend", "easter", "1 may", "christmas", "new year", "koningsdag is a day of banks"],
    )
    def test_bank_days_are_those_of_the_ecb(self, dag: str, wanted: str) -> None:
        assert pain.next_bank_day(date.fromisoformat(dag)).isoformat() == wanted

    def test_there_is_none_before_the_approval(self, chain: Chain, office: Office) -> None:
        grant(chain, chain.begeleiding, allocation(chain, chain.begeleiding), "2025-10", 12)
        made = office.propose()
        assert office.pain(made).status_code == 409
        office.withdraw(made)
        assert office.pain(made).status_code == 409

    @pytest.mark.parametrize("what", ["amount", "iban", "name", "missing", "total", "part", "debtor", "payer", "day"])
    def test_one_that_differs_from_the_database_is_not_given(self, what: str) -> None:
        transfer = pain.Overboeking(pain.end_to_end(uuid4()), 1_005, "NL20INGB0001234567", "Thuis", "D1")
        other = replace(transfer, kenmerk=pain.end_to_end(uuid4()), bedrag=7)
        moment = datetime(2026, 1, 5, 12, tzinfo=UTC)
        wanted = pain.Opdracht("K1", moment, date(2026, 1, 6), "NL91ABNA0417164300", "Zwolle", [transfer, other])
        data = pain.render(wanted)
        changed = {
            "amount": (b">0.07<", b">0.08<"),
            "iban": (b"NL20INGB0001234567", b"NL02ABNA0123456789"),
            "name": (b"<Nm>Thuis</Nm>", b"<Nm>Een ander</Nm>"),
            "part": (b"<CtrlSum>0.07</CtrlSum>", b"<CtrlSum>0.08</CtrlSum>"),
            "payer": (b"<Nm>Zwolle</Nm>", b"<Nm>Zwol</Nm>"),
            "day": (b"<Dt>2026-01-06</Dt>", b"<Dt>2026-01-07</Dt>"),
            "missing": (other.kenmerk.encode(), b"ZKx"),
            "total": (b"<CtrlSum>10.12</CtrlSum>", b"<CtrlSum>10.13</CtrlSum>"),
            "debtor": (b"NL91ABNA0417164300", b"NL02ABNA0123456789"),
        }[what]
        assert changed[0] in data
        with pytest.raises(Refused) as refused:
            pain.check(data.replace(*changed), wanted)
        assert refused.value.status == 500

    def test_one_that_is_not_the_sum_of_its_lines_is_neither_approved_nor_given(
        self, chain: Chain, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The sums are those of the database, of the lines of the payment and of what was granted."""
        grant(chain, chain.begeleiding, allocation(chain, chain.begeleiding), "2025-10", 12)
        monkeypatch.setattr(Afrekening, "bedrag", property(lambda self: self.regels + 1))
        made = office.propose()
        refused = office.approve(made)
        assert (refused.status_code, codes(refused)) == (409, ["TOTAAL"])
        monkeypatch.undo()
        office.withdraw(made)
        right = office.propose()
        assert office.approve(right).status_code == 200
        query("UPDATE prestatie SET ingediend_bedrag_bedrag = ingediend_bedrag_bedrag + 1 RETURNING 1")
        refused = office.pain(right)
        assert (refused.status_code, codes(refused)) == (500, ["TOTAAL"])
