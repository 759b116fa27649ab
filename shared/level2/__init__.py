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
from shared.level2.checking import check

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
