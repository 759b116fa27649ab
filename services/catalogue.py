"""What is built of the standard: every rule with its function, and the documentation made from the catalogue."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.allocation import rules as allocation
from services.billing import rules as billing
from services.messaging import rules as messaging
from shared import level2
from shared.rules import facts, fitting, meaning_of, registered
from shared.standard.catalogue import ClassType, Element, MessageType, composites, messages, simple_types
from shared.standard.codelists import by_type
from shared.standard.faults import describe

CASES = Path(__file__).parents[1] / "tests" / "rules" / "cases"
RULES = (allocation, billing, level2, messaging)  # importing them registers the rules
SHORT = 25
"""How many values of an enumeration are written out; for more than these we name its codelist."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule code of a standard and the function that implements it, or None."""

    standaard: str
    code: str
    niveau: int
    retourcode: str
    berichten: tuple[str, ...]
    implementatie: str | None
    betekenis: str


def rule_rows() -> list[RuleRow]:
    """Every TR, CD and CS code of both standards, by code."""
    built = {**registered(), **fitting()}
    return [
        RuleRow(
            rule.standaard,
            rule.code,
            rule.niveau,
            rule.retourcode,
            rule.berichten,
            built[rule.code].place if rule.code in built else None,
            meaning_of(rule.code, rule.retourcode).betekenis,
        )
        for rule in sorted(facts().values(), key=lambda rule: (rule.code, rule.standaard))
    ]


def write_docs(folder: Path, *, check: bool) -> int:
    """Write docs/rules.md and docs/messages.md; with `check`, 1 when either is not current."""
    stale = []
    for name, lines in (("rules.md", _rules_page()), ("messages.md", _messages_page())):
        path, text = folder / name, "\n".join(lines) + "\n"
        if check and (not path.exists() or path.read_text("utf-8") != text):
            stale.append(name)
        elif not check:
            path.write_text(text, "utf-8")
    if stale:
        print(f"Niet actueel: {', '.join(stale)}. Draai `make docs`.", file=sys.stderr)
    return 1 if stale else 0


def _rules_page() -> Iterator[str]:
    yield "# Rules\n"
    yield "Made by `make docs` from the catalogue and the registered functions. *Level* 2 looks inside a message,"
    yield "3 across messages, 4 at external sources; a code without a function is not built yet.\n"
    yield "| code | standard | level | return code | messages | function | cases | meaning (Dutch) |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rule_rows():
        place = f"`{row.implementatie}`" if row.implementatie else "–"
        cells = (
            row.code,
            row.standaard,
            str(row.niveau),
            row.retourcode,
            " ".join(row.berichten),
            place,
            _cases(row.code),
            row.betekenis,
        )
        yield "| " + " | ".join(cells) + " |"


def _cases(code: str) -> str:
    """How many cases specify a code, as a link; they stand in the source tree only."""
    path = CASES / f"{code}.toml"
    return f"[{path.read_text('utf-8').count('[[geval]]')}](../tests/rules/cases/{code}.toml)" if path.exists() else "–"


def _messages_page() -> Iterator[str]:
    yield "# Messages\n"
    yield "Made by `make docs` from the catalogue: the classes and elements of each message, in order, the parts of"
    yield "an element below it, and the rules that look at the class, as far as they are built. What the values of a"
    yield "codelist mean: `zorgketen codes LIST`."
    for message in messages().values():
        yield f"\n## {message.name}: {message.omschrijving}\n"
        yield f"{message.van} → {message.naar}, namespace `{message.namespace}`" + _answer(message)
        for kind in message.classes.values():
            yield f"\n### {message.name} {kind.name}\n"
            yield f"Rules: {' '.join(_rules_on(message, kind)) or 'none of its own'}.\n"
            yield "| element | type | occurs | codelist | values (Dutch) |"
            yield "|---|---|---|---|---|"
            for element in kind.elements:
                yield from _element_rows(message, element, "")


def _rules_on(message: MessageType, kind: ClassType) -> list[str]:
    """The built rules of a message that look at a class."""
    built = (rule.code for rule in registered().values() if kind.name in rule.on)
    return sorted(code for code in built if message.name in _berichten(message.standaard, code))


def _berichten(standaard: str, code: str) -> tuple[str, ...]:
    known = facts().get((standaard, code))
    return known.berichten if known else ()


def _element_rows(message: MessageType, element: Element, above: str) -> Iterator[str]:
    name, lijst = above + element.name, by_type(message.standaard).get(element.type, "")
    cells = (name, element.type, f"{element.min}..{element.max or 'n'}", lijst, _values(message, element, lijst))
    yield "| " + " | ".join(re.sub(r"([\\*|\[\]<>`])", r"\\\1", cell) for cell in cells) + " |"
    for part in composites(message.standaard).get(element.type, ()):
        yield from _element_rows(message, part, f"{name}/")


def _values(message: MessageType, element: Element, lijst: str) -> str:
    """What a leaf may hold, in short; empty for a class or a composite."""
    kind = simple_types(message.standaard).get(element.type)
    if kind is None:
        return ""
    if element.pattern.isdigit():
        return f"altijd {element.pattern}"
    if len(kind.enumeration) > SHORT:
        return f"een van de {len(kind.enumeration)} codes van {lijst}"
    return describe(kind) + (f", hier patroon {element.pattern}" if element.pattern else "")


def _answer(message: MessageType) -> str:
    if message.antwoord:
        return f", answered by {message.antwoord} within {message.termijn} working days"
    return f", answers {message.heen}"
