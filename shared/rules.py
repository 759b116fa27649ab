"""The rule engine: rules are small functions with a code; everything else about them is data.

Three forms only. `@per_node("CD041", on=…)` decorates a predicate over one Node (level 2, in memory);
`@per_message("TR338", on=…)` a function that returns a SELECT of the offending rows (levels 3 and 4, on the stored
rows); `@per_answer("TR376", on=…)` a predicate over a 325 and what it answers (ADR 0012). Level, return code and
messages come from rules.csv, the words from meanings.csv.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.standard.catalogue import MessageType, grouped, message_of
from shared.standard.document import Document
from shared.standard.node import Node

if TYPE_CHECKING:  # `zorgketen codes` and `validate` start without a database and its library
    from sqlalchemy import ColumnElement
    from sqlalchemy.types import TypeEngine


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means and what the sender of the message does next, in Dutch."""

    betekenis: str
    vervolgstap: str


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What the standard says of a code: level 2, 3 or 4, its return code and the messages it holds for."""

    code: str
    standaard: str
    niveau: int
    retourcode: str
    berichten: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a class of a message breaks; `volgnummer` counts that class in the message, from 1."""

    code: str
    niveau: int
    retourcode: str
    klasse: str
    volgnummer: int


@dataclass(frozen=True, slots=True)
class Explained:
    """A finding as a person reads it: its place in the message, what is wrong (Dutch) and the next step."""

    niveau: int
    code: str
    pad: str
    regel: int | None
    retourcode: str
    melding: str
    vervolgstap: str


MUNICIPALITY = 4
"""Digits of the code of a municipality."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The stored message that is judged, and the day on which; of a 323 from its `eerste` client to its `laatste`.

    A rule uses its standaard and soort as they are; of the rest it only makes a SELECT: there parameters may stand in
    their place, so that one statement serves every message (`shared.statements`).
    """

    bericht: UUID
    eigenaar: str
    tegenpartij: str
    standaard: str
    soort: str
    vandaag: date
    eerste: int = 1
    laatste: int = 2**31 - 1

    @property
    def type(self) -> MessageType:
        """The kind of the message."""
        return message_of(self.standaard, self.soort)

    @property
    def by_municipality(self) -> bool:
        """Whether a municipality judges: its code has four digits, that of a provider eight."""
        return len(self.eigenaar) == MUNICIPALITY

    def value(self, ask: "Callable[[Scope], Any]", kind: "TypeEngine[Any]") -> "ColumnElement[Any]":
        """What Python makes of the message, as a value in a SELECT."""
        from sqlalchemy import cast, null

        found = ask(self)
        return cast(null() if found is None else found, kind)


