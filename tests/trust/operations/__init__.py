"""Every operation of the three services, a file per subject.

What is new must be added: its right, its side, its id, its body.
"""

from collections.abc import Mapping

from tests.trust.operation import Key, Operation
from tests.trust.operations import (
    basis,
    betalen,
    inkoop,
    levensloop,
    leveringen,
    lokaal,
    sturing,
    termijnen,
    toewijzen,
    verzoeken,
)

OPERATIONS: Mapping[Key, Operation] = {
    **basis.OPERATIONS,
    **inkoop.OPERATIONS,
    **betalen.OPERATIONS,
    **levensloop.OPERATIONS,
    **leveringen.OPERATIONS,
    **lokaal.OPERATIONS,
    **toewijzen.OPERATIONS,
    **verzoeken.OPERATIONS,
    **termijnen.OPERATIONS,
    **sturing.OPERATIONS,
}
