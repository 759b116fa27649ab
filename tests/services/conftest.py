"""What tests of signing in and of billing share; the provider comes with tests/conftest.py: one in a process."""

from tests.services.claims import hours
from tests.tokens import watch

__all__ = ["hours", "watch"]
