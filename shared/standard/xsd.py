"""Level 1: the XSD of each message, generated from the catalogue, and what it says of a message."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from shared.standard.catalogue import (
    RELEASE,
    XSD_VERSIE,
    Element,
    MessageType,
    base_namespace,
    composites,
    messages,
    simple_types,
)

_XS = "http://www.w3.org/2001/XMLSchema"


def _xs(parent: etree._Element, kind: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_XS}}}{kind}", attributes)


def _schema(standaard: str, bericht: str, target: str, spaces: dict[str, str]) -> etree._Element:
    schema = etree.Element(
        f"{{{_XS}}}schema",
        {"targetNamespace": target, "elementFormDefault": "qualified"},
        nsmap={"xs": _XS, **spaces},
    )
    if bericht != "basisschema":
        base = base_namespace(standaard)
        _xs(schema, "import", namespace=base, schemaLocation="basisschema.xsd")
    info = _xs(_xs(schema, "annotation"), "appinfo")
    facts = {
        "standaard": standaard,
        "bericht": bericht,
        "release": RELEASE,
        "BasisschemaXsdVersie": XSD_VERSIE,
    }
    if bericht != "basisschema":
        facts["BerichtXsdVersie"] = XSD_VERSIE
    for name, value in facts.items():
        etree.SubElement(info, f"{{{base_namespace(standaard)}}}{name}").text = value
    return schema


def _restriction(parent: etree._Element, base: str, facets: Iterable[tuple[str, str]]) -> None:
    restriction = _xs(parent, "restriction", base=base)
    for name, value in facets:
        _xs(restriction, name, value=value)


def basisschema(standaard: str) -> etree._Element:
    """The schema with every simple and composite type of a standard."""
    space = base_namespace(standaard)
    schema = _schema(standaard, "basisschema", space, {standaard: space})
    for name, elements in composites(standaard).items():
        sequence = _xs(_xs(schema, "complexType", name=name), "sequence")
        for element in elements:
            _element(sequence, element, standaard)
    for kind in simple_types(standaard).values():
        enumeration = (("enumeration", value) for value in kind.enumeration)
        simple = _xs(schema, "simpleType", name=kind.name)
        _restriction(simple, f"xs:{kind.base}", [*kind.facets, *enumeration])
    return schema


def _element(sequence: etree._Element, element: Element, prefix: str) -> None:
    attributes = {"name": element.name}
    if element.min != 1:
        attributes["minOccurs"] = str(element.min)
    if element.max is None:
        attributes["maxOccurs"] = "unbounded"
    if element.pattern:
        simple = _xs(_xs(sequence, "element", **attributes), "simpleType")
        _restriction(simple, f"{prefix}:{element.type}", [("pattern", element.pattern)])
    else:
        _xs(sequence, "element", **attributes, type=f"{prefix}:{element.type}")


def message_schema(message: MessageType) -> etree._Element:
    """The schema of one message; it imports `basisschema.xsd` from beside it."""
    spaces = {message.standaard: base_namespace(message.standaard), message.prefix: message.namespace}
    schema = _schema(message.standaard, message.prefix, message.namespace, spaces)
    _xs(schema, "element", name="Bericht", type=f"{message.prefix}:Root")
    for kind in message.classes.values():
        sequence = _xs(_xs(schema, "complexType", name=kind.name), "sequence")
        for element in kind.elements:
            own = element.type in message.classes
            _element(sequence, element, message.prefix if own else message.standaard)
    return schema


def write(folder: Path) -> list[Path]:
    """Write every schema below `folder`, one subfolder per standard and release; the paths written."""
    written = []
    for standaard in ("ijw", "iwmo"):
        place = folder / f"{standaard}-{RELEASE}"
        place.mkdir(parents=True, exist_ok=True)
        schemas = {"basisschema": basisschema(standaard)} | {
            message.prefix: message_schema(message) for message in messages().values() if message.standaard == standaard
        }
        for name, schema in schemas.items():
            written.append(place / f"{name}.xsd")
            etree.indent(schema, "\t")
            written[-1].write_bytes(etree.tostring(schema, encoding="UTF-8", xml_declaration=True))
    return written


class _Basisschema(etree.Resolver):
    def __init__(self, standaard: str) -> None:
        self.text = etree.tostring(basisschema(standaard))

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        return self.resolve_string(self.text, context, base_url=None)


@cache
def compiled(name: str) -> etree.XMLSchema:
    """The compiled schema of a message, by its name."""
    message = messages()[name]
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Basisschema(message.standaard))
    return etree.XMLSchema(etree.fromstring(etree.tostring(message_schema(message)), parser))
