"""Levels 3 and 4 by their case files, one per code: a world of earlier messages, and one that is judged in it.

A case changes the example message (`wijzig`, see builders) and the default world, in which every example
passes. Beside `naam`, `berichten` and `verwacht` it may have:

    eerder      what was exchanged before, in order; in place of the default messages of the same kinds:
                bericht ("301" follows the law of the judged message, "JW301" does not), wijzig, regels, and
                eigenaar, tegenpartij, status, bevindingen where they are not the usual ones;
                vragen, the numbers of its lines that a person is asked about, and uitkomst, what that one said;
                niveau = 2 for a message that level 2 refused: only its bytes were kept;
                later = true for one that came in after the judged message and was judged sooner
    zonder      kinds that are left out of the default world
    toewijzing  changes to the first allocation of the default 301; periode = "van/tot", omvang = "volume eenheid per"
    regels      the lines of the judged 323 in place of those of the example: periode, volume, ref and vorig
                for short; `vorig` makes it a credit, and the amount follows unless it is given
    contract, tarief   rows in place of the default ones; what a row leaves out is that of the default
    vandaag     the day of judgement, in place of that of the Dagtekening
    gemeente    the code of the municipality of the judged message; the world keeps the usual one

A judged 325 answers the last 323 of the provider, by default one with the lines of the example.

Texts may hold {categorie} and {andere}, the product categories of the law, and {soort}, the judged kind.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from services import catalogue  # importing it registers the rules
from shared import level2
from shared.db import ledger, rows
from shared.db import tables as t
from shared.judging import check_rows, found, record, scope_of
from shared.level2.declaratie import sum_of_lines
from shared.rules import Finding, facts, fitting, registered
from shared.standard.catalogue import MessageType, messages
from shared.standard.codec import encode
from shared.standard.document import Document
from shared.standard.level1 import check
from tests.builders import AANBIEDER, DEBET, GEMEENTE, WORDS, message

assert catalogue
CASES = Path(__file__).parent / "cases"
CODES = sorted(code for code, rule in registered().items() if not rule.in_memory)
HEEN = [name for name, kind in messages().items() if kind.soort == "325" or not kind.is_return]

Case = Mapping[str, Any]
MAART = [{"periode": "2026-03-01/2026-03-31", "volume": 2}]
"""The debit M001 that the example credits: the lines of an earlier 323, unless it has others."""
DEFAULT: Mapping[str, Sequence[str]] = {
    "301": ["315"],
    "305": ["301"],
    "307": ["301", "305"],
    "317": ["301"],
    "319": ["315"],
    "323": ["301", "323"],
    "325": ["323"],
}
"""What was exchanged before a message of a kind."""
FITTING: Mapping[str, Case] = {
    "317": {
        "Header[1].bericht_identificatie_dagtekening": "2026-05-05",
        "ToegewezenProduct[1].product_code": "{categorie}A05",
        "ToegewezenProduct[2].product_code": "{andere}A04",
        "ToegewezenProduct[2].budget": "",
        "ToegewezenProduct[2].omvang_volume": "2",
        "ToegewezenProduct[2].omvang_eenheid": "04",
        "ToegewezenProduct[2].omvang_frequentie": "2",
    }
}
"""What each earlier 301 is changed in, so that the example of a kind fits in with it.

