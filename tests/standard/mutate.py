"""Schema-aware mutations of valid messages, and what the judges of level 1 say of each.

    python -m tests.standard.mutate --seed 7 --count 20000

The judges are our generated XSD, the official one where it was published, and `level1.check` in both of its
ways: as a tree, and while reading, as it does with messages of many elements. They agree on every mutant.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from pathlib import Path

from lxml import etree

from shared.errors import Refused
from shared.standard import level1
from shared.standard.catalogue import MessageType, messages
from shared.standard.xsd import compiled
from tests.standard.changes import CHANGES, EVERYWHERE, REWRITES, break_a_bytes_rule
from tests.standard.edges import edges, full, leaves

XSD = Path(__file__).parents[3] / "shared" / "istandaarden" / "xsd"
UNPUBLISHED = ("WMO302", "WMO306", "WMO308", "WMO316", "WMO318", "WMO320", "WMO325")
NAMES = tuple(messages())


@dataclass(frozen=True, slots=True)
class Mutant:
    """A message after changes; `bytes_rule` when it breaks a rule on bytes, which no XSD knows (OP192)."""

    message: str
    what: str
    data: bytes
    bytes_rule: bool = False


def at_every_bound(*names: str) -> Iterator[Mutant]:
    """Every edge of every simple type and fixed value of some or all messages: once, in the shortest that has it."""
    seen: set[tuple[object, ...]] = set()
    for name in sorted(names or NAMES, key=lambda name: (name in UNPUBLISHED, len(full(name)))):
        kind, root = messages()[name], etree.fromstring(full(name))
        for xml, simple, pattern in leaves(kind, root):
            looks = (simple.base, simple.enumeration, simple.facets, pattern)
            if looks in seen:
                continue
            seen.add(looks)
            before = xml.text
            for value in edges(simple, pattern):
                xml.text = value
                yield Mutant(name, f"{simple.name} {value[:40]!r}", etree.tostring(root, encoding="UTF-8"))
            xml.text = before


def at_every_element(name: str) -> Iterator[Mutant]:
    """Every element dropped, doubled, behind its next, emptied, in another namespace and with one child too many."""
    kind, count = messages()[name], sum(1 for _ in etree.fromstring(full(name)).iter())
    for number in range(count):
        for what, change in EVERYWHERE.items():
            root = etree.fromstring(full(name))
            xml = next(islice(root.iter(), number, None))
            where = etree.QName(xml).localname
            change(kind, xml)
            yield Mutant(name, f"{what} {where}", etree.tostring(root, encoding="UTF-8"))


# Mutants and judges


def mutants(seed: int) -> Iterator[Mutant]:
    """Without end: the messages in turn, each with one to three changes; the same for the same seed."""
    rng = random.Random(seed)
    while True:
        for name in NAMES:
            yield _mutant(rng, messages()[name])


def _mutant(rng: random.Random, kind: MessageType) -> Mutant:
    data, what = full(kind.name), []
    root = etree.fromstring(data)
    for _ in range(rng.choice([0, 1, 1, 1, 1, 1, 2, 3])):
        what.append(rng.choice(list(CHANGES)))
        CHANGES[what[-1]](rng, kind, root)
    if what:
        data = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
    if not what or rng.random() < 0.15:
        rewrite = rng.choice(REWRITES)
        what.append(rewrite.__name__)
        data = rewrite(rng, kind, data)
    if rng.random() < 0.02:
        return Mutant(kind.name, "bytes_rule", break_a_bytes_rule(rng, data), bytes_rule=True)
    return Mutant(kind.name, "+".join(what), data)


@cache
def official(name: str) -> etree.XMLSchema:
    """The official XSD of a message."""
    kind = messages()[name]
    return etree.XMLSchema(etree.parse(XSD / f"{kind.standaard}-3.2" / f"{kind.prefix}.xsd"))


Verdict = tuple[bool, frozenset[int | None]]
"""Whether a message is valid, and on which lines it is not."""


def by_xsd(schema: etree.XMLSchema, root: etree._Element) -> Verdict:
    """What an XSD says."""
    valid = schema.validate(root)
    return valid, frozenset(error.line for error in schema.error_log) if not valid else frozenset()


def by_level1(data: bytes, many: int = 10**9) -> Verdict:
    """What level 1 says, when messages of more than `many` parts are validated while they are read."""
    usual, level1.MANY = level1.MANY, many
    try:
        level1.check(data)
    except Refused as refusal:
        return False, frozenset(fault.regel for fault in refusal.faults)
    finally:
        level1.MANY = usual
    return True, frozenset()


def difference(mutant: Mutant) -> str:
    """How the judges differ on a mutant, or nothing."""
    data, name = mutant.data, mutant.message
    found = {"tree": by_level1(data), "reading": by_level1(data, 0)}
    try:
        root = etree.fromstring(data)
    except etree.XMLSyntaxError:
        return _told(mutant, found) if found["tree"][0] or found["reading"][0] else ""
    found |= {"ours": by_xsd(compiled(name), root)}
    found |= {"theirs": by_xsd(official(name), root)} if name not in UNPUBLISHED else {}
    if mutant.bytes_rule or not root.tag.startswith(_SPACES):
        same = found["ours"] == found.get("theirs", found["ours"]) and not found["tree"][0] and not found["reading"][0]
    else:
        same = len(set(found.values())) == 1 or (
            _in_its_like(root) and len({valid for valid, _ in found.values()}) == 1
        )
    return "" if same else _told(mutant, found)


_SPACES = tuple(f"{{{kind.namespace}}}" for kind in messages().values())


def _in_its_like(root: etree._Element) -> bool:
    """Whether an element stands in one of its own name: no schema has that, and reading may name the other one."""
    return any(xml.tag == above.tag for xml in root.iter("*") for above in xml.iterancestors())


def _told(mutant: Mutant, found: Mapping[str, Verdict]) -> str:
    words = ", ".join(f"{judge} {valid} {sorted(lines, key=str)}" for judge, (valid, lines) in found.items())
    return f"{mutant.message} {mutant.what}: {words}"


def main() -> int:
    """Judge as many mutants as was asked, those of every bound first; 1 when the judges differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20_000)
    options = parser.parse_args()
    judged = differences = valid = 0
    everywhere = chain.from_iterable(map(at_every_element, NAMES))
    for mutant in islice(chain(at_every_bound(), everywhere, mutants(options.seed)), options.count):
        found = difference(mutant)
        judged += 1
        valid += by_level1(mutant.data)[0]
        differences += bool(found)
        if found and differences <= 20:
            print(found)
    verdict = "FAIL" if differences else "PASS"
    print(f"seed {options.seed}: {judged} mutaties, {valid} geldig, {differences} verschillen: {verdict}")
    return int(differences > 0)


if __name__ == "__main__":
    sys.exit(main())
