"""Rules on an invoice (323) and, where its lines come back, on the answer to it (325)."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from itertools import chain

from shared.level2.values import day, filled, number, repeats, years_before
from shared.rules import per_node
from shared.standard.document import Node

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
_DELIVERY = ("product_categorie", "product_code", "product_periode_begindatum", "product_periode_einddatum")
_AMOUNTS = tuple(f"{a}_{part}" for of in _BEDRAGEN.values() for a, own in of for part in (own, "debet_credit"))


def _period(node: Node) -> tuple[str, str]:
    name = _PERIODE[node.name]
    return node.get(f"{name}_begindatum"), node.get(f"{name}_einddatum")


def signed(node: Node, amount: str, part: str) -> int:
    """An amount in eurocents, negative when it is a credit."""
    value = number(node.get(f"{amount}_{part}"))
    return -value if node.get(f"{amount}_debet_credit") == "C" else value


def _lines(node: Node) -> Iterator[Node]:
    """The lines of an invoice or an answer, which stand in its clients."""
    return chain.from_iterable(client.children for client in node.children)


def sum_of_lines(node: Node) -> int:
    """What the lines of an invoice or an answer come to, credits subtracted."""
    return sum(signed(line, "ingediend_bedrag", "bedrag") for line in _lines(node))


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


def _credits(node: Node) -> list[Node]:
    return [line for line in _lines(node) if _VORIG in line.values]


@per_node("TR315", on="Declaratie")
def tr315(node: Node) -> Iterable[Node]:
    """No line is credited twice in one invoice (TR315)."""
    return repeats(_credits(node), lambda line: line.values[_VORIG])


@per_node("TR316", on="Declaratie")
def tr316(node: Node) -> Iterable[Node]:
    """No line credits one of the same invoice (TR316)."""
    own = {line.get(_REFERENTIE) for line in _lines(node)}
    return [line for line in _credits(node) if line.values[_VORIG] in own]


@per_node("TR335", on="Declaratie")
def tr335(node: Node) -> Iterable[Node]:
    """No product period ended over 5 years before the DeclaratieDagtekening (TR335)."""
    limit = years_before(node.get("declaratie_dagtekening"), 5)
    return [line for line in _lines(node) if day(line.get("product_periode_einddatum")) < limit]


@per_node("TR358", on="Declaratie")
def tr358(node: Node) -> bool:
    """The total of an invoice is the sum of its lines, credits subtracted (TR358)."""
    return signed(node, "totaal_ingediend_bedrag", "totaal_bedrag") == sum_of_lines(node)


@per_node("TR416", on="Client")
def tr416(node: Node) -> Iterable[Node]:
    """A client has one debit per allocation, product and product period (TR416)."""
    debits = (line for line in node.children if line.get(_DEBET_CREDIT) == "D")
    return repeats(debits, _delivery)


def _delivery(line: Node) -> tuple[int | str | None, ...]:
    return (number(line.get("toewijzing_nummer")), *map(line.values.get, _DELIVERY))
