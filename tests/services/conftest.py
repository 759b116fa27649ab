"""What tests of signing in share; the provider comes with tests/conftest.py, as there can be one in a process."""

from tests.tokens import watch

__all__ = ["watch"]
