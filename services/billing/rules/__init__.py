"""The rules of billing: levels 3 and 4 of 323 and 325, in the order in which they run: credits first (OP366)."""

from services.billing.rules import credit, toewijzing, volume, tarief, dubbel  # isort: skip

__all__ = ["credit", "dubbel", "tarief", "toewijzing", "volume"]
