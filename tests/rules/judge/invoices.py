"""Random invoices in a world: most lines right and up to the edge of what is allowed, the others wrong in one thing."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from tests.rules.judge.ledger import Ledger, is_credit, ledger_of
from tests.rules.judge.lines import CLAIM, EURO, MINUUT, UUR, opinions, room_in_budget, room_in_volume
from tests.rules.judge.volume import DAY, Row, factor, times_in_period
from tests.rules.judge.worlds import FIRST, MONTHS, Exchange, amount, edge, month_end, month_start, product

MOST = 99_999_999
LAST = month_start(MONTHS - 1)
Line = dict[str, Any]


def past(own: Exchange) -> None:
    """Earlier invoices, each of which held or not; lines and clients of them were refused here and there."""
    status = ("goedgekeurd",) * 10 + ("afgekeurd", "gecontroleerd", "klaar", "afgeleverd")
    for _ in range(own.random.randrange(1, 4)):
        bericht = invoice(own, own.random.randrange(5, 60), own.random.choice(status))
        ledger = ledger_of(own.rows, bericht)
        for line in [row for row in own.rows["prestatie"] if row["bericht"] == bericht]:
            if own.chance(8) or not sound(ledger, line):
                refuse(own, bericht, "Prestatie", line["volgnummer"])
        for client in [row for row in own.rows["client"] if row["bericht"] == bericht]:
            if own.chance(4):
                refuse(own, bericht, "Client", client["volgnummer"])


def sound(ledger: Ledger, line: Line) -> bool:
    """Whether a line may have been granted: a credit only when it was right, so that the past is possible."""
    return not is_credit(line) or not any(opinions(ledger, line).values())


def refuse(own: Exchange, bericht: UUID, klasse: str, volgnummer: int) -> None:
    """A finding that an earlier judgement made."""
    place = {"bericht": bericht, "klasse": klasse, "volgnummer": volgnummer}
    own.rows["bevinding"].append(
        {"eigenaar": own.eigenaar} | place | {"code": "TR056", "niveau": 3, "retourcode": "9056"}
    )


def invoice(own: Exchange, size: int, status: str) -> UUID:
    """A 323 of about so many lines, as level 2 lets it pass; its id."""
    bericht = own.told("323", status, edge(own, date(2023, 1, 1)))
    own.rows["declaratie"].append(own.key() | {"bericht": bericht, "volgnummer": 1, "ouder": None} | month(own, FIRST))
    ledger = ledger_of(own.rows, bericht)
    lines = [line for _ in range(size) for line in some(own, ledger)]
    clients: dict[str, list[Line]] = defaultdict(list)
    own.random.shuffle(lines)
    for line in lines:
        if own.chance(1.5):  # used for another client of this message
            name = "product_referentie_referentie_nummer"
            line[name] = own.random.choice(lines)[name]
    for line in passing_level_2(lines):
        clients[line["bsn"]].append(line)
    if own.chance(30):
        clients["onbekende"] += []
    place(own, bericht, clients)
    latest = max((line["product_periode_begindatum"] for line in lines), default=FIRST)
    own.rows["declaratie"][-1] |= month(own, latest)
    return bericht


def month(own: Exchange, latest: date) -> dict[str, Any]:
    """The DeclaratiePeriode: that of the last product period or later; now and then an earlier one."""
    earlier = own.chance(20)
    begin = month_start(own.random.randrange(MONTHS)) if earlier else max(latest.replace(day=1), latest_month(own))
    used = [row["declaratie_nummer"] for row in own.rows["declaratie"]]
    nummer = own.random.choice(used) if used and own.chance(18) else f"D{len(used)}"
    return {
        "declaratie_nummer": nummer,
        "declaratie_periode_begindatum": begin,
        "declaratie_periode_einddatum": month_end(begin),
        "declaratie_dagtekening": month_end(begin),
    }


def latest_month(own: Exchange) -> date:
    """The last month that was invoiced."""
    return max((row["declaratie_periode_begindatum"] for row in own.rows["declaratie"][:-1]), default=FIRST)


def place(own: Exchange, bericht: UUID, clients: dict[str, list[Line]]) -> None:
    """Put the lines into the message, client after client."""
    volgnummer = 0
    for number, (bsn, lines) in enumerate(clients.items(), 1):
        head = own.key() | {"bericht": bericht}
        own.rows["client"].append(head | {"volgnummer": number, "ouder": 1, "bsn": bsn})
        for line in lines:
            volgnummer += 1
            own.rows["prestatie"].append(line | head | {"volgnummer": volgnummer, "ouder": number})


def passing_level_2(lines: list[Line]) -> Iterator[Line]:
    """Without the lines that a message cannot hold: TR101, TR315, TR316, TR416, CS325."""
    own = {line["product_referentie_referentie_nummer"] for line in lines}
    seen: set[tuple[Any, ...]] = set()
    for line in lines:
        nummer, vorig = line["product_referentie_referentie_nummer"], line["product_referentie_vorig_referentie_nummer"]
        keys: set[tuple[Any, ...]] = {(line["bsn"], nummer)}
        if is_credit(line):
            keys.add(("credit", vorig))
        else:
            keys.add(tuple(line[name] for name in (*CLAIM[:4], "toewijzing_nummer", "bsn")))
        impossible = is_credit(line) and (vorig in own or line["ingediend_bedrag_bedrag"] == 0)
        if not keys & seen and not impossible:
            seen |= keys
            yield line


def some(own: Exchange, ledger: Ledger) -> Iterator[Line]:
    """A debit; or a credit of something, often with the debit that takes its place."""
    earlier = own.rows["prestatie"]
    if earlier and own.chance(22):
        granted = [row for rows in ledger.by_reference.values() for row in rows]
        old = own.random.choice(granted if granted and own.chance(70) else earlier)
        yield credit(own, old)
        if own.chance(50):
            fresh = {**old, **reference(own), **_debit(), "geleverd_volume": max(0, old["geleverd_volume"] - 1)}
            yield priced(own, ledger, fresh)
    elif ledger.current:
        yield debit(own, ledger)


def reference(own: Exchange) -> Line:
    """A new reference; now and then one that was used."""
    used = own.rows["prestatie"]
    again = used and own.chance(1.5)
    nummer = own.random.choice(used)["product_referentie_referentie_nummer"] if again else None
    return {"product_referentie_referentie_nummer": nummer or f"R{own.random.getrandbits(40)}"}


def _debit() -> Line:
    return {"product_referentie_vorig_referentie_nummer": None, "ingediend_bedrag_debet_credit": "D"}


def credit(own: Exchange, old: Row) -> Line:
    """The credit of an earlier line, whatever became of that; one in eight differs in one thing."""
    line = {**old, **reference(own), "ingediend_bedrag_debet_credit": "C"}
    line["product_referentie_vorig_referentie_nummer"] = old["product_referentie_referentie_nummer"]
    if own.chance(12):
        name = own.random.choice(CLAIM)
        others: dict[str, Any] = {
            "product_categorie": product(own)[0],
            "product_code": product(own)[1],
            "product_periode_begindatum": old["product_periode_begindatum"].replace(day=1),
            "product_periode_einddatum": month_end(old["product_periode_einddatum"]),
            "toewijzing_nummer": old["toewijzing_nummer"] + 1,
            "bsn": "persoon 1",
            "eenheid": "04" if old["eenheid"] != EURO else EURO,
            "product_tarief": None if old["product_tarief"] is None else old["product_tarief"] + 1,
        }
        line[name] = others.get(name) if name in others else old[name] + 1
        if line["eenheid"] == EURO:
            line["ingediend_bedrag_bedrag"] = line["geleverd_volume"]
    return line


def debit(own: Exchange, ledger: Ledger) -> Line:
    """A line on an allocation as it stands."""
    found = own.random.choice(list(ledger.current.values()))
    begin, eind = period(own, found)
    categorie, code = product(own)
    line: Line = {
        "toewijzing_nummer": found["toewijzing_nummer"],
        "bsn": found["bsn"],
        "product_categorie": found["product_categorie"] or categorie,
        "product_code": found["product_code"] or code,
        "product_periode_begindatum": begin,
        "product_periode_einddatum": eind,
        "eenheid": found["omvang_eenheid"],
        **reference(own),
        **_debit(),
    }
    line |= wrong(own, ledger)
    agreed = [row["eenheid"] for row in ledger.prices(line)]
    line["eenheid"] = unit(own, line["eenheid"] or own.random.choice(agreed or [EURO]))
    line["geleverd_volume"] = min(MOST, max(0, volume(own, ledger, line)))
    return priced(own, ledger, line)


def period(own: Exchange, found: Any) -> tuple[date, date]:
    """A product period of the allocation by IV089, now and then a day too long or short, or a whole month."""
    begin, eind = found["ingangsdatum"], min(found["einddatum"] or LAST, LAST)
    months = (eind.year - begin.year) * 12 + eind.month - begin.month
    slack = own.chance(5)
    number = (begin.year - FIRST.year) * 12 + begin.month - 1
    number += (
        own.random.randrange(-1, max(0, min(months, 7)) + 2)
        if slack
        else own.random.randrange(max(1, min(months, 7) + 1))
    )
    first = month_start(max(0, number))
    last, (start, end) = month_end(first), (first, month_end(first))
    if not own.chance(7):
        start, end = max(first, begin), min(last, eind)
    if own.chance(3):
        start += own.random.choice((-1, 1)) * DAY
    if own.chance(3):
        end += own.random.choice((-1, 1)) * DAY
    start, end = max(start, first), min(end, last)
    return (start, end) if start <= end else (first, last)


def wrong(own: Exchange, ledger: Ledger) -> Line:
    """One thing that does not fit the allocation, one line in twelve."""
    if not own.chance(8):
        return {}
    categorie, code = product(own)
    return own.random.choice(
        (
            {"product_categorie": categorie},
            {"product_code": code},
            {"toewijzing_nummer": own.random.choice((999, *ledger.current))},
            {"bsn": own.random.choice(("persoon 1", "persoon 2", "onbekende"))},
            {"eenheid": own.random.choice(("01", "04", "14", "16", "82", "83", "84"))},
        )
    )


def unit(own: Exchange, eenheid: str) -> str:
    """Hours are told in minutes as often as not."""
    return MINUUT if eenheid == UUR and own.chance(45) else eenheid


def volume(own: Exchange, ledger: Ledger, line: Line) -> int:
    """Nothing, some, all that the period or the allocation leaves, or one more or less than that."""
    found = ledger.allocation_of(line)
    per = found and found["omvang_volume"] is not None and factor(found, line["eenheid"])
    if not found or not per:
        room = room_in_budget(ledger, found) if found and found["budget"] is not None else amount(own)
        price = next((row["tarief"] for row in ledger.prices(line, line["eenheid"])), 0) or 1
        most = room // (1 if line["eenheid"] == EURO else price)
        return own.random.choice((most, most + 1, most // 2, most // 3, most // 5, 0))
    begin, eind = line["product_periode_begindatum"], line["product_periode_einddatum"]
    most = found["omvang_volume"] * per * times_in_period(ledger.standaard, found, begin, eind)
    rest = room_in_volume(ledger, found)
    left = most if rest is None else rest // (60 if found["omvang_eenheid"] == line["eenheid"] == UUR else 1)
    own_random = own.random.randrange(max(most, 1) + 1)
    return own.random.choice((most, most, most + 1, most - 1, left, left + 1, own_random, own_random, most // 2, 0))


def priced(own: Exchange, ledger: Ledger, line: Line) -> Line:
    """With the tariff of the contract and the amount that follows; now and then a cent off."""
    if line["eenheid"] == EURO:
        return line | {"product_tarief": None, "ingediend_bedrag_bedrag": line["geleverd_volume"]}
    exact = [row["tarief"] for row in ledger.prices(line, line["eenheid"])]
    by_hour = [row["tarief"] for row in ledger.prices(line, UUR)] if line["eenheid"] == MINUUT and not exact else []
    tarief = (exact or [(tarief + 30) // 60 for tarief in by_hour] or [1000])[0]
    bedrag = (line["geleverd_volume"] * by_hour[0] + 30) // 60 if by_hour else line["geleverd_volume"] * tarief
    if own.chance(3):
        tarief = max(0, tarief + own.random.choice((-1, 1)))
    if own.chance(3):
        bedrag += own.random.choice((-1, 1, 1000))
    return line | {"product_tarief": tarief, "ingediend_bedrag_bedrag": min(MOST, max(0, bedrag))}
