"""What the bank says of payments: camt.053 or CSV, by payment and by line."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.billing.betalen import bank, pain
from tests.chain import Chain, query
from tests.services.betalen import TARIEF, Json, Office, allocation, csv_of, grant, row
from tests.services.claims import codes, declaraties


def camt(*entries: str, version: str = "08") -> str:
    kind = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    return (
        f'<Document xmlns="{kind}"><BkToCstmrStmt><Stmt>\n{chr(10).join(entries)}\n</Stmt></BkToCstmrStmt></Document>'
    )


def entry(
    betaling: Json, *, back: bool = False, status: str = "<Cd>BOOK</Cd>", cents: int = 0, old: bool = False
) -> str:
    """An entry of a statement about one transfer: carried out, or returned."""
    amount = f'<Amt Ccy="EUR">{Decimal(betaling["bedrag"] + cents) / 100}</Amt>'
    inside = f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>" if old else amount
    side = "<CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd>" if back else "<CdtDbtInd>DBIT</CdtDbtInd>"
    reason = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if back else ""
    return (
        f"<Ntry>{amount}{side}<Sts>{status}</Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt><NtryDtls><TxDtls><Refs>"
        f"<EndToEndId>{betaling['kenmerk']}</EndToEndId></Refs>{inside}{reason}</TxDtls></NtryDtls></Ntry>"
    )


def states(office: Office, voorstel: Json) -> dict[str, tuple[str, Any]]:
    return {each["aanbieder"]: (each["status"], each["betaald_op"]) for each in office.seen(voorstel)["betalingen"]}


class TestWhatTheBankSays:
    @pytest.fixture
    def two(self, approved: Json) -> Iterator[tuple[Json, Json]]:
        yield tuple(approved["betalingen"])

    def test_what_was_paid_is_seen_at_the_lines_by_the_municipality_only(
        self, chain: Chain, office: Office, approved: Json
    ) -> None:
        assert states(office, approved)["65656056"] == ("goedgekeurd", None)
        told = office.told(*(row(each) for each in approved["betalingen"]))
        assert told == {"betaald": 2, "mislukt": 0, "bekend": 0, "overig": 0, "bevindingen": []}
        assert set(states(office, approved).values()) == {("betaald", "2026-01-05")}
        ids = {each["aanbieder"]: each["id"] for each in approved["betalingen"]}
        for declaratie in declaraties(chain.gemeente):
            [line] = declaratie["regels"]
            assert (line["betaling"], line["betaald_op"]) == (ids[declaratie["tegenpartij"]], "2026-01-05")
        [[own]] = [each["regels"] for each in declaraties(chain.begeleiding)]
        assert (own["uitkomst"], own["betaling"], own["betaald_op"]) == ("toegekend", None, None)

    def test_what_failed_is_paid_by_the_next(self, chain: Chain, office: Office, approved: Json) -> None:
        failed = next(each for each in approved["betalingen"] if each["aanbieder"] == "65656056")
        assert office.told(row(failed, status="mislukt", reden="AC04"))["mislukt"] == 1
        assert states(office, approved)["65656056"] == ("mislukt", None)
        assert office.open() == {"65656056": 12 * TARIEF}
        [again] = office.propose()["betalingen"]
        assert (again["bedrag"], again["id"] != failed["id"]) == (12 * TARIEF, True)

    @pytest.mark.parametrize("version", ["02", "08"])
    def test_a_statement_says_the_same(
        self, office: Office, approved: Json, two: tuple[Json, Json], version: str
    ) -> None:
        old = version == "02"
        status = "BOOK" if old else "<Cd>BOOK</Cd>"
        good, bad = (entry(two[0], status=status, old=old), entry(two[1], back=True, status=status, old=old))
        told = office.bank(camt(good, bad, version=version), "application/xml").json()
        assert (told["betaald"], told["mislukt"], told["bevindingen"]) == (1, 1, [])
        assert states(office, approved) == {
            two[0]["aanbieder"]: ("betaald", "2026-01-05"),
            two[1]["aanbieder"]: ("mislukt", None),
        }
        assert office.seen(approved)["betalingen"][1]["reden"] == "AC04"

    def test_several_transfers_of_one_entry(self, office: Office, two: tuple[Json, Json]) -> None:
        parts = [entry(each).partition("<TxDtls>")[2].partition("</TxDtls>")[0] for each in two]
        whole = entry(two[0], cents=two[1]["bedrag"]).partition("<TxDtls>")[0]
        text = whole + "".join(f"<TxDtls>{part}</TxDtls>" for part in parts) + "</NtryDtls></Ntry>"
        assert office.bank(camt(text), "application/xml").json()["betaald"] == 2

    def test_the_same_file_has_no_second_effect(self, office: Office, approved: Json, two: tuple[Json, Json]) -> None:
        first = csv_of([row(each) for each in two])
        office.bank(first)
        office.bank(csv_of([row(two[0], status="mislukt", datum="2026-01-07")]))
        before = office.seen(approved)
        again = office.bank(first).json()
        assert (again["betaald"], again["mislukt"], again["bekend"], again["bevindingen"]) == (0, 0, 2, [])
        assert office.seen(approved) == before
        assert query("SELECT count(*) FROM bankresultaat")[0][0] == 2

    def test_paid_and_returned_in_one_file_in_any_order(
        self, office: Office, approved: Json, two: tuple[Json, Json]
    ) -> None:
        told = office.bank(camt(entry(two[0], back=True), entry(two[0])), "application/xml").json()
        assert (told["betaald"], told["mislukt"], told["bevindingen"]) == (1, 1, [])
        assert states(office, approved)[two[0]["aanbieder"]] == ("mislukt", None)

    def test_what_does_not_fit_is_told_by_row_at_once_and_changes_nothing(
        self, office: Office, approved: Json, two: tuple[Json, Json]
    ) -> None:
        told = office.told(
            row(two[0], bedrag=two[0]["bedrag"] + 1),
            row(two[0], kenmerk=pain.end_to_end(uuid4())),
            row(two[0], kenmerk="999900006"),
            row(two[0], datum="2026-02-30", status="misschien"),
            row(two[1]),
        )
        found = [(each["regel"], each["code"]) for each in told["bevindingen"]]
        assert found == [(2, "BEDRAG"), (3, "ONBEKEND"), (4, "ONBEKEND"), (5, "REGEL")]
        assert "999900006" not in str(told)
        assert told["betaald"] == 1
        assert states(office, approved)[two[0]["aanbieder"]] == ("goedgekeurd", None)

    def test_what_the_bank_paid_twice_is_told(self, office: Office, approved: Json, two: tuple[Json, Json]) -> None:
        told = office.bank(camt(entry(two[0]), entry(two[0])), "application/xml").json()
        assert (told["betaald"], [(each["regel"], each["code"]) for each in told["bevindingen"]]) == (
            1,
            [(3, "DUBBEL")],
        )
        before = office.seen(approved)
        told = office.told(row(two[0], datum="2026-01-06"), row(two[0], status="uitgevoerd"))
        assert sorted(each["code"] for each in told["bevindingen"]) == ["DUBBEL", "DUBBEL"]
        assert office.told(row(two[0]))["bekend"] == 1
        assert office.seen(approved) == before

    @pytest.mark.parametrize(("status", "datum"), [("mislukt", "2026-01-04"), ("mislukt", "2999-01-01")])
    def test_a_day_before_the_payment_or_after_today_is_told(
        self, office: Office, approved: Json, two: tuple[Json, Json], status: str, datum: str
    ) -> None:
        assert [each["code"] for each in office.told(row(two[1], datum="2999-01-01"))["bevindingen"]] == ["DATUM"]
        office.told(row(two[0]))
        before = office.seen(approved)
        told = office.told(row(two[0], status=status, datum=datum))
        assert [each["code"] for each in told["bevindingen"]] == ["DATUM"]
        assert office.seen(approved) == before

    def test_who_approves_sees_that_a_line_was_paid_before(self, office: Office, two: tuple[Json, Json]) -> None:
        assert [line["eerder"] for each in two for line in each["regels"]] == [None, None]
        office.told(row(two[0]), row(two[0], status="mislukt"))
        [again] = office.propose()["betalingen"]
        assert [line["eerder"] for line in again["regels"]] == [two[0]["id"]]

    def test_a_bank_may_tell_it_in_capitals(self, office: Office, two: tuple[Json, Json]) -> None:
        assert office.told(row(two[0], kenmerk=two[0]["kenmerk"].upper()))["betaald"] == 1

    def test_a_file_about_too_many_is_refused(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bank, "MOST", 1)
        refused = office.bank(csv_of([row({"kenmerk": "x", "bedrag": 1})] * 2))
        assert (refused.status_code, codes(refused)) == (422, ["TE_GROOT"])

    def test_what_is_paid_after_it_failed_is_told(self, office: Office, two: tuple[Json, Json]) -> None:
        office.told(row(two[0], status="mislukt"))
        assert [each["code"] for each in office.told(row(two[0]))["bevindingen"]] == ["MISLUKT"]

    def test_what_nobody_approved_is_told(self, chain: Chain, office: Office) -> None:
        grant(chain, chain.begeleiding, allocation(chain, chain.begeleiding), "2025-10", 12)
        [betaling] = office.propose()["betalingen"]
        assert [each["code"] for each in office.told(row(betaling))["bevindingen"]] == ["NIET_GOEDGEKEURD"]

    def test_other_traffic_of_the_account_and_what_is_not_booked_is_left_alone(
        self, office: Office, approved: Json, two: tuple[Json, Json]
    ) -> None:
        pending, other = entry(two[0], status="<Cd>PDNG</Cd>"), entry({**two[0], "kenmerk": "NOTPROVIDED"})
        told = office.bank(camt(pending, other), "application/xml").json()
        assert told == {"betaald": 0, "mislukt": 0, "bekend": 0, "overig": 2, "bevindingen": []}
        assert states(office, approved)[two[0]["aanbieder"]] == ("goedgekeurd", None)

    @pytest.mark.parametrize(
        ("data", "kind", "status", "wanted"),
        [
            ("<x", "application/xml", 422, ["XML"]),
            ('<!DOCTYPE x [<!ENTITY a "b">]>' + camt(), "application/xml", 422, ["DOCTYPE"]),
            (camt(version="99"), "application/xml", 422, ["SOORT"]),
            ("<x/>", "application/xml", 422, ["SOORT"]),
            ("a;b\n1;2\n", "text/csv", 422, ["KOLOMMEN"]),
            ("", "text/csv", 422, ["KOLOMMEN"]),
            (b"\xff\xfe", "text/csv", 422, ["TEKENS"]),
            ('kenmerk;bedrag;status;datum;reden\n"a', "text/csv", 422, ["CSV"]),
            ("{}", "application/json", 415, []),
        ],
    )
    def test_what_is_no_file_of_a_bank_is_refused(
        self, office: Office, data: str | bytes, kind: str, status: int, wanted: list[str]
    ) -> None:
        refused = office.bank(data, kind)
        assert (refused.status_code, codes(refused)) == (status, wanted)
