"""`zorgketen codes`: look up a code of the standard, of VECOZO or of the GGk; for people or, with --json, programs."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from difflib import get_close_matches
from textwrap import fill
from typing import Any

from shared.errors import Refused
from shared.rules import facts
from shared.standard.codelists import RETOURCODES, STANDAARDEN, Code, Codelijst, by_type, codelijst, lists

OK = 0
_NAMES = {"ijw": "iJw", "iwmo": "iWmo"}
_LABEL = 14


def report(lijst: str | None, code: str | None, *, as_json: bool) -> int:
    """Print every list, the codes of one, or all that is known of a code; 0. Raises Refused for an unknown name."""
    print(*(_of_all(as_json) if lijst is None else _of_one(_list(lijst), code, as_json)), sep="\n")
    return OK


def _of_all(as_json: bool) -> Iterable[str]:
    return (_list_json(codelijst(name)) if as_json else _list_line(codelijst(name)) for name in lists())


def _of_one(lijst: Codelijst, code: str | None, as_json: bool) -> Iterable[str]:
    codes = _codes(lijst, code) if code else lijst.codes
    if as_json:
        return (_code_json(lijst, item) for item in codes)
    return (_full(lijst, item) for item in codes) if code else _listing(lijst)


def _list(name: str) -> Codelijst:
    names = {known.casefold(): known for known in lists()}
    if name.casefold() in names:
        return codelijst(names[name.casefold()])
    words = {omschrijving.casefold(): known for known, omschrijving in lists().items()} | names
    detail = _near(name, words) + "`zorgketen codes` noemt alle lijsten."
    if holders := [known for known in lists() if _spelled(codelijst(known)).get(name.casefold())]:
        detail = f"Dit is wel een code van {_either(holders, 'en')}. {detail}"
    raise Refused(404, f"Er is geen codelijst '{name}'", detail=detail)


def _codes(lijst: Codelijst, code: str) -> tuple[Code, ...]:
    known = _spelled(lijst)
    if code.casefold() in known:
        return lijst.select(known[code.casefold()])
    words = {item.naam.casefold(): item.code for item in lijst.codes} | known
    detail = _near(code, words) + f"`zorgketen codes {lijst.naam}` noemt ze alle."
    raise Refused(404, f"{lijst.naam} heeft geen code '{code}'", detail=detail)


def _spelled(lijst: Codelijst) -> dict[str, str]:
    """The codes of a list by how somebody may type them."""
    return {item.code.casefold(): item.code for item in lijst.codes}


def _near(word: str, words: Mapping[str, str]) -> str:
    typed = word.casefold()
    close = sorted(get_close_matches(typed, words, n=len(words)), key=lambda known: sorted(known) != sorted(typed))
    meant = list(dict.fromkeys(words[item] for item in close))[:3]  # swapped digits first
    return f"Bedoelt u {_either(meant, 'of')}? " if meant else ""


def _either(names: Iterable[str], word: str) -> str:
    *others, last = names
    return f"{', '.join(others)} {word} {last}" if others else last


def _list_line(lijst: Codelijst) -> str:
    return f"{lijst.naam:18} {len(lijst.codes):3} codes  {_title(lijst)}"


def _title(lijst: Codelijst) -> str:
    return f"{lijst.omschrijving} (versie {lijst.versie})" if lijst.versie else lijst.omschrijving


def _listing(lijst: Codelijst) -> Iterator[str]:
    yield f"{lijst.naam}: {_title(lijst)}"
    for code in lijst.codes:
        extra = ", ".join(part for part in (_only(code), _valid(code)) if part)
        yield f"  {code.code:8} {code.naam}" + (f" ({extra})" if extra else "")


def _only(code: Code) -> str:
    return "" if code.standaarden == STANDAARDEN else _either(map(_NAMES.__getitem__, code.standaarden), "en")


def _valid(code: Code) -> str:
    bounds = (("vanaf", code.begindatum), ("tot en met", code.einddatum))
    return " ".join(f"{word} {day.isoformat()}" for word, day in bounds if day)


def _full(lijst: Codelijst, code: Code) -> str:
    rows = {
        "Lijst": _title(lijst),
        "Standaard": _either(map(_NAMES.__getitem__, code.standaarden), "en"),
        "Geldig": _valid(code),
        "Betekenis": code.toelichting,
        "Wat u nu doet": code.vervolgstap,
        "Regels": " ".join(_rules(lijst, code)),
        "Gegevenstype": " ".join(_types(lijst)),
        "Ook in": "; ".join(_elsewhere(lijst, code)),
    }
    lines = (
        fill(text, 110, initial_indent=f"  {label:{_LABEL}} ", subsequent_indent=" " * (_LABEL + 3))
        for label, text in rows.items()
        if text
    )
    return "\n".join([f"{lijst.naam} {code.code}: {code.naam}", *lines])


def _rules(lijst: Codelijst, code: Code) -> list[str]:
    """The rules that a return code stands for."""
    return sorted({rule.code for rule in facts().values() if (lijst.naam, code.code) == (RETOURCODES, rule.retourcode)})


def _types(lijst: Codelijst) -> list[str]:
    return sorted({kind for s in STANDAARDEN for kind, name in by_type(s).items() if name == lijst.naam})


def _elsewhere(lijst: Codelijst, code: Code) -> Iterator[str]:
    """The same error code in the lists of other senders or versions, where it may mean something else."""
    if lijst.afzender:
        others = (codelijst(name) for name in lists() if name != lijst.naam)
        yield from (f"{o.naam}, als '{c.naam}'" for o in others if o.afzender for c in o.select(code.code))


def _list_json(lijst: Codelijst) -> str:
    own: dict[str, Any] = {"lijst": lijst.naam, "omschrijving": lijst.omschrijving}
    own |= {"afzender": lijst.afzender or None, "versie": lijst.versie or None, "aantal": len(lijst.codes)}
    return json.dumps(own, ensure_ascii=False)


def _code_json(lijst: Codelijst, code: Code) -> str:
    own = {"lijst": lijst.naam, **asdict(code), "regels": _rules(lijst, code)}
    return json.dumps(own, ensure_ascii=False, default=str)
