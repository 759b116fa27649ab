"""Every message that the catalogue allows survives encoding and decoding, to the letter.

The messages are drawn from the catalogue itself: optional parts present or absent, repetitions, and values
from the facets of each simple type, with whatever Unicode XML can carry.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from shared.errors import Refused
from shared.standard.catalogue import (
    XSD_VERSIE,
    ClassType,
    Element,
    Field,
    MessageType,
    SimpleType,
    base_namespace,
    composites,
    messages,
    simple_types,
)
from shared.standard.codec import encode
from shared.standard.document import Document, build, new_node, tree
from shared.standard.level1 import check
from shared.standard.node import Node
from tests.builders import message
from tests.standard.edges import full

NAMES = list(messages())
SAMPLES = Path(__file__).parents[3] / "shared" / "istandaarden" / "samples" / "ijw-3.2"
SPACE = " \t\r\n"
ILL = "".join(map(chr, range(32))) + "\ufffe\uffff"
ANY = st.characters(exclude_categories=["Cs"], exclude_characters="".join(set(ILL) - set(SPACE)))
ON_A_LINE = st.characters(exclude_categories=["Cs"], exclude_characters=ILL.replace("\t", ""))
TRICKY = st.sampled_from(
    [*"&<>\"' \t]", "]]>", "&amp;", "&#13;", "<!--", "-->", "<?x?>", "\u202e", "\ufeff", "\u0085", "𝄞"]
)
LETTERS = st.sampled_from("abcXYZÀỳé×Ÿ")


def texts(characters: st.SearchStrategy[str], longest: int) -> st.SearchStrategy[str]:
    """Texts of at most that many characters that are not all white space."""
    some = st.lists(st.one_of(characters, TRICKY), min_size=1, max_size=8).map("".join)
    lines = st.tuples(some, some).map("x".join).map(lambda text: text[:longest])
    exactly = characters.map(lambda character: (character * longest)[:200])
    return st.one_of(some.map(lambda text: text[:longest]), lines, exactly).filter(lambda text: text.strip(SPACE) != "")


def values(kind: SimpleType, pattern: str = "") -> st.SearchStrategy[str]:
    """Values that a simple type and the pattern of an element allow."""
    facets = dict(kind.facets)
    if pattern.isdecimal() or kind.enumeration:
        return st.sampled_from(list(kind.enumeration) or [pattern])
    if kind.base == "integer":
        numbers = st.integers(int(facets["minInclusive"]), int(facets["maxInclusive"])).map(str)
        return st.one_of(numbers, numbers.map(lambda number: "+00" + number), st.just("-0"))
    if kind.base == "date":
        return st.one_of(st.dates().map(str), st.sampled_from(["-0044-03-15", "12026-04-01", "2024-02-29"]))
    if kind.base == "time":
        return st.one_of(st.times().map(str), st.just("24:00:00"))
    return _strings(kind.name, pattern or facets.get("pattern", ""), int(facets.get("maxLength", 3000)))


def _strings(name: str, pattern: str, longest: int) -> st.SearchStrategy[str]:
    if pattern.startswith("[0-9]") or "a-zA-Z" in pattern:
        alphabet = {"[": "0123456789", "(": "abcXYZ"}[pattern[0]] + ("ÀỳéŸ" if name == "LDT_Voorletters" else "")
        exact = re.search(r"\{(\d)\}", pattern)
        return st.text(alphabet, min_size=int(exact[1]) if exact else 1, max_size=int(exact[1]) if exact else longest)
    if name == "LDT_Versie":
        return st.lists(st.integers(0, 10**20).map(str), min_size=3, max_size=3).map(".".join)
    one_line = pattern == r".*[^\s].*"
    return texts(ON_A_LINE if one_line else ANY, longest)


Path_ = tuple[str, ...]


def optional(message: MessageType, elements: Sequence[Element], above: Path_ = ()) -> Iterator[Path_]:
    """The paths of the elements of a class that may be left out, those inside composites included."""
    for element in elements:
        here = (*above, element.name)
        if element.min == 0:
            yield here
        yield from optional(message, composites(message.standaard).get(element.type, ()), here)


@st.composite
def documents(draw: st.DrawFn, name: str) -> Document:
    """A message that is valid at level 1."""
    kind = messages()[name]
    return Document(kind, _node(draw, kind, kind.classes["Root"], None, {}))


def _node(draw: st.DrawFn, kind: MessageType, own: ClassType, parent: Node | None, counts: dict[str, int]) -> Node:
    node = new_node(own, parent, counts)
    may = list(optional(kind, own.elements))
    absent = draw(st.sets(st.sampled_from(may))) if may else set()
    patterns = {element.name: element.pattern for element in own.elements}
    for field in own.fields.values():
        if not any(field.path[: len(gone)] == gone for gone in absent):
            node.values[field.name] = draw(values(field.type, patterns[field.path[0]]))
    for element in own.elements:
        below = kind.classes.get(element.type)
        if below is None or (element.name,) in absent:
            continue
        if element.name == "RetourCodes":
            code = simple_types(kind.standaard)["LDT_RetourCode"]
            node.retourcodes = draw(st.lists(values(code), min_size=1, max_size=4))
            continue
        inner = kind.classes[below.elements[0].type] if below.container else below
        for _ in range(draw(st.integers(1, 4)) if below.container else 1):
            node.children.append(_node(draw, kind, inner, node, counts))
    return node


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_encoding_gives_valid_xml_and_decoding_the_same_tree(name: str, data: st.DataObject) -> None:
    document = data.draw(documents(name))
    xml = encode(document)
    decoded = check(xml).document()
    assert decoded.root == document.root
    assert encode(document) == encode(decoded) == xml


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_tree_taken_apart_builds_the_same_message(name: str, data: st.DataObject) -> None:
    document = data.draw(documents(name))
    assert build(document.type, tree(document.root)).root == document.root


@pytest.mark.parametrize("name", NAMES)
def test_the_form_is_that_of_the_published_examples(name: str) -> None:
    kind, xml = messages()[name], full(name)
    assert xml.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\r\n')
    assert xml.count(b"\r") == xml.count(b"\n") == xml.count(b"\r\n")
    root = etree.fromstring(xml)
    assert root.nsmap == {kind.standaard: base_namespace(kind.standaard), kind.prefix: kind.namespace}
    assert xml.count(b"xmlns") == 2
    assert {element.prefix for element in root.iter()} == set(root.nsmap)
    assert not [element.tag for element in root.iter() if len(element) == 0 and not element.text]
    versies = [element.text for element in root.iter("{*}BasisschemaXsdVersie", "{*}BerichtXsdVersie")]
    assert set(versies) == {XSD_VERSIE} == {"1.0.0"}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="de gepubliceerde voorbeelden staan niet in ../shared/istandaarden")
@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("JW")])
def test_prefixes_and_xsd_versie_are_those_of_the_published_example(name: str) -> None:
    theirs, ours = etree.parse(SAMPLES / f"{name}.xml").getroot(), etree.fromstring(full(name))
    assert (theirs.nsmap, theirs.prefix) == (ours.nsmap, ours.prefix)
    assert set(theirs.xpath("//*[local-name() = 'XsdVersie']/*/text()")) == {XSD_VERSIE}


def test_a_leaf_keeps_every_space_and_line_end_but_numbers_dates_and_times_lose_those_around() -> None:
    text = " \t A\r\nB\rC\nD\tE]]>&<\r "
    kind = messages()["JW301"]
    document = message("JW301", {"Client[1].commentaar": text, "ToegewezenProduct[1].ingangsdatum": " 2026-04-01\r\n"})
    decoded = check(encode(document)).document()
    assert decoded.root.children[1].values["commentaar"] == text
    assert next(decoded.root.all("ToegewezenProduct")).values["ingangsdatum"] == "2026-04-01"
    assert encode(build(kind, tree(decoded.root))) == encode(decoded)


def test_comments_cdata_instructions_and_references_read_as_the_text_that_they_are_in() -> None:
    plain = encode(message("JW301", {"Client[1].commentaar": "a<b>c d"}))
    odd = plain.replace(b"a&lt;b&gt;c d", b"a<!-- x --><![CDATA[<b>]]>c<?x y?>&#32;&#x64;")
    assert odd != plain
    assert check(odd).document().root == check(plain).document().root


def test_another_prefix_or_a_default_namespace_reads_the_same() -> None:
    plain = encode(message("JW323"))
    default = plain.replace(b"jw323:", b"").replace(b"xmlns:jw323=", b"xmlns=")
    other = plain.replace(b"ijw:", b"q:").replace(b"xmlns:ijw=", b"xmlns:q=")
    assert check(default).document().root == check(other).document().root == check(plain).document().root


def test_an_empty_composite_is_no_composite() -> None:
    plain = encode(message("JW301", {"Contact[3]": {"periode_begindatum": None, "periode_einddatum": None}}))
    before, end, after = plain.rpartition(b"</jw301:Telefoon>")
    assert encode(check(before + end + b"<jw301:Periode/>" + after).document()) == plain


def test_text_that_xml_cannot_carry_is_not_written() -> None:
    for character in ("\x00", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"):
        with pytest.raises((ValueError, UnicodeError)) as error:
            encode(message("JW301", {"Client[1].commentaar": f"999900006{character}"}))
        assert "999900006" not in f"{error.value}".replace(f"{error.value!r}", "")


def test_build_names_every_unknown_leaf_and_class_at_once() -> None:
    wrong = {"afzender": "0193", "afzendr": "0193", "BsN": "1"}
    product = {"toewijzing_nummer": 1, "Contact": [], "bedrag": 2}
    client = {"bsn": "999900006", "naam": "Wit", "StartProduct": [product, {"ToegewezenProduct": {}}]}
    with pytest.raises(Refused) as refusal:
        build(messages()["JW305"], {"Header": wrong, "Client": client, "Declaratie": {}})
    places = ["Root/Declaratie", "Header/afzendr", "Header/BsN", "Client/naam"]
    places += ["StartProduct/Contact", "StartProduct/bedrag", "StartProduct/ToegewezenProduct"]
    assert [fault.pad for fault in refusal.value.faults] == places
    assert refusal.value.status == 500


@pytest.mark.parametrize("name", NAMES)
def test_level_1_names_the_parent_of_every_leaf_that_is_missing(name: str) -> None:
    whole = check(full(name)).document()
    for node in list(whole.nodes()):
        for field in node.type.fields.values():
            if field.required:
                value = node.values.pop(field.name)
                assert_missed(encode(whole), whole.pad(node), missing(node, field))
                node.values[field.name] = value


@pytest.mark.parametrize("name", NAMES)
def test_level_1_names_the_parents_of_all_that_is_missing_at_once(name: str) -> None:
    """An XSD does not look into what stands behind a gap, so the gaps are in classes without classes."""
    whole, expected = check(full(name)).document(), []
    for node in whole.nodes():
        required = [field for field in node.type.fields.values() if field.required]
        if required and not node.children:
            del node.values[required[-1].name]
            expected.append((whole.pad(node), missing(node, required[-1])))
    xml = encode(whole)
    assert len(expected) > 1
    for pad, element in expected:
        assert_missed(xml, pad, element)


def missing(node: Node, field: Field) -> str:
    """The element that an absent leaf leaves out: itself, or its composite when nothing is left of that."""
    for depth in range(1, len(field.path)):
        above = field.path[:depth]
        if not any(other.path[:depth] == above and other.name in node.values for other in node.type.fields.values()):
            return above[-1]
    return field.path[-1]


def assert_missed(xml: bytes, pad: str, element: str) -> None:
    """A fault at a class, or at what comes too early in it, expects that element."""
    with pytest.raises(Refused) as refusal:
        check(xml)
    named = [fault for fault in refusal.value.faults if fault.pad == pad or fault.pad.startswith(pad + "/")]
    assert any(re.search(rf"Verwacht: .*\b{element}\b", fault.melding) for fault in named), (pad, element)
