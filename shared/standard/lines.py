"""The lines of a large message, read as text: they are nearly all of it, and alike.

A regular expression that is made from the catalogue, as the XSD is, fits a line in its plain form: no attributes,
comments, references or empty tags. It reads one in a fourth of the time that a tree of elements takes. A message
with anything else in a line is not read here, so what comes out is what `codec.decode` makes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from shared.standard.catalogue import (
    ClassType,
    Element,
    MessageType,
    base_namespace,
    composites,
    messages,
    simple_types,
)
from shared.standard.codec import COLLAPSED, LINES, PART, Unread, decode, uncollected
from shared.standard.document import Document, Node

_SPACE = "[ \t\r\n]*"
_ROOT = re.compile(rb"<[^?!][^>]*>")
_NAMESPACE = re.compile(r"""xmlns(?::([\w.-]+))?[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")


@dataclass(frozen=True, slots=True)
class _Form:
    """How a message writes its lines: the tags around those of a client, one line, and the names of its leaves."""

    begin: str
    end: str
    tag: str
    line: re.Pattern[str]
    names: tuple[str, ...]


@lru_cache(maxsize=100)  # a sender chooses the prefixes
def _form(name: str, own: str, base: str) -> _Form | None:
    """The form in a message with these prefixes for its own namespace and the base; None for one without such lines."""
    message = messages()[name]
    kind, composite = message.classes.get(LINES), composites(message.standaard)
    if kind is None or not all(e.type in composite or e.type.startswith("LDT_") for e in kind.elements):
        return None
    [around] = (c.name for c in message.classes.values() if c.container and c.elements[0].name == LINES)
    body = "".join(_element(message.standaard, element, own, base) for element in kind.elements)
    tag, close = f"<{own}{LINES}>", f"</{own}{LINES}>"
    line = re.compile(f"{re.escape(tag)}{_SPACE}{body}{re.escape(close)}{_SPACE}")
    return _Form(f"<{own}{around}>", f"</{own}{around}>", tag, line, tuple(kind.fields))


def _element(standaard: str, element: Element, prefix: str, base: str) -> str:
    """The pattern of a leaf, with its text in a group, or of a composite with its parts."""
    tag = re.escape(prefix + element.name)
    if element.type.startswith("LDT_"):
        collapsed = simple_types(standaard)[element.type].base in COLLAPSED
        inside = "([^<& \t\r\n]+)" if collapsed else "([^<&\r]*)"
    else:
        parts = composites(standaard)[element.type]
        inside = _SPACE + "".join(_element(standaard, part, base, base) for part in parts)
    return f"(?:<{tag}>{inside}</{tag}>{_SPACE})" + ("?" if element.min == 0 else "")


def decode_lines(
    message: MessageType, data: bytes, parse: Callable[[bytes], etree._Element], unread: Unread | None
) -> Document | None:
    """As `decode`, of a message that is valid; None when it has no lines, or not all of them in their plain form.

    What is around the lines is read with `parse`.
    """
    form = _form_of(message, data)
    if form is None or b"<!" in data or data.count(b"<?") > 1:  # in which something may look like a tag
        return None
    first, *rest = data.decode().split(form.begin)
    blocks = [block.partition(form.end) for block in rest]
    around = [first, *(f"{form.begin}{_breaks(lines)}{end}{after}" for lines, end, after in blocks)]
    with uncollected():
        document = decode(message, parse("".join(around).encode()))
        clients = list(document.root.all(PART))
        if len(clients) != len(blocks):
            return None
        number, line = 1, 1 + first.count("\n")
        for client, (lines, _, after) in zip(clients, blocks, strict=True):
            numbers = range(number, number + lines.count(form.tag))
            if not (unread and unread(client, numbers)):
                client.children = _nodes(form, message.classes[LINES], client, lines, number, line)
                if len(client.children) != len(numbers):
                    return None
            number, line = numbers.stop, line + lines.count("\n") + after.count("\n")
    return document


def _form_of(message: MessageType, data: bytes) -> _Form | None:
    root = _ROOT.search(data, 0, 10_000)
    declared = _NAMESPACE.findall(root[0].decode() if root else "")
    spaces = {uri: f"{prefix}:" if prefix else "" for prefix, uri in declared}
    own, base = (spaces.get(uri) for uri in (message.namespace, base_namespace(message.standaard)))
    return None if own is None or base is None else _form(message.name, own, base)


def _breaks(lines: str) -> str:
    """What keeps the line numbers of the text that follows."""
    return "\n" * lines.count("\n")


def _nodes(form: _Form, kind: ClassType, client: Node, lines: str, number: int, line: int) -> list[Node]:
    """The lines of a client, up to the first that has another form."""
    found: list[Node] = []
    begin, end = 0, len(lines) - len(lines.lstrip(" \t\r\n"))
    while match := form.line.match(lines, end):
        line += lines.count("\n", begin, end)
        begin, end = match.span()
        values = {name: text for name, text in zip(form.names, match.groups(), strict=True) if text is not None}
        found.append(Node(kind.name, kind, client, number + len(found), values, line=line))
    return found if end == len(lines) else []
