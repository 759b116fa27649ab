"""Lines read as text: in their plain form what a tree of elements gives, and nothing in any other form."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest

from shared.standard import lines
from shared.standard.catalogue import message_of, messages
from shared.standard.codec import decode, without_lines
from shared.standard.document import Document
from shared.standard.kinds import decode_around_trusted, decode_growing_trusted, decode_trusted, parse_trusted
from shared.standard.lines import decode_around, decode_lines
from tests.standard.test_decode_reading import CLIENTS, many_clients, places

DATA = many_clients()
KIND = message_of("ijw", "323")
Change = Callable[[bytes], bytes]
_NUMBER = b"<jw323:ToewijzingNummer>"


def last(old: bytes, new: bytes) -> Change:
    """The last of the lines with something else in it."""

    def change(data: bytes) -> bytes:
        head, found, tail = data.rpartition(old)
        assert found
        return head + new + tail

    return change


def prefixed(own: bytes, base: bytes) -> Change:
    """Other prefixes for both namespaces; none, for the default one."""

    def change(data: bytes) -> bytes:
        data = data.replace(b"xmlns:jw323=", b"xmlns:" + own + b"=" if own else b"xmlns=")
        data = data.replace(b"xmlns:ijw=", b"xmlns:" + base + b"=")
        data = re.sub(rb"(</?)jw323:", rb"\1" + (own + b":" if own else b""), data)
        return re.sub(rb"(</?)ijw:", rb"\1" + base + b":", data)

    return change


PLAIN: dict[str, Change] = {
    "as we write it": lambda data: data,
    "without white space": lambda data: re.sub(rb">\s+<", b"><", data),
    "with line feeds only": lambda data: data.replace(b"\r\n", b"\n"),
    "with more white space": lambda data: data.replace(b"\t<", b"\r\n \t <"),
    "with other prefixes": prefixed(b"a.b", b"c-d"),
    "with a default namespace": prefixed(b"", b"b"),
    "with a prefix of one letter": prefixed(b"x", b"y"),
}
OTHER: dict[str, Change] = {
    "a comment in a line": last(_NUMBER, b"<!-- x -->" + _NUMBER),
    "a comment with tags before it all": last(b"<jw323:Declaratie>", b"<!--<jw323:Prestaties>--><jw323:Declaratie>"),
    "CDATA": lambda data: re.sub(rb"(Bsn>)(\d+)<", rb"\1<![CDATA[\2]]><", data, count=1),
    "an instruction": last(_NUMBER, b"<?x <jw323:Prestatie> ?>" + _NUMBER),
    "a reference": lambda data: re.sub(rb"(ToewijzingNummer>)(\d)", lambda m: m[1] + b"&#%d;" % m[2][0], data, count=1),
    "a namespace in a line": last(_NUMBER, b'<jw323:ToewijzingNummer xmlns:z="z">'),
    "a prefix of its own": lambda data: last(b"</jw323:ToewijzingNummer>", b"</q:ToewijzingNummer>")(
        last(_NUMBER, b'<q:ToewijzingNummer xmlns:q="%s">' % KIND.namespace.encode())(data)
    ),
    "space in a tag": last(_NUMBER, b"<jw323:ToewijzingNummer >"),
    "space in the tag of a line": last(b"<jw323:Prestatie>", b"<jw323:Prestatie\n>"),
    "space in a closing tag": last(b"</jw323:Prestatie>", b"</jw323:Prestatie >"),
    "space in the tag around lines": last(b"<jw323:Prestaties>", b"<jw323:Prestaties >"),
    "space around a number": last(_NUMBER, _NUMBER + b" "),
    "space in the tag of a client": last(b"<jw323:Client>", b"<jw323:Client >"),
    "space in the tag of the first client": lambda data: data.replace(b"<jw323:Client>", b"<jw323:Client >", 1),
    "space in the last closing tag of a client": last(b"</jw323:Client>", b"</jw323:Client >"),
    "a comment between clients": last(b"</jw323:Client>", b"</jw323:Client><!-- </jw323:Client> -->"),
    "a comment after it all": last(b"</jw323:Declaratie>", b"</jw323:Declaratie><!-- </jw323:Client> -->"),
    "an instruction after the clients": last(b"</jw323:Clienten>", b"<?x </jw323:Client> ?></jw323:Clienten>"),
}


@pytest.mark.parametrize("unread", [None, without_lines, lambda client, _: client.volgnummer % 3 == 0])
@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_message_is_read_as_text(name: str, unread: object) -> None:
    data = PLAIN[name](DATA)
    found = decode_lines(KIND, data, parse_trusted, unread)  # type: ignore[arg-type]
    assert found is not None
    assert places(found) == places(decode(KIND, parse_trusted(data), unread))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", OTHER)
def test_any_other_form_is_left_to_the_tree(name: str) -> None:
    data = OTHER[name](DATA)
    assert data != DATA
    assert decode_lines(KIND, data, parse_trusted, None) is None
    assert places(decode_trusted(KIND, data)) == places(decode(KIND, parse_trusted(data)))


@pytest.mark.parametrize("name", OTHER)
def test_lines_that_are_left_out_do_not_change_what_is_read(name: str) -> None:
    data = OTHER[name](DATA)
    expected = places(decode(KIND, parse_trusted(data), without_lines))
    assert places(decode_trusted(KIND, data, without_lines)) == expected


@pytest.mark.parametrize("many", [2, CLIENTS + 1])
@pytest.mark.parametrize("name", [*PLAIN, *OTHER])
def test_a_document_grows_to_the_whole(name: str, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MANY", many)
    data = (PLAIN | OTHER)[name](DATA)
    first, *more = decode_growing_trusted(KIND, data)
    whole = decode(KIND, parse_trusted(data))
    assert places(first) == places(whole)
    parts = [[client.volgnummer for client in part.root.children] for part in more]
    began = CLIENTS - sum(map(len, parts))
    assert [number for part in parts for number in part] == list(range(began + 1, CLIENTS + 1))


def test_it_grows_in_steps_and_a_small_one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(list(decode_growing_trusted(KIND, DATA))) == 1
    monkeypatch.setattr(lines, "MANY", CLIENTS)
    sizes = [len(list(part.root.all("Client"))) for part in iter_parts(DATA)]
    assert sizes == [24, 40, 64, 72]


def iter_parts(data: bytes) -> Iterator[Document]:
    """Each part as it is when it comes."""
    for part in decode_growing_trusted(KIND, data):
        yield Document(part.type, deepcopy(part.root))


@pytest.mark.parametrize("name", [*PLAIN, *OTHER])
def test_what_is_around_the_clients_is_that_of_the_whole(name: str) -> None:
    data = (PLAIN | OTHER)[name](DATA)
    around, whole = decode_around_trusted(KIND, data), decode(KIND, parse_trusted(data))
    assert around.header == whole.header
    [declaratie], [known] = around.root.all("Declaratie"), whole.root.all("Declaratie")
    assert declaratie.values == known.values
    assert not any(client.children for client in declaratie.children), "where clients are read, it is without lines"


def test_of_a_plain_message_no_client_is_read() -> None:
    found = decode_around(KIND, DATA, parse_trusted)
    assert found is not None
    assert list(found.root.all("Client")) == []


def test_a_message_without_such_lines_is_left_to_the_tree() -> None:
    for name in ("JW301", "JW325", "WMO325"):
        assert decode_lines(messages()[name], DATA, parse_trusted, None) is None
