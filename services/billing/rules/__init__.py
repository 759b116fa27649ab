"""The rules of billing: levels 3 and 4 of 323 and 325, in the order in which they run: credits first (OP366).

What can refuse a credit stands before `dubbel`, and what can refuse any line before `totaal`.
"""

from shared.levels34 import client, gemeente, productcode  # isort: skip
from services.billing.rules import credit, nummer, periode, geldigheid, toewijzing, volume  # isort: skip
from services.billing.rules import tarief, dubbel, totaal  # isort: skip

__all__ = [
    "client",
    "credit",
    "dubbel",
    "geldigheid",
    "gemeente",
    "nummer",
    "periode",
    "productcode",
    "tarief",
    "toewijzing",
    "totaal",
    "volume",
]
