"""Every operation of the three services, a file per subject.

What is new must be added: its right, its side, its id, its body.
"""

from collections.abc import Mapping

from tests.trust.operation import Key, Operation
from tests.trust.operations import basis, inkoop

OPERATIONS: Mapping[Key, Operation] = {**basis.OPERATIONS, **inkoop.OPERATIONS}
