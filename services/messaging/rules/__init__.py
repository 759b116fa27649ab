"""The rules of messaging: the Header of every message, and the 325 (levels 3 and 4)."""

from services.messaging.rules import antwoord, header
from shared.levels34 import client, gemeente

__all__ = ["antwoord", "client", "gemeente", "header"]
