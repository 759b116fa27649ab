"""Requests that are no HTTP, or HTTP that two readers may read in two ways: whole, as bytes, for a socket."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.standard.edges import full

GOOD = full("JW301")


@dataclass(frozen=True, slots=True)
class Shape:
    """Bytes to send, how many answers there may be at most, and which they may be (none is always allowed)."""

    what: str
    data: bytes
    most: int = 1
    allowed: range = range(400, 500)


def _request(key: str, body: bytes, *headers: str, line: str = "POST /v1/controles HTTP/1.1") -> bytes:
    kind = [] if any(header.lower().startswith("content-type") for header in headers) else ["Content-Type: text/xml"]
    head = [line, "Host: x", f"Authorization: Bearer {key}", *kind, *headers, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


def _chunked(body: bytes, size: int = 100) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def shapes(key: str) -> Iterator[Shape]:
    """All of them, for a caller with this key."""
    yield from _good(key)
    yield from _lengths(key)
    yield from _smuggled(key)
    yield from _heads(key)
    yield from _packed(key)
    yield from _kinds(key)


def _good(key: str) -> Iterator[Shape]:
    ok, length = range(200, 201), f"Content-Length: {len(GOOD)}"
    yield Shape("as it should be", _request(key, GOOD, length), allowed=ok)
    yield Shape("the same length twice", _request(key, GOOD, length, length), allowed=range(200, 500))
    for size in (1, 7, 4096):
        shape = _request(key, _chunked(GOOD, size), "Transfer-Encoding: chunked")
        yield Shape(f"chunks of {size}", shape, allowed=ok)
    yield Shape("chunk extensions", _request(key, b"5;a=b\r\n<x/> \r\n0\r\n\r\n", "Transfer-Encoding: chunked"), 1, ok)
    trailer = b"0\r\nX-Trailer: 999900006\r\n\r\n"
    yield Shape("trailers", _request(key, b"4\r\n<x/>\r\n" + trailer, "Transfer-Encoding: chunked"), 1, ok)
    yield Shape("two in a row", _request(key, GOOD, length) * 2, 2, ok)


def _lengths(key: str) -> Iterator[Shape]:
    size = len(GOOD)
    for name, value in {
        "negative": "-1",
        "with a plus": f"+{size}",
        "hexadecimal": "0x10",
        "empty": "",
        "words": "veel",
        "float": "1.5",
        "huge": "9" * 30,
        "larger than allowed": str(30 * 2**20),
        "two in one": f"{size}, {size + 1}",
        "Arabic": "\u0661".encode().decode("latin-1"),
        "with a NUL": "5\0",
        "underscores": "1_0",
        "very long": "1" * 9000,
    }.items():
        yield Shape(f"a length that is {name}", _request(key, GOOD, f"Content-Length: {value}"))
    yield Shape("too long a length", _request(key, GOOD, f"Content-Length: {size + 10}"))
    short = _request(key, GOOD, f"Content-Length: {size - 10}")
    yield Shape("too short a length", short, 2, range(200, 500))
    two = _request(key, GOOD, f"Content-Length: {size}", "Content-Length: 0")
    yield Shape("two lengths", two)
    yield Shape("no length", _request(key, GOOD), 2, range(200, 500))
    for chunk in (
        b"zz\r\n",
        b"-1\r\n",
        b"FFFFFFFFFFFFFFFFF\r\nx",
        b"5\r\n<x/>",
        b"\r\n",
        b"5\n<x/>\n0\n\n",
        b"1" * 9000,
    ):
        broken = _request(key, chunk, "Transfer-Encoding: chunked")
        yield Shape(f"a broken chunk {chunk[:8]!r}", broken, 1, range(400, 500))


def _smuggled(key: str) -> Iterator[Shape]:
    inner = _request(key, b"", line="GET /v1/berichten HTTP/1.1")
    both = ("Content-Length: {}", "Transfer-Encoding: {}")
    for word in (
        "chunked",
        "Chunked",
        "chunked ",
        "\tchunked",
        "identity",
        "gzip, chunked",
        "xchunked",
        "chunked, x",
        "",
    ):
        length, coding = both[0].format(5 + len(inner)), both[1].format(word)
        yield Shape(f"CL.TE {word!r}", _request(key, b"0\r\n\r\n" + inner, length, coding))
        yield Shape(
            f"TE.CL {word!r}",
            _request(key, b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner), coding, "Content-Length: 4"),
        )
    twice = ("Transfer-Encoding: chunked", "Transfer-Encoding: x")
    yield Shape("TE.TE", _request(key, b"0\r\n\r\n" + inner, *twice))
    for header in (
        "Transfer-Encoding : chunked",
        " Transfer-Encoding: chunked",
        "Transfer-Encoding\n: chunked",
        "X: y\nTransfer-Encoding: chunked",
        "X: y\rTransfer-Encoding: chunked",
        "X: y\0",
    ):
        yield Shape(
            f"a header {header[:12]!r}",
            _request(key, b"0\r\n\r\n" + inner, "Content-Length: 5", header),
            2,
            range(200, 500),
        )


def _heads(key: str) -> Iterator[Shape]:
    lines = [
        "GET /health/live HTTP/1.1 x",
        "GET  /health/live HTTP/1.1",
        "GET /health/live",
        "GET /health/live HTTP/9.9",
        "GET /health/live HTTP/0.9",
        "get /health/live HTTP/1.1",
        "G\x00T / HTTP/1.1",
        "GET \x00 HTTP/1.1",
        "GET /\xff HTTP/1.1",
        "GET http://127.0.0.1:1/ HTTP/1.1",
        "GET //evil/x HTTP/1.1",
        "GET /../../etc/passwd HTTP/1.1",
        "GET * HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "CONNECT 127.0.0.1:22 HTTP/1.1",
        "TRACE / HTTP/1.1",
        "PRI * HTTP/2.0",
        "FOO /v1/berichten HTTP/1.1",
        f"GET /{'a' * 70_000} HTTP/1.1",
        f"{'A' * 70_000} / HTTP/1.1",
        "GET /v1/berichten/999900006 HTTP/1.1",
        "\x16\x03\x01\x02\x00",
        "GET /v1/berichten?%zz&a=%00&limit=%ff HTTP/1.1",
        "GET /v1/%2e%2e%2f%2e%2e/x HTTP/1.1",
        "GET /v1/berichten;x=1 HTTP/1.1",
        "GET /v1/docs/../berichten HTTP/1.1",
        "HEAD /v1/berichten HTTP/1.1",
        "PUT /v1/berichten HTTP/1.1",
        "",
    ]
    for line in lines:
        yield Shape(f"a line {line[:30]!r}", _request(key, b"", line=line), 1, range(200, 500))
    headers = {
        "a large header": "X: " + "a" * 60_000,
        "a header of 1 MB": "X: " + "a" * 2**20,
        "an empty name": ": x",
        "no colon": "nonsense",
        "a folded header": "X: a\r\n b",
        "latin-1": "X: \xe9\xff",
        "an upgrade": "Connection: upgrade\r\nUpgrade: websocket",
        "h2c": "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk",
        "a second Host": "Host: y",
        "an expectation": "Expect: 100-continue",
        "another expectation": "Expect: wonders",
        "close and keep": "Connection: close, keep-alive",
        "two keys": "Authorization: Bearer zk_x",
        "a range": "Range: bytes=0-1,5-,-99999999999999999999",
    }
    get = "GET /v1/berichten HTTP/1.1"
    for what, header in headers.items():
        yield Shape(what, _request(key, b"", header, line=get), 1, range(200, 500))
    many = [f"X-{number}: y" for number in range(20_000)]
    yield Shape("20,000 headers", _request(key, b"", *many, line=get))
    for host in ("[", "[::1", "x:99999999", "x:y", "\xff", "a b", "", "x/../y", "x?y#z", "999900006", "@", "http://["):
        data = _request(key, b"", line="GET /v1/berichten?limit=1 HTTP/1.1").replace(
            b"Host: x", b"Host: " + host.encode("latin-1")
        )
        yield Shape(f"the host {host!r}", data, 1, range(200, 500))
        yield Shape(f"the host {host!r}, not found", data.replace(b"/v1/berichten", b"/nowhere"), 1, range(400, 500))
    no_host = _request(key, b"", line=get).replace(b"Host: x\r\n", b"")
    yield Shape("no host", no_host, 1, range(400, 500))


def _packed(key: str) -> Iterator[Shape]:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("../../bericht.xml", GOOD)
        archived = file.getvalue()
    bomb = gzip.compress(bytes(50 * 2**20))
    packed = {
        "gzip": gzip.compress(GOOD),
        "deflate": zlib.compress(GOOD),
        "br": b"\x8b\x02\x80<x/>\x03",
        "zstd": b"(\xb5/\xfd<x/>",
        "gzip, gzip": gzip.compress(gzip.compress(GOOD)),
        "x": GOOD,
        "identity": GOOD,
    }
    for coding, body in {**packed, "gzip ": bomb, "compress": archived}.items():
        allowed = range(200, 500) if body == GOOD else range(200, 423)
        for line in ("POST /v1/controles HTTP/1.1", "POST /v1/berichten HTTP/1.1"):
            head = (f"Content-Encoding: {coding}", f"Content-Length: {len(body)}")
            yield Shape(f"packed as {coding}", _request(key, body, *head, line=line), 1, allowed)
    for kind in ("application/zip", "application/gzip", "application/x-7z-compressed"):
        yield Shape(
            kind,
            _request(key, archived, f"Content-Type: {kind}", f"Content-Length: {len(archived)}"),
            1,
            range(415, 416),
        )


def _kinds(key: str) -> Iterator[Shape]:
    good = {
        "application/xml",
        "text/xml",
        "TEXT/XML",
        "application/xml; charset=utf-8",
        "text/xml;charset=utf-16",
        " text/xml ;x",
    }
    for kind in [
        *sorted(good),
        "",
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/xml, text/html",
        "application/x-www-form-urlencoded",
        "application/soap+xml",
        "xml",
        ";",
        "/",
        "*/*",
        "text/xml\xff",
        "a" * 9000,
        "\x80",
    ]:
        for line in ("POST /v1/controles HTTP/1.1", "POST /v1/berichten HTTP/1.1"):
            data = _request(key, GOOD, f"Content-Type: {kind}", f"Content-Length: {len(GOOD)}", line=line)
            yield Shape(f"the kind {kind[:20]!r}", data, 1, range(200, 410) if kind in good else range(415, 416))
