"""The rules of messaging: the Header of every message (levels 3 and 4)."""

from services.messaging.rules import header

__all__ = ["header"]
