"""What a user reads of input of the wrong form: Dutch, with what to write instead, and nothing of the machinery."""

import re
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.allocation.inkoop.models import Arrangementmodel, Contract, Tarief
from shared.invalid import faults_of

CONTRACT = {"nummer": "C1", "standaard": "iwmo", "begindatum": "2025-01-01"}
TARIEF = {"contract": "C1", "product_categorie": "02", "product_code": "02A03", "eenheid": "04"}
TARIEF |= {"begindatum": "2025-01-01", "tarief": "6150"}


def told(model: Any, values: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(model).validate_python(values, strict=False)
    [fault] = faults_of(refused.value.errors())
    return fault.melding


@pytest.mark.parametrize(
    ("model", "values", "says"),
    [
        (Tarief, TARIEF | {"tarief": "61,50"}, "6150 voor € 61,50"),
        (Tarief, TARIEF | {"begindatum": "1-1-2025"}, "jjjj-mm-dd"),
        (Tarief, TARIEF | {"begindatum": "3000-01-01"}, "hoogstens 2999-12-31"),
        (Tarief, TARIEF | {"product_categorie": "2"}, "met de nul vooraan: 02"),
        (Tarief, TARIEF | {"eenheid": "4"}, "01, 04, 14, 16, 82, 83 of 84"),
        (Tarief, TARIEF | {"tarief": "100000000"}, "hoogstens 99999999"),
        (Contract, CONTRACT | {"acceptatieplicht": "ja"}, "true (ja) of false (nee)"),
        (Contract, CONTRACT | {"standaard": "wmo"}, "ijw of iwmo"),
        (Contract, CONTRACT | {"nummer": "C/1"}, "letters, cijfers of . _ -"),
        (Contract, CONTRACT | {"iban": "x"}, "Laat het weg"),
        (Arrangementmodel, {"model": "m", "standaard": "ijw", "naam": "M", "assen": {"a": []}}, "minstens 1"),
        (Arrangementmodel, {"model": "m", "standaard": "ijw", "naam": "M", "assen": "a"}, "Geef velden"),
    ],
)
def test_it_says_what_to_write(model: Any, values: Any, says: str) -> None:
    text = told(model, values)
    assert says in text
    assert not re.search(r"datetime|field_type|\[0-9|[\^$\\]|None", text), text
