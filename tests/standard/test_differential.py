"""Our XSDs, the official ones and level 1 in use say the same of thousands of mutated messages.

`python -m tests.standard.mutate` does the same for as long as you like; ZORGKETEN_SEED chooses other mutants.
"""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice

import pytest
from lxml import etree

from shared.standard.catalogue import messages
from shared.standard.xsd import basisschema, message_schema
from tests.standard import mutate
from tests.standard.edges import full
from tests.standard.mutate import (
    NAMES,
    UNPUBLISHED,
    XSD,
    Mutant,
    at_every_bound,
    at_every_element,
    by_level1,
    by_xsd,
    difference,
    mutants,
    official,
)

SEED = int(os.environ.get("ZORGKETEN_SEED", "20260401"))
RANDOM = 4_000

pytestmark = pytest.mark.skipif(not XSD.is_dir(), reason="de officiële XSD's staan niet in ../shared/istandaarden/xsd")


def verdicts(source: Iterator[Mutant]) -> Counter[bool]:
    """How many mutants of a source are valid and how many are not; fails where the judges differ."""
    found, differences = Counter[bool](), []
    for mutant in source:
        found[by_level1(mutant.data)[0]] += 1
        differences += filter(None, [difference(mutant)])
    assert not differences, f"ZORGKETEN_SEED={SEED}: {len(differences)} verschillen\n" + "\n".join(differences[:20])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_message_with_everything_in_it_is_valid(name: str) -> None:
    mutant = Mutant(name, "", full(name))
    assert verdicts(iter([mutant])) == {True: 1}


def test_every_value_around_every_bound_of_every_type_and_fixed_value() -> None:
    found = verdicts(at_every_bound())
    assert found.total() > 5_000
    assert min(found.values()) > 1_500


@pytest.mark.parametrize("name", NAMES)
def test_every_change_of_every_element(name: str) -> None:
    found = verdicts(at_every_element(name))
    assert found[False] > found[True] > 0


def test_random_changes_of_every_message() -> None:
    source = mutants(SEED)
    found = verdicts(islice(source, RANDOM))
    assert min(found.values()) > RANDOM // 5
    tried = {change for mutant in islice(mutants(SEED), RANDOM) for change in mutant.what.split("+")}
    assert tried >= set(mutate.CHANGES) | {rewrite.__name__ for rewrite in mutate.REWRITES} | {"bytes_rule"}


def test_the_same_seed_gives_the_same_mutants() -> None:
    assert list(islice(mutants(1), 50)) == list(islice(mutants(1), 50)) != list(islice(mutants(2), 50))


def test_every_published_message_has_an_official_judge() -> None:
    published = [name for name in NAMES if name not in UNPUBLISHED]
    assert len(published) == 21
    assert all(isinstance(official(name), etree.XMLSchema) for name in published)


PLANTED = {
    "a longer name": ("basisschema", 'maxLength value="200"', 'maxLength value="201"'),
    "a negative amount": ("basisschema", 'minInclusive value="0"', 'minInclusive value="-1"'),
    "a smaller amount": ("basisschema", 'maxInclusive value="99999999"', 'maxInclusive value="99999998"'),
    "a time zone": ("basisschema", "[^:Z]*", ".*"),
    "one code less": ("basisschema", '<xs:enumeration value="84"/>', ""),
    "one code more": (
        "basisschema",
        '<xs:enumeration value="84"/>',
        '<xs:enumeration value="84"/><xs:enumeration value="85"/>',
    ),
    "an empty leaf": ("basisschema", 'minLength value="1"', 'minLength value="0"'),
    "an optional header": ("message", 'name="Header" type', 'name="Header" minOccurs="0" type'),
    "two clients": ("message", 'name="Client" type="jw301:Client"', 'name="Client" maxOccurs="2" type="jw301:Client"'),
    "another code of the message": ("message", 'pattern value="436"', 'pattern value="43[67]"'),
    "unqualified elements": ("message", 'elementFormDefault="qualified"', ""),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_in_our_xsd_would_be_seen(fault: str) -> None:
    where, old, new = PLANTED[fault]
    texts = {
        "basisschema": etree.tostring(basisschema("ijw"), encoding="unicode"),
        "message": etree.tostring(message_schema(messages()["JW301"]), encoding="unicode"),
    }
    assert old in texts[where]
    texts[where] = texts[where].replace(old, new)
    parser = etree.XMLParser()
    parser.resolvers.add(Text(texts["basisschema"]))
    wrong = etree.XMLSchema(etree.fromstring(texts["message"], parser))
    roots = (etree.fromstring(mutant.data) for mutant in chain(at_every_element("JW301"), at_every_bound("JW301")))
    assert any(by_xsd(wrong, root) != by_xsd(official("JW301"), root) for root in roots)


class Text(etree.Resolver):
    """Gives one schema to whatever imports it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def resolve(self, system_url: object, public_id: object, context: object) -> object:
        return self.resolve_string(self.text, context)
