"""The chain for the tests of flows."""

from tests.chain import chain as chain
from tests.chain import services as services
