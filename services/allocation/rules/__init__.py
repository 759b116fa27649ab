"""The rules of allocation: levels 3 and 4 of 301, 305, 307, 315, 317 and 319."""

from services.allocation.rules import regie

__all__ = ["regie"]
