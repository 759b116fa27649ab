"""The XSDs that we generate say what the official ones say, class by class and type by type."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from shared.standard.catalogue import MessageType, messages
from shared.standard.codec import encode
from shared.standard.xsd import basisschema, message_schema
from tests.builders import message

XSD = Path(__file__).parents[3] / "shared" / "istandaarden" / "xsd"
XS = "{http://www.w3.org/2001/XMLSchema}"
UNPUBLISHED = {"WMO302", "WMO306", "WMO308", "WMO316", "WMO318", "WMO320", "WMO325"}
PUBLISHED = [kind for kind in messages().values() if kind.name not in UNPUBLISHED]

pytestmark = pytest.mark.skipif(not XSD.is_dir(), reason="de officiële XSD's staan niet in ../shared/istandaarden/xsd")

Shape = tuple[str, tuple[tuple[str, str], ...], tuple[Any, ...]]


def official(standaard: str, name: str) -> Path:
    return XSD / f"{standaard}-3.2" / f"{name}.xsd"


def shape(xml: etree._Element) -> Shape:
    """A part of a schema as it binds: without annotations and defaults, names by their namespace.

    The order of elements stays, that of facets and enumerations does not matter.
    """
    attributes = {key: resolved(xml, value) if key in {"type", "base"} else value for key, value in xml.attrib.items()}
    kept = sorted((key, value) for key, value in attributes.items() if (key[3:], value) != ("Occurs", "1"))
    below = [shape(child) for child in xml if child.tag not in {f"{XS}annotation", etree.Comment}]
    if xml.tag == f"{XS}restriction":
        below.sort()
    return etree.QName(xml).localname, tuple(kept), tuple(below)


def resolved(xml: etree._Element, name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{xml.nsmap[prefix or None]}}}{local}"


def named(schema: etree._Element) -> dict[str, Shape]:
    """Everything at the top of a schema by kind and name; imports by their namespace."""
    return {
        f"{etree.QName(part).localname} {part.get('name') or part.get('namespace')}": shape(part)
        for part in schema
        if part.tag != f"{XS}annotation"
    }


def assert_same(ours: etree._Element, theirs: etree._Element) -> None:
    assert dict(ours.attrib) == dict(theirs.attrib)  # targetNamespace, elementFormDefault and nothing else
    mine, published = named(ours), named(theirs)
    assert mine.keys() == published.keys()
    for name, expected in published.items():
        assert mine[name] == expected, name


@pytest.mark.parametrize("kind", PUBLISHED, ids=lambda kind: kind.name)
def test_every_class_of_a_message_is_as_published(kind: MessageType) -> None:
    theirs = etree.parse(official(kind.standaard, kind.prefix)).getroot()
    assert_same(message_schema(kind), theirs)
    assert {f"complexType {name}" for name in kind.classes} | {"element Bericht"} < named(theirs).keys()


@pytest.mark.parametrize("standaard", ["ijw", "iwmo"])
def test_every_type_of_the_basisschema_is_as_published(standaard: str) -> None:
    assert_same(basisschema(standaard), etree.parse(official(standaard, "basisschema")).getroot())


@pytest.mark.parametrize("kind", PUBLISHED, ids=lambda kind: kind.name)
def test_the_published_xsd_accepts_our_example(kind: MessageType) -> None:
    schema = etree.XMLSchema(etree.parse(official(kind.standaard, kind.prefix)))
    assert schema.validate(etree.fromstring(encode(message(kind.name)))), schema.error_log


def test_only_seven_return_messages_of_iwmo_have_no_published_xsd() -> None:
    files = {path.stem.upper() for path in XSD.glob("*/*.xsd")} - {"BASISSCHEMA"}
    assert set(messages()) - files == UNPUBLISHED
    assert files < set(messages())
