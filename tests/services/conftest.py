"""What tests of signing in share; imported here once, as there can be one provider in a process."""

from tests.provider import openid
from tests.tokens import watch

__all__ = ["openid", "watch"]