Predicate = Callable[[Node], bool | Iterable[Node]]
Offenders = Callable[[Scope, Any], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A function of ours with the code that it implements and the classes that it looks at.

    One that is `later` reads what the rules before it found in the message itself. One in memory that `reads` some
    leaves looks at nothing else of a message but these and its Header.
    """

    code: str
    on: tuple[str, ...]
    function: Callable[..., Any]
    in_memory: bool
    later: bool = False
    reads: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where it is implemented, as module:function."""
        return f"{self.function.__module__}:{self.function.__name__}"


_RULES: dict[str, Rule] = {}


@cache
def facts() -> Mapping[tuple[str, str], RuleFacts]:
    """Every published TR, CD and CS code, by standard and code."""
    return {
        (row["standaard"], code): RuleFacts(
            code, row["standaard"], int(row["niveau"]), row["retourcode"], tuple(row["berichten"].split())
        )
        for code, rows in grouped("rules.csv", "code").items()
        for row in rows
    }


@cache
def meanings() -> Mapping[str, Meaning]:
    """The words of rule codes and return codes."""
    return {
        code: Meaning(rows[0]["betekenis"], rows[0]["vervolgstap"])
        for name in ("retourcodes.csv", "meanings.csv", "eigen.csv")
        for code, rows in grouped(name, "code").items()
    }


def meaning_of(code: str, retourcode: str) -> Meaning:
    """The words of a rule code, else of its return code, else that we do not know it."""
    unknown = Meaning("De andere partij noemt een code zonder regel.", "Vraag de andere partij om toelichting.")
    return meanings().get(code) or meanings().get(retourcode) or unknown


def registered() -> Mapping[str, Rule]:
    """The rules of the modules that were imported, by code, in the order in which they run."""
    return _RULES


def fitting() -> Mapping[str, Rule]:
    """The rules on how an answer fits, by code."""
    return _FITS


def _register(rule: Rule) -> None:
    if rule.code in _RULES or not any(code == rule.code for _, code in facts()):
        raise ValueError(f"{rule.code} is registered twice or is no code of the standard")
    _RULES[rule.code] = rule
    _applying.cache_clear()


def per_node(code: str, *, on: str | tuple[str, ...], reads: tuple[str, ...] = ()) -> Callable[[Predicate], Predicate]:
    """A rule inside a message: True when the node holds, or the nodes below it that do not.

    One that says which leaves it `reads` is shown these and the Header only, and asked once of nodes that are alike.
    """

    def register(function: Predicate) -> Predicate:
        _register(Rule(code, (on,) if isinstance(on, str) else on, function, in_memory=True, reads=reads))
        return function

    return register


def per_message(code: str, *, on: str | tuple[str, ...], later: bool = False) -> Callable[[Offenders], Offenders]:
    """A rule across messages: given the scope and the rows of a class, a SELECT of the offending `volgnummer`s.

    The rows are the table of the class, or its `source`; for the Header the table of the messages, and the SELECT
    gives 1. A rule that is `later` sees what the rules before it found in this message.
    """

    def register(function: Offenders) -> Offenders:
        _register(Rule(code, (on,) if isinstance(on, str) else on, function, in_memory=False, later=later))
        return function

    return register


Fit = Callable[[Document, Document | None], bool]
_FITS: dict[str, Rule] = {}


def per_answer(code: str, *, on: str) -> Callable[[Fit], Fit]:
    """A rule on how a return message fits what it answers: True when it does. None: it answers nothing of ours."""

    def register(function: Fit) -> Fit:
        _FITS[code] = Rule(code, (on,), function, in_memory=True)
        return function

    return register


def check_answer(answer: Document, heen: Document | None) -> list[Finding]:
    """What is wrong with a return message as the answer to a message of ours."""
    told = [(rule, facts().get((answer.type.standaard, code))) for code, rule in _FITS.items()]
    return [
        Finding(known.code, known.niveau, known.retourcode, rule.on[0], 1)
        for rule, known in told
        if known and answer.type.name in known.berichten and not rule.function(answer, heen)
    ]


Source = Callable[[Scope], Any]
_SOURCES: dict[tuple[str, str], Source] = {}


def source(soort: str, klasse: str) -> Callable[[Source], Source]:
    """A SELECT of the rows of a class in the judged message with what several rules ask of them, put together once."""

    def register(function: Source) -> Source:
        _SOURCES[soort, klasse] = function
        return function

    return register


def source_of(scope: Scope, klasse: str) -> Any | None:
    """The SELECT that the rules on a class look at, or None when that is just its table."""
    found = _SOURCES.get((scope.soort, klasse))
    return found and found(scope)


def applying(message: MessageType, in_memory: bool) -> Sequence[tuple[Rule, RuleFacts]]:
    """The registered rules of one form that hold for a message, with their facts, in the order of registration."""
    return _applying(message.name, message.standaard, in_memory)


@cache
def _applying(message: str, standaard: str, in_memory: bool) -> Sequence[tuple[Rule, RuleFacts]]:
    known = ((rule, facts().get((standaard, rule.code))) for rule in _RULES.values() if rule.in_memory == in_memory)
    return [(rule, fact) for rule, fact in known if fact and message in fact.berichten]


def explain(document: Document, findings: Iterable[Finding]) -> list[Explained]:
    """Findings with their places in the document and their words."""
    if not (findings := list(findings)):
        return []
    places = {(node.name, node.volgnummer): (pad, node.line) for node, pad in document.pads()}
    return [_explained(*places.get((found.klasse, found.volgnummer), ("", None)), found) for found in findings]


def _explained(pad: str, regel: int | None, finding: Finding) -> Explained:
    meaning = meaning_of(finding.code, finding.retourcode)
    return Explained(
        finding.niveau,
        finding.code,
        pad,
        regel,
        finding.retourcode,
        meaning.betekenis,
        meaning.vervolgstap,
    )


def by_retourcode(message: MessageType, retourcode: str) -> RuleFacts | None:
    """The one rule of a message that a return code stands for; None when there is none or more than one."""
    found = [r for (s, _), r in facts().items() if s == message.standaard and r.retourcode == retourcode]
    fitting = [rule for rule in found if message.name in rule.berichten]
    return fitting[0] if len(fitting) == 1 else None
