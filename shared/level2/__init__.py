"""Level 2: every rule inside a message (TR, CD, CS), one function per code, by subject. See ADR 0003.

Importing this package registers them; `check` runs those of a message.
"""

from shared.level2 import (
    algemeen,
    antwoord,
    client,
    contact,
    declaratie,
    product,
    regie,
    stapeling,
    verzoek,
)
from shared.rules import Finding, check_nodes
from shared.standard.codec import uncollected
from shared.standard.document import Document

__all__ = [
    "algemeen",
    "antwoord",
    "check",
    "client",
    "contact",
    "declaratie",
    "product",
    "regie",
    "stapeling",
    "verzoek",
]


def check(document: Document) -> list[Finding]:
    """Everything that level 2 finds in a message that is valid at level 1."""
    with uncollected():
        return check_nodes(document)
