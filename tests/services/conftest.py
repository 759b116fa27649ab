"""What these tests share by name; the provider of signing in comes with tests/conftest.py: one in a process."""

from tests.services.betalen import approved, office
from tests.services.claims import hours
from tests.services.cli import bare, files, run
from tests.tokens import watch

__all__ = ["approved", "bare", "files", "hours", "office", "run", "watch"]
