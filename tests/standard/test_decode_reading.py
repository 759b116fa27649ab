"""A message that was stored is decoded while it is read, client by client, to what its whole tree would give."""

from typing import Any

import pytest

from shared.standard.catalogue import message_of, messages
from shared.standard.codec import decode, encode
from shared.standard.document import Document, build
from shared.standard.kinds import decode_trusted, parse_trusted
from shared.standard.node import Node
from tests.builders import example, message

CLIENTS = 200


def places(document: Document) -> list[tuple[Any, ...]]:
    """Every node with its number, its line, what it says and which node is above it."""
    return [
        (node.name, node.volgnummer, node.line, node.values, node.retourcodes, above(node)) for node in document.nodes()
    ]


def above(node: Node) -> tuple[str, int] | None:
    return (node.parent.name, node.parent.volgnummer) if node.parent else None


@pytest.mark.parametrize("name", sorted(messages()))
def test_every_message_becomes_the_same_document(name: str) -> None:
    data = encode(message(name))
    assert places(decode_trusted(messages()[name], data)) == places(decode(messages()[name], parse_trusted(data)))


def many_clients() -> bytes:
    """A declaratie of more than one piece of what is read at a time."""
    tree: dict[str, Any] = example("JW323")
    declaratie = tree["Declaratie"][0]
    several = {**declaratie, "Client": declaratie["Client"][:1] * CLIENTS}
    return encode(build(message_of("ijw", "323"), {**tree, "Header": tree["Header"][0], "Declaratie": several}))


def test_clients_are_numbered_through_and_stand_below_their_declaratie() -> None:
    kind, data = message_of("ijw", "323"), many_clients()
    found = decode_trusted(kind, data)
    assert places(found) == places(decode(kind, parse_trusted(data)))
    assert [client.volgnummer for client in found.root.all("Client")] == list(range(1, CLIENTS + 1))
    assert {above(client) for client in found.root.all("Client")} == {("Declaratie", 1)}


def test_lines_that_are_left_out_keep_their_numbers() -> None:
    kind, data = message_of("ijw", "323"), many_clients()

    def every_second(client: Node, _: range) -> bool:
        return client.volgnummer % 2 == 0

    found = decode_trusted(kind, data, every_second)
    assert places(found) == places(decode(kind, parse_trusted(data), every_second))
    assert len(list(found.root.all("Prestatie"))) * 2 == len(list(decode_trusted(kind, data).root.all("Prestatie")))
