"""What tests of flows share."""

from tests.flows.elsewhere import elders
from tests.services.claims import hours

__all__ = ["elders", "hours"]
