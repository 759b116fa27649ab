"""The rules of allocation: levels 3 and 4 of 301, 305, 307, 315, 317 and 319."""

from services.allocation.rules import antwoord, correctie, regie, stop, toewijzing, verzoek, wijziging
from shared.levels34 import client, gemeente, productcode

__all__ = [
    "antwoord",
    "client",
    "correctie",
    "gemeente",
    "productcode",
    "regie",
    "stop",
    "toewijzing",
    "verzoek",
    "wijziging",
]
