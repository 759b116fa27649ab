"""Result areas (model B): which there are, and which value of an axis follows from how many are worked on."""

from collections.abc import Mapping, Sequence

from services.allocation.inkoop.models import Gebieden
from shared.errors import Fault


def cell_fits(model: Gebieden | None, assen: Mapping[str, str], gebieden: Sequence[str]) -> list[Fault]:
    """What is wrong with the result areas of a cell; nothing when its table (`model`) tells of none.

    >>> told = Gebieden(op_as="aantal", waarden={"1-2": [1, 2], "3": [3]}, toegestaan=["a", "b", "c"])
    >>> cell_fits(told, {"aantal": "1-2"}, ["a", "b"])
    []
    >>> [fault.code for fault in cell_fits(told, {"aantal": "3"}, ["a", "x"])]
    ['GEBIED', 'GEBIEDEN']
    """
    if model is None:
        return []
    faults = []
    for place, name in enumerate(gebieden):
        if name not in model.toegestaan:
            text = f"Dit resultaatgebied is er niet. Kies uit: {', '.join(model.toegestaan)}."
            faults.append(Fault("GEBIED", f"/resultaatgebieden/{place}", text))
        elif name in gebieden[:place]:
            text = "Dit resultaatgebied staat er al. Noem het één keer."
            faults.append(Fault("GEBIED", f"/resultaatgebieden/{place}", text))
    wanted = model.waarden.get(assen.get(model.op_as, ""), [])
    if len(set(gebieden)) not in wanted:
        counts = " of ".join(map(str, wanted))
        text = f"Bij dit vakje horen {counts} resultaatgebieden. Noem er zoveel, of kies een andere {model.op_as}."
        faults.append(Fault("GEBIEDEN", "/resultaatgebieden", text))
    return faults
