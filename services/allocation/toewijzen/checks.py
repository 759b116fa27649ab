"""What is asked before an allocation is made: product, contract, tariff and pgb; and its value."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Row, Select, and_, bindparam, cast, func, literal, null, or_, select
from sqlalchemy.orm import Session

from services.allocation import queries
from services.allocation.models import NieuweToewijzing, Omvang
from shared import waarde
from shared.db import geldig, inkoop
from shared.db import tables as t
from shared.db import toewijzen as tt
from shared.errors import Fault
from shared.level2.stapeling import HULPMIDDELEN
from shared.standard.codelists import name_of

OPEN = date(2999, 12, 31)
COLUMNS = (
    *("eigenaar", "standaard", "tegenpartij", "product_categorie", "product_code"),
    *("omvang_volume", "omvang_eenheid", "omvang_frequentie", "budget", "ingangsdatum", "einddatum"),
)
"""What an allocation is worth depends on."""
Change = tuple[Mapping[str, Any] | None, Mapping[str, Any]]
"""An allocation before (None: it is new) and after, by the names in COLUMNS."""
MEEST = 999_999_999_999_999
"""Eurocents: what would commit more is told as this."""
GEZAG = ("10", "11", "13")
"""Kinds of relation (codelist COD472) that can hold custody: parent, guardian, foster parent."""
MEERDERJARIG = 18
"""The age in years from which nobody has custody."""


def of_client(session: Session, gemeente: str, wanted: NieuweToewijzing, persoon: str) -> list[Row[Any]]:
    """What its client has from the provider of a wanted allocation (see `queries.of_client`)."""
    return queries.of_client(session, gemeente, wanted.standaard, wanted.aanbieder, persoon)


def faults(
    session: Session,
    gemeente: str,
    wanted: NieuweToewijzing,
    persoon: str,
    current: Iterable[Row[Any]],
    samen: Collection[int] = (),
) -> list[Fault]:
    """All that is against an allocation beside `current` (see `of_client`), as far as the municipality keeps it here.

    `samen` are the numbers of what changes in the same 301: whether it runs beside those is asked of the message.
    A municipality without contracts of this law keeps them elsewhere: then nothing is known to be wrong.
    """
    found = [*_pgb(session, gemeente, wanted, persoon), *_stacked(wanted, current, samen)]
    product = _product_row(session, gemeente, wanted)
    if product is not None or _keeps(session, inkoop.product, gemeente, wanted.standaard):
        found += _product(wanted, product)
    return [*found, *_contract(session, gemeente, wanted, persoon, product)]


def custody(standaard: str, client: Mapping[str, Any], dag: date) -> list[Fault]:
    """What keeps the tree of a Client out of a 301 under iJw: it must tell who has custody on the first day (OP002)."""
    born = date.fromisoformat(str(client["geboortedatum_datum"]))
    age = dag.year - born.year - ((dag.month, dag.day) < (born.month, born.day))
    known = any(relation["soort"] in GEZAG for relation in client.get("Relatie", ()))
    if standaard != "ijw" or age >= MEERDERJARIG or known:
        return []
    kinds = ", ".join(f"{code} {name_of('COD472', standaard, code)}" for code in GEZAG)
    text = f"De gezagsdrager van de jeugdige ontbreekt. Geef een relatie van soort {kinds}."
    return [Fault("OP002", "/client/relaties", text)]


def longer(before: date | None, after: date | None) -> bool:
    """Whether a last day moves later; None is an open end."""
    return before is not None and (after is None or after > before)


def _keeps(session: Session, table: Any, gemeente: str, standaard: str) -> bool:
    query = select(1).select_from(table).where(table.c.eigenaar == gemeente, table.c.standaard == standaard).limit(1)
    return session.scalar(query) is not None


def _product_row(session: Session, gemeente: str, wanted: NieuweToewijzing) -> Row[Any] | None:
    product, asked = inkoop.product, wanted.product
    if asked is None:
        return None
    query = select(product).where(
        product.c.eigenaar == gemeente,
        product.c.standaard == wanted.standaard,
        product.c.product_categorie == asked.categorie,
        product.c.product_code == (asked.code or ""),
        inkoop.holds_on(product, wanted.ingangsdatum),
    )
    return session.execute(query).one_or_none()


def _product(wanted: NieuweToewijzing, row: Row[Any] | None) -> Iterator[Fault]:
    if wanted.product is not None and row is None:
        text = "Dit product is op de ingangsdatum niet ingekocht. Kies een ander, of leg het vast bij de inkoop."
        yield Fault("PRODUCT", "/product", text)
    if row is not None and row.bekostiging == "taak":
        text = "Dit product is taakgericht ingekocht: dat wordt niet per cliënt toegewezen. Kies een ander product."
        yield Fault("TAAK", "/product", text)
    elif row is not None and wanted.omvang is not None:
        yield from _size(wanted.omvang, row)


def _size(size: Omvang, row: Row[Any]) -> Iterator[Fault]:
    if row.eenheid != size.eenheid:
        yield Fault("EENHEID", "/omvang/eenheid", f"Dit product is ingekocht in eenheid {row.eenheid}. Gebruik die.")
    if row.frequentie is not None and row.frequentie != size.frequentie:
        text = f"Dit product is ingekocht met frequentie {row.frequentie}. Gebruik die."
        yield Fault("FREQUENTIE", "/omvang/frequentie", text)


def _contract(
    session: Session, gemeente: str, wanted: NieuweToewijzing, persoon: str, product: Row[Any] | None
) -> Iterator[Fault]:
    contract = inkoop.contract
    query = select(contract.c.nummer, contract.c.instroom_tot).where(
        contract.c.eigenaar == gemeente,
        contract.c.standaard == wanted.standaard,
        contract.c.tegenpartij == wanted.aanbieder,
        inkoop.holds_on(contract, wanted.ingangsdatum),
        *([contract.c.perceel == product.perceel] if product is not None and product.perceel else []),
    )
    rows = list(session.execute(query))
    if not rows:
        if not _keeps(session, contract, gemeente, wanted.standaard):
            return
        text = "Deze aanbieder heeft hiervoor op de ingangsdatum geen contract. Kies een andere, of een andere datum."
        yield Fault("CONTRACT", "/aanbieder", text)
        return
    if wanted.omvang is not None and wanted.omvang.eenheid != waarde.EURO and not _priced(session, gemeente, wanted):
        yield Fault("TR418", "/product/code", "Het contract heeft op de ingangsdatum geen tarief. Leg het eerst vast.")
    closed = all(row.instroom_tot is not None and row.instroom_tot < wanted.ingangsdatum for row in rows)
    if closed and not _continues(session, gemeente, wanted, persoon, product):
        text = "Bij deze aanbieder mag geen nieuwe zorg meer beginnen; alleen wat loopt wordt afgemaakt."
        yield Fault("INSTROOM", "/ingangsdatum", text)


def _priced(session: Session, gemeente: str, wanted: NieuweToewijzing) -> bool:
    return session.scalar(_tarief(), values_of(gemeente, wanted)) is not None


def _continues(
    session: Session, gemeente: str, wanted: NieuweToewijzing, persoon: str, product: Row[Any] | None
) -> bool:
    """Whether the client has the same care from this provider, or of the same lot, that runs up to the new one."""
    row, known = t.toegewezen_product.c, inkoop.product.c
    own = (row.eigenaar == gemeente, row.standaard == wanted.standaard, row.tegenpartij == wanted.aanbieder)
    current = geldig.current_allocations(*own, row.bsn == persoon)
    until = cast(wanted.ingangsdatum, Date).op("-")(1)
    runs = or_(current.c.einddatum.is_(None), current.c.einddatum >= until)
    names = ("product_categorie", "product_code")
    values = (wanted.product.categorie, wanted.product.code) if wanted.product else (None, None)
    same = and_(*(current.c[name].is_not_distinct_from(value) for name, value in zip(names, values, strict=True)))
    lot = select(1).where(
        known.eigenaar == gemeente,
        known.standaard == wanted.standaard,
        known.product_categorie == current.c.product_categorie,
        known.product_code == func.coalesce(current.c.product_code, ""),
        known.perceel == (product.perceel if product is not None else None),
        known.perceel != "",
    )
    running = (runs, current.c.ingangsdatum < wanted.ingangsdatum, ~geldig.vervallen(current))
    query = select(current.c.bericht).where(*running, or_(same, lot.exists()))
    return session.execute(query.limit(1)).one_or_none() is not None


def _pgb(session: Session, gemeente: str, wanted: NieuweToewijzing, persoon: str) -> Iterator[Fault]:
    if wanted.product is None:
        return
    row, code = tt.pgb.c, wanted.product.code
    query = select(row.begindatum).where(
        row.bsn == persoon,
        row.eigenaar == gemeente,
        row.standaard == wanted.standaard,
        row.product_categorie == wanted.product.categorie,
        *([or_(row.product_code.is_(None), row.product_code == code)] if code else []),
        row.begindatum <= (wanted.einddatum or OPEN),
        or_(row.einddatum.is_(None), row.einddatum >= wanted.ingangsdatum),
    )
    if session.execute(query.limit(1)).one_or_none() is not None:
        text = "De cliënt heeft voor dit product een pgb in deze periode. Kies een periode daarbuiten."
        yield Fault("OP043", "/product", text)


def _stacked(wanted: NieuweToewijzing, current: Iterable[Row[Any]], samen: Collection[int]) -> Iterator[Fault]:
    """What the same product was allocated for already in this period (OP259); also ended, which no message tells."""
    asked = wanted.product
    if asked is not None and asked.categorie in HULPMIDDELEN:
        return
    if numbers := [row.toewijzing_nummer for row in current if _beside(row, wanted) and _counts(row, samen)]:
        text = f"In deze periode is hetzelfde al toegewezen: {', '.join(map(str, numbers))}. Kies een periode ernaast."
        yield Fault("OP259", "/product", text)


def _counts(row: Row[Any], samen: Collection[int]) -> bool:
    return not row.vervallen and row.toewijzing_nummer not in samen and row.product_categorie not in HULPMIDDELEN


def _beside(row: Row[Any], wanted: NieuweToewijzing) -> bool:
    """Whether an allocation has a day in common with a new one and, as far as both name it, the same product."""
    asked = (wanted.product.categorie, wanted.product.code) if wanted.product else ()
    named = zip((row.product_categorie, row.product_code), asked, strict=False)
    same = all(None in pair or pair[0] == pair[1] for pair in named)
    return same and row.ingangsdatum <= (wanted.einddatum or OPEN) and (row.einddatum or OPEN) >= wanted.ingangsdatum


def values_of(gemeente: str, wanted: NieuweToewijzing) -> dict[str, Any]:
    """A wanted allocation by the names in COLUMNS."""
    size, product = wanted.omvang, wanted.product
    return {
        "eigenaar": gemeente,
        "standaard": wanted.standaard,
        "tegenpartij": wanted.aanbieder,
        "product_categorie": product.categorie if product else None,
        "product_code": product.code if product else None,
        "omvang_volume": size.volume if size else None,
        "omvang_eenheid": size.eenheid if size else None,
        "omvang_frequentie": size.frequentie if size else None,
        "budget": wanted.budget,
        "ingangsdatum": wanted.ingangsdatum,
        "einddatum": wanted.einddatum,
    }


@cache
def as_row(*more: str) -> Any:
    """Parameters named as in COLUMNS as a row of a SELECT, with other columns of toegewezen_product that are null.

    What is built of it is kept: to build takes longer than Postgres does.
    """
    kinds = {name: t.toegewezen_product.c[name].type for name in (*COLUMNS, *more)}
    given = (cast(bindparam(name, type_=kinds[name]), kinds[name]).label(name) for name in COLUMNS)
    return select(*given, *(cast(null(), kinds[name]).label(name) for name in more)).subquery("nieuw")


def amount(session: Session, values: Mapping[str, Any]) -> int | None:
    """Eurocents that an allocation commits over its run; without an end over its first year, and at most MEEST.

    `values` are those of COLUMNS. None when it is not known: it has no tariff here, or neither a volume nor a budget.
    """
    volume, euros = values["omvang_volume"], values["omvang_eenheid"] == waarde.EURO
    each, tarief = session.execute(_worth(), {**values, "omvang_volume": None if volume is None else 1}).one()
    if (values["budget"] if volume is None else 1 if euros else tarief) is None:
        return None
    return min(int(each) * (1 if volume is None else int(volume)), MEEST)


@cache
def _tarief() -> Select[Any]:
    """The tariff of an allocation given by parameters, on its first day."""
    row = as_row()
    price = waarde.price_of(row, row.c.ingangsdatum)
    return select(price.c.tarief).select_from(row.join(price, literal(True)))


@cache
def _worth() -> Select[Any]:
    """Of an allocation given by parameters: eurocents over its run, and its tariff."""
    row = as_row()
    begin, eind = row.c.ingangsdatum, func.coalesce(row.c.einddatum, row.c.ingangsdatum + 364)
    price = waarde.price_of(row, begin)
    query = select(waarde.worth(row, price, begin, eind), price.c.tarief)
    return query.select_from(row.outerjoin(price, literal(True)))


def total(amounts: Iterable[int | None]) -> int | None:
    """Eurocents together, at most MEEST; None when one is not known."""
    known = list(amounts)
    return None if None in known else min(sum(one or 0 for one in known), MEEST)


def reaches(session: Session, before: Mapping[str, Any] | None, after: Mapping[str, Any], most: int) -> bool:
    """Whether an allocation commits `most` eurocents or more, and more than `before`; what is not known may do so."""
    value = amount(session, after)
    if value is None:
        return before is None or _larger(before, after)
    if value < most or before is None:
        return value >= most
    was = amount(session, before)
    return _larger(before, after) if was is None else value > was


def _larger(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    sizes = ((before[name] or 0, after[name] or 0) for name in ("omvang_volume", "budget"))
    return longer(before["einddatum"], after["einddatum"]) or any(new > old for old, new in sizes)
