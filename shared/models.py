"""API models made from the catalogue: a class of the standard as strict JSON, its limits those of the XSD.

Elements keep their nesting and their names, in snake case, so that what comes in is the tree of a message.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from shared.contracts import CARRIED, Bsn, Datum, Model
from shared.standard.catalogue import Element, MessageType, SimpleType, composites, messages, simple_types, snake
from shared.standard.faults import describe


@cache
def model_of(message: str, name: str, without: tuple[str, ...] = ()) -> type[BaseModel]:
    """The model of a class of a message, leaving out the elements in `without`."""
    kind = messages()[message]
    elements = [element for element in kind.classes[name].elements if element.name not in without]
    return _model(f"{name}", kind, elements)


def _model(name: str, message: MessageType, elements: Iterable[Element]) -> type[BaseModel]:
    fields = {snake(element.name): _field(message, element) for element in elements}
    return create_model(name, __base__=Model, __doc__=f"{name} zoals in de standaard.", **fields)  # type: ignore[call-overload,no-any-return]


def _field(message: MessageType, element: Element) -> tuple[Any, Any]:
    kind = message.classes.get(element.type)
    if kind is not None and kind.container:
        inner = model_of(message.name, kind.elements[0].type)
        limits: dict[str, Any] = {"min_length": 1} if element.min else {"default_factory": list}
        return list[inner], Field(description=element.name, **limits)  # type: ignore[valid-type]
    if kind is not None:
        typed: Any = model_of(message.name, kind.name)
        description = element.name
    elif element.type.startswith("CDT_"):
        typed = _model(element.type.removeprefix("CDT_"), message, composites(message.standaard)[element.type])
        description = element.name
    else:
        simple = simple_types(message.standaard)[element.type]
        typed, description = _leaf(simple), f"{element.name}: {describe(simple)}"
    if element.min == 0:
        return typed | None, Field(default=None, description=description)
    return typed, Field(description=description)


def _leaf(kind: SimpleType) -> Any:
    if kind.name == "LDT_BurgerServicenummer":
        return Bsn
    if kind.base == "date":
        return Datum
    facets = dict(kind.facets)
    if kind.base == "integer":
        return Annotated[int, Field(ge=int(facets["minInclusive"]), le=int(facets["maxInclusive"]))]
    pattern = "|".join(kind.enumeration) or facets.get("pattern")
    limits = {"min_length": facets.get("minLength"), "max_length": facets.get("maxLength")}
    sizes: dict[str, Any] = {name: int(value) for name, value in limits.items() if value is not None}
    return Annotated[str, Field(pattern=f"^(?:{pattern})$" if pattern else None, **sizes), CARRIED]


def to_tree(message: MessageType, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The tree that `document.build` takes, from the dumped model of a class."""
    tree: dict[str, Any] = {}
    for element in message.classes[name].elements:
        value = data.get(snake(element.name))
        kind = message.classes.get(element.type)
        if value is None:
            continue
        if kind is None:
            tree.update(_flat(snake(element.name), value))
        elif kind.container:
            inner = kind.elements[0].type
            tree[inner] = [to_tree(message, inner, item) for item in value]
        else:
            tree[kind.name] = to_tree(message, kind.name, value)
    return tree


def _flat(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {name: value}
    return {key: leaf for part, below in value.items() for key, leaf in _flat(f"{name}_{part}", below).items()}
