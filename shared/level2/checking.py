"""Asking the rules inside a message of its nodes."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from shared.rules import Finding, Rule, RuleFacts, applying
from shared.standard.catalogue import messages
from shared.standard.codec import uncollected
from shared.standard.document import Document
from shared.standard.node import Leaves, Node, leaves_of, present, those


@uncollected()
def check(document: Document) -> list[Finding]:
    """Everything that level 2 finds in a message that is valid at level 1, in document order per rule."""
    by_class, found = document.by_class(), list[Finding]()
    rules = applying(document.type, in_memory=True)
    told = {name: _told_by_leaves(document, nodes) for name, nodes in by_class.items()}
    for rule, known in rules:
        for name in rule.on:
            if rule.reads:
                found += _findings(known, told.get(name, {}).get(rule.code, ()))
                continue
            for node in by_class.get(name, ()):
                verdict = rule.function(node)
                if verdict is not True:
                    found += _findings(known, (node,) if verdict is False else verdict)
    return found


def _told_by_leaves(document: Document, nodes: Sequence[Node]) -> dict[str, list[Node]]:
    """Which nodes of a class break the rules that look at a few leaves, by their codes: of a thousand few differ."""
    kind = nodes[0].type
    asking, names = _by_leaves(document.type.name, kind.name)
    if not asking:
        return {}
    told = leaves_of(nodes, *names)
    verdicts = dict[Leaves, set[str]]()
    for leaves in set(told):
        alike = Node(kind.name, kind, document.root, 0, present(names, leaves))
        verdicts[leaves] = {rule.code for rule in asking if not rule.function(alike)}
    broken = set[str]().union(*verdicts.values())
    return {code: those(nodes, [code in verdicts[leaves] for leaves in told]) for code in broken}


@cache
def _by_leaves(message: str, klasse: str) -> tuple[Sequence[Rule], Sequence[str]]:
    """The rules on a class that look at a few leaves, and which these are."""
    kind = messages()[message]
    asking = [rule for rule, _ in applying(kind, in_memory=True) if rule.reads and klasse in rule.on]
    return asking, [name for name in kind.classes[klasse].fields if any(name in rule.reads for rule in asking)]


def _findings(known: RuleFacts, offenders: Iterable[Node]) -> Iterator[Finding]:
    return (Finding(known.code, known.niveau, known.retourcode, node.name, node.volgnummer) for node in offenders)
