"""Validation of a message while it is read, for messages of many parts."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Self, cast

from lxml import etree

from shared.standard.faults import Located
from shared.standard.kinds import SAFE, Kind

CHUNK = 16 * 1024
"""How much is read at a time."""
_OF_PARENT = {"SCHEMAV_CVC_TYPE_3_1_2", "SCHEMAV_CVC_COMPLEX_TYPE_2_3"}
"""When they come with the start of an element, these errors are about the one above it."""


class Reader:
    """A parser that validates what it is fed, the number of errors and the tree that it has made so far.

    It takes entities as text (there are none, without a DOCTYPE): with a schema and without that, lxml does not
    notice when a document is no XML. Parser and tree hold each other, which a next, small document ends; that is
    for the thread that fed the parser, in another libxml2 frees what is not its own.
    """

    def __init__(self, kind: Kind) -> None:
        how = SAFE | {"resolve_entities": True}
        self._parser = etree.XMLPullParser(["start"], tag=kind.root, schema=kind.schema, **how)
        self._root: etree._Element | None = None
        self.errors = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for rest in (b"", b"<x/>"):
            with suppress(etree.XMLSyntaxError):
                self._parser.feed(rest)
                self._parser.close()

    def feed(self, data: bytes) -> list[etree._LogEntry]:
        """Read on; the errors that come to light. Raises XMLSyntaxError when it is no XML."""
        self._parser.feed(data)
        for _, xml in self._parser.read_events():
            self._root = cast("etree._Element", xml) if self._root is None else self._root
        log = self._parser.feed_error_log
        new = [*log][self.errors :] if len(log) > self.errors else []
        self.errors += len(new)
        return new

    def close(self) -> etree._Element:
        """The whole tree. Raises XMLSyntaxError when it is no XML or not valid."""
        return self._parser.close()

    def longest(self) -> int:
        """The length of the longest text at the point that was reached."""
        return max((len(part) for xml in self._newest() for part in (xml.text, xml.tail) if part), default=0)

    def place(self, error: etree._LogEntry, opening: bool) -> etree._Element:
        """The element of an error at the last tag: around that the innermost with the name in the message."""
        around = list(self._newest())
        if opening and error.type_name in _OF_PARENT:
            around.pop()
        name = error.message.split("'", 2)[1]
        return next((xml for xml in reversed(around) if xml.tag == name), around[-1])

    def _newest(self) -> Iterator[etree._Element]:
        xml = self._root
        while xml is not None:
            yield xml
            xml = next(xml.iterchildren(reversed=True), None)


def reread(reader: Reader, data: bytes, bad: list[int]) -> Iterator[Located]:
    """The errors of the chunks that have some, in order; there every tag is read by itself, to see whose they are."""
    for start in range(0, bad[-1] + 1, CHUNK):
        chunk = data[start : start + CHUNK]
        for piece in re.split(b"(?<=>)", chunk) if start in bad else [chunk]:
            opening = piece.rpartition(b"<")[2][:1] not in b"/?!"
            for error in reader.feed(piece):
                yield reader.place(error, opening), error
