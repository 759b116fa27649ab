"""The lines of a large message, read as text: they are nearly all of it, and alike.

A regular expression that is made from the catalogue, as the XSD is, fits a line in its plain form: no attributes,
comments, references or empty tags. It reads one in a fourth of the time that a tree of elements takes. A message
with anything else in a line is not read here, so what comes out is what `codec.decode` makes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, islice
from math import ceil

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
from shared.standard.document import Document
from shared.standard.node import Lines, Node, Run, present

_SPACE = "[ \t\r\n]*"
_MARKUP = re.compile("<[!?]")
_ROOT = re.compile(rb"<[^?!][^>]*>")
_NAMESPACE = re.compile(r"""xmlns(?::([\w.-]+))?[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")


@dataclass(frozen=True, slots=True)
class _Plain:
    """A class in its plain form: its pattern has a group for each of its leaves."""

    kind: ClassType
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Form:
    """How a message writes its clients: the beginning of one up to its lines, a line, and what follows the lines."""

    holder: str
    client: _Plain
    line: _Plain
    after: re.Pattern[str]
    begin: str
    end: str
    tag: str
    lines_end: str


@lru_cache(maxsize=100)  # a sender chooses the prefixes
def _form(name: str, own: str, base: str) -> _Form | None:
    """The form in a message with these prefixes for its own namespace and the base; None for one without such lines."""
    message = messages()[name]
    client, line = message.classes.get(PART), message.classes.get(LINES)
    if client is None or line is None:
        return None
    *leaves, last = client.elements
    around = message.classes.get(last.type)
    if not all(_is_leaf(message, e) for e in (*leaves, *line.elements)) or around is None or not around.container:
        return None
    [holder] = (c.name for c in message.classes.values() if any(_holds(message, e) for e in c.elements))
    tag, close = f"<{own}{LINES}>", f"</{own}{LINES}>"
    begin, end = f"<{own}{PART}>", f"</{own}{PART}>"
    lines, lines_end = f"<{own}{last.name}>", f"</{own}{last.name}>"
    return _Form(
        holder,
        _plain(message, client, begin, leaves, lines, own, base),
        _plain(message, line, tag, line.elements, close, own, base),
        re.compile(f"{re.escape(lines_end)}{_SPACE}{re.escape(end)}{_SPACE}"),
        begin,
        end,
        tag,
        lines_end,
    )


def _is_leaf(message: MessageType, element: Element) -> bool:
    return element.type in composites(message.standaard) or element.type.startswith("LDT_")


def _holds(message: MessageType, element: Element) -> bool:
    """Whether an element is the container of the clients."""
    inner = message.classes.get(element.type)
    return inner is not None and inner.container and inner.elements[0].type == PART


def _plain(
    message: MessageType, kind: ClassType, begin: str, leaves: Sequence[Element], end: str, own: str, base: str
) -> _Plain:
    body = "".join(_element(message.standaard, element, own, base) for element in leaves)
    pattern = re.compile(f"{re.escape(begin)}{_SPACE}{body}{re.escape(end)}{_SPACE}")
    return _Plain(kind, pattern)


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


Parse = Callable[[bytes], etree._Element]


def decode_lines(message: MessageType, data: bytes, parse: Parse, unread: Unread | None) -> Document | None:
    """As `decode`, of a message that is valid; None when it has no lines, or not all clients in their plain form.

    What is around the clients is read with `parse`.
    """
    with uncollected(), suppress(OtherForm):
        opened = _opened(message, data, parse)
        opened.holder.children = list(opened.clients(unread))
        return opened.document
    return None


def decode_around(message: MessageType, data: bytes, parse: Parse) -> Document | None:
    """As `decode_lines`, but without any client."""
    with suppress(OtherForm):
        return _opened(message, data, parse).document
    return None


def decode_growing(message: MessageType, data: bytes, parse: Parse) -> Iterator[tuple[Document, list[Node]]]:
    """As `decode_lines`: the Document of what was read so far, and the clients by which it grew.

    Raises OtherForm, when it cannot go on.
    """
    opened = _opened(message, data, parse)
    clients, many = opened.clients(None), opened.text.count(opened.form.begin)
    steps = [ceil(many * share) for share in SHARES] if many >= MANY else []
    for step in (*steps, None):  # all that is left: only at its end is it known that nothing else stands there
        with uncollected():
            more = list(islice(clients, step))
        opened.holder.children = [*opened.holder.children, *more]
        yield opened.document, more


MANY = 1000
"""From so many clients on a Document grows in steps."""
SHARES = (0.12, 0.2, 0.32)
"""How much of it is read at each step but the last. The next takes Python as long as Postgres needs to insert the one
before; after the last level 2 takes as long as that."""


class OtherForm(ValueError):
    """A message has no lines, or a client in another form than the plain one."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A message of which all is read but its clients: its form, the node that holds these, its text, and where."""

    form: _Form
    document: Document
    holder: Node
    text: str
    places: range

    def clients(self, unread: Unread | None) -> Iterator[Node]:
        """The clients with their lines. Raises OtherForm where one is, after those before it."""
        form, kind, text, place = self.form, self.form.client.kind, self.text, self.places.start
        number, line = 1, 1 + text.count("\n", 0, place)
        for nr in count(1):
            head = form.client.pattern.match(text, place)
            if head is None:
                break
            values = present(kind.fields, head.groups())
            client = Node(kind.name, kind, self.holder, nr, values, line=line)
            line, place = line + text.count("\n", place, head.end()), head.end()
            if unread and unread(client, numbers := _numbers(form, text, place, number)):
                number, end = numbers.stop, text.find(form.lines_end, place)
                if _MARKUP.search(text, place, end):
                    raise OtherForm
            else:
                end = _read(form, client, text, place, number, line)
                number += len(client.children)
            after = form.after.match(text, end)
            if after is None:
                raise OtherForm
            line, place = line + text.count("\n", place, after.end()), after.end()
            yield client
        if place < self.places.stop:
            raise OtherForm


def _opened(message: MessageType, data: bytes, parse: Parse) -> _Opened:
    """Read what is around the clients of a message. Raises OtherForm."""
    form = _form_of(message, data)
    if form is None:
        raise OtherForm
    text = data.decode()
    start, stop = text.find(form.begin), text.rfind(form.end) + len(form.end)
    around = text[:start] + "\n" * text.count("\n", start, stop) + text[stop:]
    if start < 0 or stop < start or "<!" in around or around.count("<?") > 1:  # in which something may look like a tag
        raise OtherForm
    try:
        document = decode(message, parse(around.encode()))
    except etree.XMLSyntaxError:  # what looked like the last client was none
        raise OtherForm from None
    [holder] = document.root.all(form.holder)
    if holder.children:  # a client in another form stands before or after those
        raise OtherForm
    return _Opened(form, document, holder, text, range(start, stop))


def _form_of(message: MessageType, data: bytes) -> _Form | None:
    root = _ROOT.search(data, 0, 10_000)
    declared = _NAMESPACE.findall(root[0].decode() if root else "")
    spaces = {uri: f"{prefix}:" if prefix else "" for prefix, uri in declared}
    own, base = (spaces.get(uri) for uri in (message.namespace, base_namespace(message.standaard)))
    return None if own is None or base is None else _form(message.name, own, base)


def _numbers(form: _Form, text: str, place: int, first: int) -> range:
    """The numbers of the lines of a client that stand from a place on."""
    return range(first, first + text.count(form.tag, place, text.find(form.lines_end, place)))


def _read(form: _Form, client: Node, text: str, place: int, number: int, line: int) -> int:
    """Read the lines of a client, up to the first that has another form: where that is."""
    match, run = form.line.pattern.match, Run(client, number, [], [])
    add, note = run.leaves.append, run.lines.append
    while found := match(text, place):
        add(found.groups())
        note(line)
        end = found.end()
        line += text.count("\n", place, end)
        place = end
    client.children = Lines(form.line.kind, [run])
    return place
