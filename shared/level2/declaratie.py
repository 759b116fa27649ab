"""Rules on an invoice (323) and, where its lines come back, on the answer to it (325)."""

from calendar import monthrange
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from shared.level2.values import day, filled, number, repeats, years_before
from shared.rules import per_node
from shared.standard.node import Leaves, Node, joined, leaves_of, those

_REFERENTIE, _VORIG = "product_referentie_referentie_nummer", "product_referentie_vorig_referentie_nummer"
_DEBET_CREDIT = "ingediend_bedrag_debet_credit"
_EURO = "83"
_PERIODE = {"Declaratie": "declaratie_periode", "Prestatie": "product_periode"}
_BEDRAGEN = {
    "Declaratie": (("totaal_ingediend_bedrag", "totaal_bedrag"),),
    "DeclaratieAntwoord": (
        ("totaal_ingediend_bedrag", "totaal_bedrag"),
        ("totaal_toegekend_bedrag", "totaal_bedrag"),
    ),
    "Prestatie": (("ingediend_bedrag", "bedrag"),),
}
_DAGEN = tuple(f"{name}_{end}" for name in _PERIODE.values() for end in ("begindatum", "einddatum"))
_DELIVERY = (
    _DEBET_CREDIT,
    "toewijzing_nummer",
    "product_categorie",
    "product_code",
    "product_periode_begindatum",
    "product_periode_einddatum",
)
_AMOUNTS = tuple(f"{a}_{part}" for of in _BEDRAGEN.values() for a, own in of for part in (own, "debet_credit"))


def _period(node: Node) -> tuple[str, str]:
    name = _PERIODE[node.name]
    return node.get(f"{name}_begindatum"), node.get(f"{name}_einddatum")


def signed(node: Node, amount: str, part: str) -> int:
    """An amount in eurocents, negative when it is a credit."""
    return _signed((node.get(f"{amount}_{part}"), node.get(f"{amount}_debet_credit")))


def _signed(leaves: Leaves) -> int:
    amount, debet_credit = leaves
    value = number(amount or "")
    return -value if debet_credit == "C" else value


def _lines(node: Node) -> Sequence[Node]:
    """The lines of an invoice or an answer, which stand in its clients."""
    return joined(client.children for client in node.children)


def sum_of_lines(node: Node) -> int:
    """What the lines of an invoice or an answer come to, credits subtracted."""
    amounts = Counter(leaves_of(_lines(node), "ingediend_bedrag_bedrag", _DEBET_CREDIT))  # of a thousand few differ
    return sum(_signed(amount) * times for amount, times in amounts.items())


@per_node("CD060", on="Prestatie", reads=(_VORIG, _DEBET_CREDIT))
def cd060(node: Node) -> bool:
    """A credit names the line that it takes back, a debit none (CD060)."""
    return filled(node, _VORIG) == (node.get(_DEBET_CREDIT) == "C")


@per_node("CD087", on="Prestatie", reads=("product_tarief", "eenheid"))
def cd087(node: Node) -> bool:
    """A line has a tariff, unless it counts in euros (CD087)."""
    return filled(node, "product_tarief") == (node.get("eenheid") != _EURO)


@per_node("CS100", on=("Declaratie", "Prestatie"), reads=_DAGEN)
def cs100(node: Node) -> bool:
    """No period starts or ends before 2021 (CS100)."""
    return all(day(value) >= "2021-01-01" for value in _period(node))


@per_node("CS319", on="Declaratie")
def cs319(node: Node) -> bool:
    """The number of an invoice has letters and digits only (CS319; the XSD already says so)."""
    value = node.get("declaratie_nummer")
    return value.isascii() and value.isalnum()


@per_node("CS325", on=tuple(_BEDRAGEN), reads=_AMOUNTS)
def cs325(node: Node) -> bool:
    """An amount of nothing is a debit (CS325)."""
    return all(
        node.get(f"{amount}_debet_credit") != "C" or number(node.get(f"{amount}_{part}")) != 0
        for amount, part in _BEDRAGEN[node.name]
    )


@per_node("CS337", on="Prestatie", reads=_DAGEN)
def cs337(node: Node) -> bool:
    """A product period starts and ends in one calendar month (CS337)."""
    begin, end = _period(node)
    return begin[:-3] == end[:-3]


@per_node("CS339", on="Prestatie", reads=("ingediend_bedrag_bedrag", "geleverd_volume", "eenheid"))
def cs339(node: Node) -> bool:
    """A line that counts in euros is claimed for exactly its volume (CS339)."""
    if node.get("eenheid") != _EURO:
        return True
    return number(node.get("ingediend_bedrag_bedrag")) == number(node.get("geleverd_volume"))


@per_node("CS340", on="Declaratie")
def cs340(node: Node) -> bool:
    """An invoice covers one calendar month, from its first to its last day (CS340)."""
    begin, end = _period(node)
    last = monthrange(int(begin[:-6]), int(begin[-5:-3]))[1]
    return begin[-2:] == "01" and end == f"{begin[:-3]}-{last}"


@per_node("TR315", on="Declaratie")
def tr315(node: Node) -> Iterable[Node]:
    """No line is credited twice in one invoice (TR315)."""
    lines = _lines(node)
    return those(lines, repeats(previous for (previous,) in leaves_of(lines, _VORIG)))


@per_node("TR316", on="Declaratie")
def tr316(node: Node) -> Iterable[Node]:
    """No line credits one of the same invoice (TR316)."""
    lines = _lines(node)
    named = leaves_of(lines, _VORIG)
    credited = {*named} - {(None,)}
    own = credited.intersection(leaves_of(lines, _REFERENTIE)) if credited else ()
    return those(lines, [previous in own for previous in named]) if own else ()


@per_node("TR335", on="Declaratie")
def tr335(node: Node) -> Iterable[Node]:
    """No product period ended over 5 years before the DeclaratieDagtekening (TR335)."""
    lines, limit = _lines(node), years_before(node.get("declaratie_dagtekening"), 5)
    ends = leaves_of(lines, "product_periode_einddatum")
    late = {(end,) for (end,) in {*ends} if day(end or "") < limit}
    return those(lines, [end in late for end in ends]) if late else ()


@per_node("TR358", on="Declaratie")
def tr358(node: Node) -> bool:
    """The total of an invoice is the sum of its lines, credits subtracted (TR358)."""
    return signed(node, "totaal_ingediend_bedrag", "totaal_bedrag") == sum_of_lines(node)


@per_node("TR416", on="Declaratie")
def tr416(node: Node) -> Iterable[Node]:
    """A client has one debit per allocation, product and product period (TR416)."""
    if not any(_repeated(_lines(node))):  # nor below one client
        return ()
    return [line for client in node.children for line in those(client.children, _repeated(client.children))]


def _repeated(lines: Sequence[Node]) -> list[bool]:
    return repeats(map(_delivery, leaves_of(lines, *_DELIVERY)))


def _delivery(leaves: Leaves) -> Sequence[Hashable] | None:
    """What tells debits apart; None for a credit."""
    debet_credit, toewijzing_nummer, *rest = leaves
    return (number(toewijzing_nummer or ""), *rest) if debet_credit == "D" else None
