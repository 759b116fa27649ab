"""Levels 3 and 4 by their case files, one per code: a world of earlier messages, and one that is judged in it.

A case changes the example message (`wijzig`, see builders) and the default world, in which every example
passes. Beside `naam`, `berichten` and `verwacht` it may have:

    eerder      what was exchanged before, in order; in place of the default messages of the same kinds:
                bericht ("301" follows the law of the judged message, "JW301" does not), wijzig, and
                eigenaar, tegenpartij, status, bevindingen where they are not the usual ones;
                niveau = 2 for a message that level 2 refused: only its bytes were kept
    zonder      kinds that are left out of the default world
    toewijzing  changes to the first allocation of the default 301; periode = "van/tot", omvang = "volume eenheid per"
    regels      the lines of the judged 323 in place of those of the example; periode and volume for short;
                the amount follows unless it is given
    contract, tarief   rows in place of the default ones; what a row leaves out is that of the default
    vandaag     the day of judgement, in place of that of the Dagtekening

Texts may hold {categorie} and {andere}, the product categories of the law.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services import catalogue  # importing it registers the rules
from shared.level2.declaratie import sum_of_lines
from shared import level2
from shared.db import ledger
from shared.db import tables as t
from shared.judging import check_rows, found, record, scope_of
from shared.rules import Finding, facts, registered
from shared.standard.catalogue import MessageType, messages
from shared.standard.codec import encode
from shared.standard.document import Document
from shared.standard.level1 import check
from tests.builders import AANBIEDER, DEBET, GEMEENTE, MAART, WORDS, message

assert catalogue
CASES = Path(__file__).parent / "cases"
CODES = sorted(code for code, rule in registered().items() if not rule.in_memory)
HEEN = [name for name, kind in messages().items() if not kind.is_return or kind.soort == "325"]

Case = Mapping[str, Any]
DEFAULT_WORLD = {"305": ["301"], "307": ["301", "305"], "323": ["301", "323"]}
EARLIER: Mapping[str, Case] = {
    "323": {
        "Prestatie[3]": False,
        "Prestatie[2]": False,
        "Prestatie[1]": MAART
        | {
            "product_referentie_referentie_nummer": "M001",
            "geleverd_volume": "2",
            "ingediend_bedrag_bedrag": "2500",
        },
    }
}
"""How the earlier message of a kind differs from the example: a 323 holds the debit that the example credits."""
PRODUCT = {"product_categorie": "{categorie}", "product_code": "{categorie}A03"}
ROWS: Mapping[str, Case] = {
    "contract": {"nummer": "C1", "begindatum": "2021-01-01", "einddatum": None},
    "tarief": {"contract": "C1", "eenheid": "04", "tarief": 1250, "begindatum": "2021-01-01", "einddatum": None}
    | PRODUCT,
}
KEYS = {"naam", "berichten", "wijzig", "verwacht", "eerder", "zonder", "toewijzing", "regels", "vandaag", *ROWS}


def line(row: Case, number: int) -> dict[str, Any]:
    """A line of a 323 from a row of `regels`."""
    fields: dict[str, Any] = DEBET | {"product_referentie_referentie_nummer": f"P{number:03}"} | row
    begin, eind = fields.pop("periode", "2026-04-01/2026-04-30").split("/")
    fields |= {"product_periode_begindatum": begin, "product_periode_einddatum": eind}
    fields["geleverd_volume"] = volume = fields.pop("volume", fields["geleverd_volume"])
    if fields["eenheid"] == "83":
        fields["product_tarief"] = ""
    price = int(fields["product_tarief"] or 1)
    return fields | {"ingediend_bedrag_bedrag": row.get("ingediend_bedrag_bedrag", int(volume) * price)}


def lines(rows: list[Case]) -> dict[str, Any]:
    fresh = {f"Prestatie[{number}]": line(row, number) for number, row in enumerate(rows, 1)}
    return {"Prestatie[3]": False, "Prestatie[2]": False, **fresh} if rows else {}


def allocation(row: Case) -> dict[str, Any]:
    """Changes to the first ToegewezenProduct of a 301 from `toewijzing`."""
    fields = dict(row)
    if "periode" in fields:
        fields["ingangsdatum"], fields["einddatum"] = fields.pop("periode").split("/")
    if "omvang" in fields:
        parts = fields.pop("omvang").split()
        fields |= zip(("omvang_volume", "omvang_eenheid", "omvang_frequentie"), parts, strict=True)
    return {"ToegewezenProduct[1]": fields} if fields else {}


def worded(value: Any, standaard: str) -> Any:
    """With the words of a law filled in."""
    if isinstance(value, Mapping):
        return {key: worded(below, standaard) for key, below in value.items()}
    return value.format(**WORDS[standaard]) if isinstance(value, str) else value


def document(kind: MessageType, wijzig: Case) -> Document:
    """The example after changes; the total of a 323 follows its lines."""
    made = message(kind.name, worded(wijzig, kind.standaard))
    for node in made.root.all("Declaratie"):
        total = sum_of_lines(node)
        node.values["totaal_ingediend_bedrag_totaal_bedrag"] = str(abs(total))
        node.values["totaal_ingediend_bedrag_debet_credit"] = "C" if total < 0 else "D"
    return made


def owner(kind: MessageType) -> tuple[str, str]:
    """Who judges a message, and the party that sends it."""
    return (AANBIEDER, GEMEENTE) if kind.van == "gemeente" else (GEMEENTE, AANBIEDER)


def history(kind: MessageType, case: Case) -> list[Case]:
    """The earlier messages of a case, those of the default world first."""
    told = case.get("eerder", [])
    left_out = {row["bericht"] for row in told} | set(case.get("zonder", []))
    default = [soort for soort in DEFAULT_WORLD.get(kind.soort, []) if soort not in left_out]
    own = {"301": allocation(case.get("toewijzing", {}))}
    return [{"bericht": soort, "wijzig": own.get(soort, {})} for soort in default] + told


def keep(session: Session, made: Document, place: Case, status: str) -> UUID:
    """Put a message into a ledger; a status of "" is that of one that level 2 refused."""
    eigenaar, tegenpartij = place["eigenaar"], place["tegenpartij"]
    mine = owner(made.type)[0] != place["judge"]
    entry = ledger.Entry(
        eigenaar, tegenpartij, "uitgaand" if mine else "inkomend", status or "afgekeurd", encode(made), made
    )
    bericht, _ = ledger.store(session, entry)
    if status:
        ledger.claim_identificatie(session, eigenaar, eigenaar if mine else tegenpartij, made, bericht)
        ledger.store_rows(session, bericht, eigenaar, tegenpartij, made)
    return bericht


def tell(session: Session, kind: MessageType, number: int, row: Case) -> None:
    """Store one earlier message."""
    judge, sender = owner(kind)
    name = row["bericht"] if len(row["bericht"]) > 3 else kind.name[:-3] + row["bericht"]
    earlier = messages()[name]
    mark = {"Header[1].bericht_identificatie_identificatie": f"E{number:03}"}
    made = document(earlier, mark | dict(EARLIER.get(earlier.soort, {})) | row.get("wijzig", {}))
    place = {"judge": judge, "eigenaar": judge, "tegenpartij": sender} | row
    if row.get("niveau") == 2:
        keep(session, made, place, "")
        return
    assert level2.check(made) == []
    bericht = keep(session, made, place, row.get("status", "goedgekeurd"))
    scope = scope_of(ledger.get(session, bericht), date.max)
    refused = [address.rstrip("]").split("[") for address in row.get("bevindingen", [])]
    record(session, scope, [Finding("TR340", 3, "9340", klasse, int(place)) for klasse, place in refused])


def judged(session: Session, name: str, case: Case) -> list[Finding]:
    """What levels 3 and 4 find in the message of a case."""
    kind = messages()[name]
    eigenaar, tegenpartij = owner(kind)
    earlier = history(kind, case)
    organisations = {eigenaar} | {row["eigenaar"] for row in earlier if "eigenaar" in row}
    rows = [{"code": code, "naam": code, "hier": True, "kanaal": "lokaal"} for code in sorted(organisations)]
    session.execute(insert(t.organisatie), rows)
    for number, row in enumerate(earlier, 1):
        tell(session, kind, number, row)
    party = {"eigenaar": eigenaar, "tegenpartij": tegenpartij, "standaard": kind.standaard}
    for table, default in ROWS.items():
        agreed = [party | default | row for row in case.get(table, [{}])]
        columns = t.metadata.tables[table].c.keys()
        for row in agreed:
            values = {key: value for key, value in worded(row, kind.standaard).items() if key in columns}
            session.execute(insert(t.metadata.tables[table]).values(values))
    made = document(kind, lines(case.get("regels", [])) | case.get("wijzig", {}))
    assert check(encode(made)).document().root == made.root
    assert level2.check(made) == [], "level 2 refuses this message, so no later level sees it"
    place = {"judge": eigenaar, "eigenaar": eigenaar, "tegenpartij": tegenpartij}
    row = ledger.get(session, keep(session, made, place, "gecontroleerd"))
    scope = scope_of(row, date.fromisoformat(case.get("vandaag", str(row.dagtekening))))
    for header in (True, False):
        check_rows(session, scope, header=header)
    return found(session, row.id)


@cache
def cases_of(code: str) -> list[Case]:
    found: list[Case] = tomllib.loads((CASES / f"{code}.toml").read_text(encoding="utf-8"))["geval"]
    return found


def cases() -> Iterator[Any]:
    for code in CODES:
        for case in cases_of(code):
            for name in case["berichten"]:
                yield pytest.param(code, name, case, id=f"{code}-{name}-{case['naam']}")


@pytest.mark.parametrize(("code", "name", "case"), list(cases()))
def test_case(session: Session, code: str, name: str, case: Case) -> None:
    places = sorted(f"{f.klasse}[{f.volgnummer}]" for f in judged(session, name, case) if f.code == code)
    assert places == case["verwacht"]


@pytest.mark.parametrize("name", HEEN)
def test_an_example_passes_in_the_default_world(session: Session, name: str) -> None:
    assert judged(session, name, {}) == []


def test_every_rule_across_messages_has_a_case_file_and_the_other_way_around() -> None:
    written = {path.stem for path in CASES.iterdir()}
    across = {code for (_, code), rule in facts().items() if rule.niveau > 2}
    assert written & across == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_code_passes_twice_and_fails_twice_and_in_each_of_its_messages(code: str) -> None:
    failing = [case for case in cases_of(code) if case["verwacht"]]
    assert len(failing) >= 2
    assert len(cases_of(code)) - len(failing) >= 2
    known = {name for (_, other), rule in facts().items() if other == code for name in rule.berichten}
    assert {name for case in failing for name in case["berichten"]} == known
    assert all(set(case) <= KEYS for case in cases_of(code))