It was accepted on the day before a request, so that the provider surely knew it: on the day itself they may cross.
"""
PERIODE = {"begindatum": "2021-01-01", "einddatum": None}
ROWS: Mapping[str, Case] = {
    "contract": PERIODE | {"nummer": "C1"},
    "tarief": PERIODE
    | {"contract": "C1", "product_categorie": "{categorie}", "product_code": "{categorie}A03"}
    | {"eenheid": "04", "tarief": 1250},
}
SITUATION = {"eerder", "zonder", "toewijzing", "regels", "vandaag", "gemeente", *ROWS}
KEYS = {"naam", "berichten", "wijzig", "verwacht", *SITUATION}


def regel(row: Case, referentie: str) -> dict[str, Any]:
    """A line of a 323 from a row of `regels`."""
    short = {"ref": referentie, "vorig": "", "periode": "2026-04-01/2026-04-30", "volume": "4", **row}
    line: dict[str, Any] = DEBET | {key: short[key] for key in row if key in DEBET}
    begin, eind = short["periode"].split("/")
    price = int(line["product_tarief"] or 1) if line["eenheid"] != "83" else 1
    return line | {
        "product_referentie_referentie_nummer": short["ref"],
        "product_referentie_vorig_referentie_nummer": short["vorig"],
        "product_periode_begindatum": begin,
        "product_periode_einddatum": eind,
        "geleverd_volume": short["volume"],
        "product_tarief": "" if line["eenheid"] == "83" else line["product_tarief"],
        "ingediend_bedrag_bedrag": row.get("bedrag", int(short["volume"]) * price),
        "ingediend_bedrag_debet_credit": "C" if short["vorig"] else "D",
    }


def regels(rows: Sequence[Case], letter: str, wijzig: Case) -> dict[str, Any]:
    """The changes that put these lines in place of those of the example, and then the changes of the case."""
    fresh = {f"Prestatie[{number}]": regel(row, f"{letter}{number:03}") for number, row in enumerate(rows, 1)}
    changes: dict[str, Any] = {"Prestatie[3]": False, "Prestatie[2]": False, **fresh} if rows else {}
    assert not changes.keys() & wijzig.keys()
    return changes | wijzig


def toewijzing(row: Case) -> dict[str, Any]:
    """Changes to the first ToegewezenProduct of a 301 from `toewijzing`."""
    fields = dict(row)
    if "periode" in fields:
        fields["ingangsdatum"], fields["einddatum"] = fields.pop("periode").split("/")
    if "omvang" in fields:
        names = ("omvang_volume", "omvang_eenheid", "omvang_frequentie")
        fields |= zip(names, fields.pop("omvang").split(), strict=True)
    return {"ToegewezenProduct[1]": fields} if fields else {}


def worded(value: Any, kind: MessageType) -> Any:
    """With the words of the judged message filled in."""
    if isinstance(value, Mapping):
        return {key: worded(below, kind) for key, below in value.items()}
    return value.format(soort=kind.soort, **WORDS[kind.standaard]) if isinstance(value, str) else value


def made(name: str, wijzig: Case) -> Document:
    """The example after changes, valid at levels 1 and 2; the total of a 323 follows its lines.

    A class that is taken away may be one that only the other law has.
    """
    kind = messages()[name]
    changes = {k: value for k, value in wijzig.items() if value is not False or k.split("[")[0] in kind.classes}
    document = message(name, worded(changes, kind))
    for node in document.root.all("Declaratie"):
        total = sum_of_lines(node)
        node.values["totaal_ingediend_bedrag_totaal_bedrag"] = str(abs(total))
        node.values["totaal_ingediend_bedrag_debet_credit"] = "C" if total < 0 else "D"
    assert check(encode(document)).document().root == document.root
    assert level2.check(document) == [], "level 2 refuses this message, so it never gets here"
    return document


def parties(kind: MessageType, gemeente: str = GEMEENTE) -> tuple[str, str]:
    """Who sends a message and who receives it."""
    return (gemeente, AANBIEDER) if kind.van == "gemeente" else (AANBIEDER, gemeente)


def keep(session: Session, document: Document, eigenaar: str, tegenpartij: str, status: str) -> Row[Any]:
    """Put a message that came past level 2 into a ledger, as one that came in or went out."""
    outgoing = len(eigenaar) == len(parties(document.type)[0])
    richting = "uitgaand" if outgoing else "inkomend"
    answered = select(t.bericht.c.id).where(t.bericht.c.eigenaar == eigenaar, t.bericht.c.soort == "323")
    latest = answered.order_by(t.bericht.c.volgorde.desc()).limit(1)
    heen = session.scalar(latest) if document.type.soort == "325" and status == "gecontroleerd" else None
    xml = encode(document)
    entry = ledger.Entry(tegenpartij, richting, status, xml, document, antwoord_op=heen)
    [(bericht, _)] = ledger.store(session, eigenaar, [entry])
    ledger.claim_identificaties(session, eigenaar, [(bericht, eigenaar if outgoing else tegenpartij, document)])
    rows.store_rows(session, eigenaar, (bericht, tegenpartij, document))
    return ledger.get(session, bericht)


def history(kind: MessageType, case: Case) -> Iterator[Case]:
    """The earlier messages of a case, those of the default world first."""
    told = [dict(row) | {"bericht": worded(row["bericht"], kind)} for row in case.get("eerder", [])]
    absent = {row["bericht"] for row in told} | set(case.get("zonder", []))
    assert "301" not in absent or "toewijzing" not in case
    for soort in DEFAULT.get(kind.soort, []):
        if soort not in absent:
            yield {"bericht": soort, "wijzig": toewijzing(case.get("toewijzing", {})) if soort == "301" else {}}
    yield from told


def tell(session: Session, kind: MessageType, number: int, row: Case) -> None:
    """Let an earlier message have happened."""
    if row.get("niveau") == 2:
        return
    name = row["bericht"] if len(row["bericht"]) > 3 else kind.name[:-3] + row["bericht"]
    usual = () if kind.soort == "325" else MAART
    lines = row.get("regels", usual) if name.endswith("323") else ()
    mark = {"Header[1].bericht_identificatie_identificatie": f"E{number:03}"}
    mark |= {"Declaratie[1].declaratie_nummer": f"E{number:03}"} if name.endswith("323") else {}
    sender, receiver = parties(kind)
    place = {"eigenaar": receiver, "tegenpartij": sender, "status": "goedgekeurd"} | row
    fitting = FITTING.get(kind.soort, {}) if name.endswith("301") else {}
    document = made(name, mark | fitting | regels(lines, "M", row.get("wijzig", {})))
    bericht = keep(session, document, place["eigenaar"], place["tegenpartij"], place["status"])
    refused = [address.rstrip("]").split("[") for address in row.get("bevindingen", [])]
    findings = [Finding("TR340", 3, "9340", klasse, int(volgnummer)) for klasse, volgnummer in refused]
    record(session, scope_of(bericht, date.max), findings)
    ask(session, bericht, row)


def ask(session: Session, bericht: Row[Any], row: Case) -> None:
    """Put the `vragen` of an earlier declaratie before a person."""
    own = {"eigenaar": bericht.eigenaar, "id": uuid4(), "naam": "a", "standaard": bericht.standaard, "per": "regel"}
    what = {"grootheid": "bedrag", "grens": 0, "gevolg": "vragen", "retourcode": "0611", "gemaakt_door": "a"}
    for number in row.get("vragen", []):
        session.execute(insert(t.lokale_regel).values(own | what | {"begindatum": date.min}))
        asked = {"eigenaar": bericht.eigenaar, "bericht": bericht.id, "volgnummer": number, "regel": own["id"]}
        answer = {"waarde": 1, "uiterlijk": date.max, "uitkomst": row.get("uitkomst")}
        session.execute(insert(t.vraag).values(asked | answer))


def agree(session: Session, kind: MessageType, case: Case) -> None:
    """Let the contracts and tariffs of a case be there."""
    sender, receiver = parties(kind)
    party = {"eigenaar": receiver, "tegenpartij": sender, "standaard": kind.standaard}
    for name, default in ROWS.items():
        table = t.metadata.tables[name]
        for row in case.get(name, [{}]):
            values = worded(party | default | row, kind)
            session.execute(insert(table).values({key: values[key] for key in values if key in table.c}))


def judged(session: Session, name: str, case: Case) -> list[Finding]:
    """What levels 3 and 4 find in the message of a case."""
    kind = messages()[name]
    sender, receiver = parties(kind, case.get("gemeente", GEMEENTE))
    earlier = list(history(kind, case))
    codes = {receiver, parties(kind)[1]} | {row["eigenaar"] for row in earlier if "eigenaar" in row}
    rows = [{"code": code, "naam": code, "hier": True, "kanaal": "lokaal"} for code in sorted(codes)]
    session.execute(insert(t.organisatie), rows)
    numbered = list(enumerate(earlier, 1))
    for number, row in numbered:
        if not row.get("later"):
            tell(session, kind, number, row)
    agree(session, kind, case)
    document = made(name, regels(case.get("regels", ()), "P", case.get("wijzig", {})))
    bericht = keep(session, document, receiver, sender, "gecontroleerd")
    for number, row in numbered:
        if row.get("later"):
            tell(session, kind, number, row)
    scope = scope_of(bericht, date.fromisoformat(case.get("vandaag", str(bericht.dagtekening))))
    for header in (True, False):
        check_rows(session, [scope], header=header)
    return found(session, bericht.id)


@cache
def cases_of(code: str) -> Sequence[Case]:
    cases: Sequence[Case] = tomllib.loads((CASES / f"{code}.toml").read_text(encoding="utf-8"))["geval"]
    return cases


def every_case() -> Iterator[Any]:
    for code in CODES:
        for case in cases_of(code):
            for name in case["berichten"]:
                yield pytest.param(code, name, case, id=f"{code}-{name}-{case['naam']}")


@pytest.mark.parametrize(("code", "name", "case"), list(every_case()))
def test_case(session: Session, code: str, name: str, case: Case) -> None:
    places = sorted(f"{f.klasse}[{f.volgnummer}]" for f in judged(session, name, case) if f.code == code)
    assert places == case["verwacht"]


@pytest.mark.parametrize("name", HEEN)
def test_an_example_passes_in_the_default_world(session: Session, name: str) -> None:
    assert judged(session, name, {}) == []


def test_every_rule_across_messages_has_a_case_file_and_the_other_way_around() -> None:
    across = {code for (_, code), rule in facts().items() if rule.niveau > 2}
    assert {path.stem for path in CASES.iterdir()} & across == {*CODES, *fitting()}  # those in test_answers


@pytest.mark.parametrize("code", CODES)
def test_a_code_passes_twice_and_fails_twice_and_in_each_of_its_messages(code: str) -> None:
    failing = [case for case in cases_of(code) if case["verwacht"]]
    assert len(failing) >= 2
    assert len(cases_of(code)) - len(failing) >= 2
    known = {name for (_, other), rule in facts().items() if other == code for name in rule.berichten}
    assert {name for case in failing for name in case["berichten"]} == known
    assert all(set(case) <= KEYS for case in cases_of(code))
