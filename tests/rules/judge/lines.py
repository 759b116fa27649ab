"""The rules that speak of a line: against its allocation, the contract, and what was granted before.

Each says True when the line breaks it, False when it keeps it, and None when it does not speak of that line.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping

from tests.rules.judge.ledger import Ledger, is_credit
from tests.rules.judge.volume import Row, factor, times_in_all, times_in_period

EURO, UUR, MINUUT = "83", "04", "01"


def tr307(ledger: Ledger, line: Row) -> bool | None:
    found = ledger.allocation_of(line)
    return None if found is None else bool(line["product_periode_begindatum"] < found["ingangsdatum"])


def tr308(ledger: Ledger, line: Row) -> bool | None:
    found = ledger.allocation_of(line)
    if found is None:
        return None
    return found["einddatum"] is not None and line["product_periode_einddatum"] > found["einddatum"]


def tr319(ledger: Ledger, line: Row) -> bool | None:
    return bool(line["product_periode_einddatum"] > ledger.periode)


def tr321(ledger: Ledger, line: Row) -> bool | None:
    found = ledger.allocation_of(line)
    per = found and found["omvang_volume"] is not None and factor(found, line["eenheid"])
    if not found or not per:
        return None
    begin, eind = line["product_periode_begindatum"], line["product_periode_einddatum"]
    most = found["omvang_volume"] * per * times_in_period(ledger.standaard, found, begin, eind)
    return bool(line["geleverd_volume"] > most)


def tr322(ledger: Ledger, line: Row) -> bool | None:
    found = ledger.allocation_of(line)
    room = room_in_volume(ledger, found) if found else None
    if found is None or room is None or not factor(found, line["eenheid"]):
        return None
    volume = in_smallest(found, line)
    return bool(volume > 0 and volume > room)


def room_in_volume(ledger: Ledger, found: Row) -> int | None:
    """What is left of an allocation, hours in minutes; None when it has no volume or no end."""
    times = times_in_all(found) if found["omvang_volume"] is not None else None
    if times is None:
        return None
    smallest = 60 if found["omvang_eenheid"] == UUR else 1
    taken = [in_smallest(found, row) for row in _own_lines(ledger.debits, found) if factor(found, row["eenheid"])]
    back = [in_smallest(found, row) for row in _own_lines(ledger.credits, found) if factor(found, row["eenheid"])]
    return int(found["omvang_volume"] * smallest * times - sum(taken) + sum(back))


def in_smallest(found: Row, line: Row) -> int:
    """The volume of a line, hours in minutes."""
    hours = found["omvang_eenheid"] == UUR and line["eenheid"] == UUR
    return int(line["geleverd_volume"] * (60 if hours else 1))


def _own_lines(kept: Mapping[int, list[Row]], found: Row) -> list[Row]:
    return [row for row in kept.get(found["toewijzing_nummer"], []) if row["bsn"] == found["bsn"]]


def tr338(ledger: Ledger, line: Row) -> bool | None:
    return ledger.allocation_of(line) is None


def tr339(ledger: Ledger, line: Row) -> bool | None:
    found = ledger.allocation_of(line)
    named = found and found["product_categorie"]
    return None if not named else bool(line["product_categorie"] != named)


def tr340(ledger: Ledger, line: Row) -> bool | None:
    found = ledger.allocation_of(line)
    named = found and found["product_code"]
    return None if not named else bool(line["product_code"] != named)


def tr341(ledger: Ledger, line: Row) -> bool | None:
    found = ledger.allocation_of(line)
    if found is None:
        return None
    agreed = {row["eenheid"] for row in ledger.prices(line)}
    units = agreed if found["omvang_eenheid"] is None else {found["omvang_eenheid"]}
    if not units:
        return None
    return not (line["eenheid"] in units or (line["eenheid"] == MINUUT and UUR in units))


def tr346(ledger: Ledger, line: Row) -> bool | None:
    if line["eenheid"] == EURO:
        return None
    by_hour = [row["tarief"] for row in ledger.prices(line, UUR)] if line["eenheid"] == MINUUT else []
    if by_hour and not ledger.prices(line, MINUUT):
        right = [_half_up(line["geleverd_volume"] * tarief, 60) for tarief in by_hour]
    else:
        right = [line["geleverd_volume"] * line["product_tarief"]]
    return line["ingediend_bedrag_bedrag"] not in right


def tr369(ledger: Ledger, line: Row) -> bool | None:
    found = ledger.allocation_of(line)
    if found is None or found["budget"] is None:
        return None
    amount = line["ingediend_bedrag_bedrag"]
    return bool(amount > 0 and amount > room_in_budget(ledger, found))


def room_in_budget(ledger: Ledger, found: Row) -> int:
    """What is left of a budget in eurocents."""
    taken = sum(row["ingediend_bedrag_bedrag"] for row in _own_lines(ledger.debits, found))
    back = sum(row["ingediend_bedrag_bedrag"] for row in _own_lines(ledger.credits, found))
    return int(found["budget"] - taken + back)


def tr381(ledger: Ledger, line: Row) -> bool | None:
    categories = {r["product_categorie"] for r in ledger.tarieven if r["product_code"] == line["product_code"]}
    return line["product_categorie"] not in categories if categories else None


def tr384(ledger: Ledger, line: Row) -> bool | None:
    found = ledger.allocation_of(line)
    return None if found is None else found["reden_wijziging"] == "13"


def tr387(ledger: Ledger, line: Row) -> bool | None:
    found, begin = ledger.allocation_of(line), line["product_periode_begindatum"]
    return None if found is None else begin.day != 1 and begin != found["ingangsdatum"]


def tr388(ledger: Ledger, line: Row) -> bool | None:
    found, eind = ledger.allocation_of(line), line["product_periode_einddatum"]
    if found is None:
        return None
    return bool(eind.day != monthrange(eind.year, eind.month)[1] and eind != found["einddatum"])


DELIVERY = (
    "product_categorie",
    "product_code",
    "product_periode_begindatum",
    "product_periode_einddatum",
)
CLAIM = (
    *DELIVERY,
    "toewijzing_nummer",
    "bsn",
    "eenheid",
    "geleverd_volume",
    "product_tarief",
    "ingediend_bedrag_bedrag",
)


def tr389(ledger: Ledger, line: Row) -> bool | None:
    claimed = ledger.debits.get(line["toewijzing_nummer"], [])
    earlier = [row for row in claimed if row["bericht"] != line["bericht"]]  # of one message: TR416, level 2
    same = [row for row in earlier if all(row[name] == line[name] for name in DELIVERY)]
    return any(not _taken_back(ledger, row) for row in same)


def _taken_back(ledger: Ledger, debit: Row) -> bool:
    named = [
        r["product_referentie_vorig_referentie_nummer"] for r in ledger.credits.get(debit["toewijzing_nummer"], [])
    ]
    return debit["product_referentie_referentie_nummer"] in named


def tr418(ledger: Ledger, line: Row) -> bool | None:
    if line["eenheid"] == EURO:
        return None
    agreed = [row["tarief"] for row in ledger.prices(line, line["eenheid"])]
    if line["eenheid"] == MINUUT and not agreed:
        agreed = [_half_up(row["tarief"], 60) for row in ledger.prices(line, UUR)]
    return line["product_tarief"] not in agreed


def _half_up(amount: int, parts: int) -> int:
    """A sixtieth of an amount in whole cents, half a cent upwards."""
    return (2 * amount + parts) // (2 * parts)


def tr323(ledger: Ledger, line: Row) -> bool | None:
    named = ledger.by_reference.get(line["product_referentie_vorig_referentie_nummer"], [])
    return not any(all(row[name] == line[name] for name in CLAIM) for row in named)


def tr390(ledger: Ledger, line: Row) -> bool | None:
    earlier = ledger.credits.get(line["toewijzing_nummer"], [])
    same = ("product_referentie_vorig_referentie_nummer", "bsn")
    return any(all(row[name] == line[name] for name in same) for row in earlier)


Rule = Callable[[Ledger, Row], bool | None]
CREDIT: Mapping[str, Rule] = {"TR323": tr323, "TR390": tr390}
DEBET: Mapping[str, Rule] = {
    rule.__name__.upper(): rule
    for rule in (
        *(tr307, tr308, tr319, tr321, tr322, tr338, tr339, tr340, tr341, tr346, tr369),
        *(tr381, tr384, tr387, tr388, tr389, tr418),
    )
}


def opinions(ledger: Ledger, line: Row) -> dict[str, bool | None]:
    """What each rule says of a line; a credit is held against its debit only (IV085)."""
    rules = CREDIT if is_credit(line) else DEBET
    return {code: rule(ledger, line) for code, rule in rules.items()}
