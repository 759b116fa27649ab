"""What an operation of the services asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Key = tuple[str, str, str]
"""Service, method and path."""
OPENBAAR = ("lijst", "soort")
"""Names that are the same for everybody."""
EIGEN, VREEMD, AFWEZIG = "eigen", "van een ander", "afwezig"


@dataclass(frozen=True)
class Operation:
    """What an operation asks for: the right ("" for a service), which side may, and what its id is of.

    `gives` are the statuses for an own object, and for one that is another's or not there; `body` is what its body
    holds beside what the OpenAPI says.
    """

    recht: str
    wie: str = "beide"
    object: str = ""
    gives: tuple[int, int] = (200, 404)
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def objects(self) -> tuple[str, ...]:
        """Which objects it can be asked for."""
        if not self.object:
            return (EIGEN,)
        return (EIGEN, AFWEZIG) if self.object in OPENBAAR else (EIGEN, VREEMD, AFWEZIG)
