"""The numbers that identify citizens, providers and municipalities; each with `compact` and `is_valid` forms.

>>> is_valid_bsn("999900006"), is_valid_bsn("999900007"), is_valid_bsn("000000000"), is_valid_bsn("950002")
(True, False, False, False)
>>> is_valid_agb("65656055"), is_valid_agb("6565605")
(True, False)
>>> is_valid_gemeentecode("0193"), is_valid_gemeentecode("193")
(True, False)
"""

import re

from stdnum.nl import bsn as _bsn

_NINE = re.compile("[0-9]{9}")


def is_valid_bsn(value: str) -> bool:
    """A citizen service number: nine digits that pass the elfproef, and not all zeros (CS002)."""
    return _NINE.fullmatch(value) is not None and value != "000000000" and _bsn.checksum(value) == 0


def mask_bsn(value: str) -> str:
    """A BSN for the eyes of somebody who needs no more than a hint: the last three digits."""
    return "******" + value[-3:]


def is_valid_agb(value: str) -> bool:
    """An AGB code of a provider: eight digits; the register itself is not consulted."""
    return re.fullmatch(r"[0-9]{8}", value) is not None


def is_valid_gemeentecode(value: str) -> bool:
    """A CBS code of a municipality: four digits; whether it exists is for the codelist to say."""
    return re.fullmatch(r"[0-9]{4}", value) is not None
