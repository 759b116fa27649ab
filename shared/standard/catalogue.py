"""The standard as data: what the messages of iWmo and iJw look like.

The CSV files below `data/` are read once, checked, and become frozen dataclasses. The XSDs, the codec,
the database tables, the documentation and the test builders all read these; there is no class per
message anywhere.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

RELEASE = "3.2"
DATA = Path(__file__).parent / "data" / RELEASE
XSD_VERSIE = "1.0.0"
"""What XsdVersie carries (IV034), as in the published examples; the copies of the XSDs say 0.1.0."""


def read_csv(name: str) -> Iterator[dict[str, str]]:
    """Rows of a file of the standard's data, by column name."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def snake(name: str) -> str:
    """The name we use for an element: ToegewezenProduct → toegewezen_product."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@dataclass(frozen=True, slots=True)
class SimpleType:
    """A simple type (LDT_…): its XSD base, its enumeration and its facets, in order."""

    name: str
    base: str
    enumeration: tuple[str, ...]
    facets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a class or composite, as the XSD has it.

    `type` names a class of the message, a composite (CDT_…) or a simple type (LDT_…); `max` is 1, or
    None for unbounded; `pattern` is a restriction of this element alone, or empty.
    """

    name: str
    type: str
    min: int
    max: int | None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A leaf below a class: `product_periode_begindatum` for ProductPeriode/Begindatum."""

    name: str
    path: tuple[str, ...]
    type: SimpleType
    required: bool


@dataclass(frozen=True, slots=True, eq=False)
class ClassType:
    """A class of a message with its elements, its leaves, the leaves that are dates, and its logical key (TR101).

    There is one of each, so it equals itself only.
    """

    name: str
    elements: tuple[Element, ...]
    fields: Mapping[str, Field]
    dates: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def container(self) -> bool:
        """True for a class that only holds repetitions of another, such as Prestaties."""
        return len(self.elements) == 1 and self.elements[0].max is None


@dataclass(frozen=True, slots=True)
class MessageType:
    """A kind of message: a row of messages.csv with its classes.

    `van` and `naar` say who really sends and receives it; `heen` is the message that it answers and
    `antwoord` the one that answers it, or None; `termijn` is in working days (OP090, OP274).
    """

    name: str
    standaard: str
    soort: str
    van: str
    naar: str
    heen: str | None
    antwoord: str | None
    termijn: int | None
    omschrijving: str
    classes: Mapping[str, ClassType]

    @property
    def prefix(self) -> str:
        """The namespace prefix of the published examples: jw323."""
        return self.name.lower()

    @property
    def namespace(self) -> str:
        """The namespace of the message's classes."""
        return namespace(self.standaard, self.prefix)

    @property
    def is_return(self) -> bool:
        """True for 302, 306, 308, 316, 318, 320 and 325."""
        return self.heen is not None

    @property
    def keeps_header(self) -> bool:
        """True when the header is that of the heen message, sender and receiver included (IV028)."""
        return self.is_return and "IdentificatieRetour" in {e.name for e in self.classes["Header"].elements}


def namespace(standaard: str, schema: str) -> str:
    """Namespace of a message or of the basisschema of a standard."""
    return f"http://www.istandaarden.nl/{standaard}/{RELEASE.replace('.', '_')}/{schema}/schema"


def base_namespace(standaard: str) -> str:
    """Namespace of the basisschema, which holds every LDT_ and CDT_ type."""
    return namespace(standaard, "basisschema")


@cache
def grouped(name: str, column: str) -> Mapping[str, list[dict[str, str]]]:
    """The rows of a file by the value of one of its columns."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in read_csv(name):
        found.setdefault(row[column], []).append(row)
    return found


def _bounds(row: dict[str, str]) -> tuple[int, int | None]:
    return int(row["min"]), None if row["max"] == "unbounded" else int(row["max"])


@cache
def simple_types(standaard: str) -> Mapping[str, SimpleType]:
    """The simple types of a standard by name."""
    return {
        row["type"]: SimpleType(
            row["type"],
            row["base"],
            tuple(row["enumeration"].split()),
            tuple(_facet(part) for part in row["facets"].split("; ") if part),
        )
        for row in grouped("datatypes.csv", "standard")[standaard]
    }


def _facet(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


@cache
def composites(standaard: str) -> Mapping[str, tuple[Element, ...]]:
    """The composite types of a standard by name."""
    found: dict[str, list[Element]] = {}
    for row in grouped("composites.csv", "standard")[standaard]:
        element = Element(row["element"], row["element_type"], *_bounds(row))
        found.setdefault(row["type"], []).append(element)
    return {name: tuple(elements) for name, elements in found.items()}


def _leaves(standaard: str, elements: tuple[Element, ...], path: tuple[str, ...], required: bool) -> Iterator[Field]:
    for element in elements:
        here, needed = (*path, element.name), required and element.min > 0
        if element.type.startswith("CDT_"):
            yield from _leaves(standaard, composites(standaard)[element.type], here, needed)
        elif element.type.startswith("LDT_") and element.max == 1:
            name = "_".join(snake(part) for part in here)
            yield Field(name, here, simple_types(standaard)[element.type], needed)


def _class_types(message: str, standaard: str) -> Mapping[str, ClassType]:
    elements: dict[str, list[Element]] = {}
    for row in grouped("structure.csv", "message")[message]:
        element = Element(row["element"], row["type"], *_bounds(row), row["pattern"])
        elements.setdefault(row["class"], []).append(element)
    keys: dict[str, list[str]] = {}
    for row in grouped("keys.csv", "message").get(message, ()):
        keys.setdefault(row["class"], []).append(row["field"])
    return {
        name: _class_type(name, standaard, tuple(found), tuple(keys.get(name, ()))) for name, found in elements.items()
    }


def _class_type(name: str, standaard: str, elements: tuple[Element, ...], key: tuple[str, ...]) -> ClassType:
    leaves = list(_leaves(standaard, elements, (), True))
    fields = {leaf.name: leaf for leaf in leaves}
    if len(fields) != len(leaves) or not set(key) <= set(fields):
        raise ValueError(f"structure.csv, keys.csv: names of {name} clash or a key field is unknown")
    dates = tuple(leaf.name for leaf in leaves if leaf.type.base == "date")
    return ClassType(name, elements, fields, dates, key)


@cache
def messages() -> Mapping[str, MessageType]:
    """Every message of both standards by name (JW323, WMO301, …)."""
    return {
        row["message"]: MessageType(
            name=row["message"],
            standaard=row["standaard"],
            soort=row["soort"],
            van=row["van"],
            naar=row["naar"],
            heen=row["heen"] or None,
            antwoord=row["antwoord"] or None,
            termijn=int(row["termijn_werkdagen"]) if row["termijn_werkdagen"] else None,
            omschrijving=row["naam"],
            classes=_class_types(row["message"], row["standaard"]),
        )
        for row in read_csv("messages.csv")
    }


@cache
def by_namespace() -> Mapping[str, MessageType]:
    """Every message by the namespace of its root element."""
    return {message.namespace: message for message in messages().values()}


def message_of(standaard: str, soort: str) -> MessageType:
    """The message of a standard (ijw, iwmo) by its number (323). Raises KeyError."""
    return messages()[("JW" if standaard == "ijw" else "WMO") + soort]
