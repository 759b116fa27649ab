"""What is asked of an allocation that a request leads to, as of one that the municipality makes by itself."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation import queries
from services.allocation.models import NieuweToewijzing, Omvang, Product
from services.allocation.toewijzen import bestaand, checks
from services.allocation.verzoeken.inwilligen import Product as Leaves
from shared.errors import Fault


def faults(
    session: Session, verzoek: Row[Any], products: Collection[Leaves], standing: Mapping[int, Leaves]
) -> list[Fault]:
    """All that is against new allocations and longer ones; `standing` are the allocations as they were, by number.

    It is not asked who the client is, but by his pseudonym. Whether one runs beside what changes together with it is
    asked of the message.
    """
    together = [product["toewijzing_nummer"] for product in products]
    more = [found for product in products if (found := _more(product, standing.get(product["toewijzing_nummer"])))]
    current, wanted = _of_client(session, verzoek), [_wanted(verzoek, product) for product in more]
    whose, person = verzoek.eigenaar, verzoek.bsn
    return [fault for new in wanted for fault in checks.faults(session, whose, new, person, current, together)]


def _more(product: Leaves, before: Leaves | None) -> Leaves | None:
    """What is new of an allocation: all of it, the days that it gets more, or nothing."""
    if before is None:
        return product
    last: date | None = before.get("einddatum")
    if last is None or not checks.longer(last, product.get("einddatum")):
        return None
    return product | {"ingangsdatum": last + timedelta(1)}


def changes(verzoek: Row[Any], products: Iterable[Leaves], standing: Mapping[int, Leaves]) -> list[checks.Change]:
    """The allocations of a granted request before and after it."""
    whose = {name: getattr(verzoek, name) for name in ("eigenaar", "standaard", "tegenpartij")}

    def values(product: Leaves) -> dict[str, Any]:
        return {name: product.get(name) for name in checks.COLUMNS} | whose

    found = ((standing.get(product["toewijzing_nummer"]), product) for product in products)
    return [(values(before) if before else None, values(product)) for before, product in found]


def _of_client(session: Session, verzoek: Row[Any]) -> list[Row[Any]]:
    return queries.of_client(session, verzoek.eigenaar, verzoek.standaard, verzoek.tegenpartij, verzoek.bsn)


def stretched(session: Session, verzoek: Row[Any], products: Iterable[Leaves], vandaag: date) -> list[Fault]:
    """What keeps new allocations from going on where an equal one ends that is to be stretched instead (OP380)."""
    current, wanted = _of_client(session, verzoek), (_wanted(verzoek, product) for product in products)
    return [fault for new in wanted for fault in bestaand.stretched(new, current, vandaag)]


def _wanted(verzoek: Row[Any], product: Leaves) -> NieuweToewijzing:
    """A new allocation by its leaves; its client is known by his pseudonym."""
    named, sized = product.get("product_categorie"), product.get("omvang_volume") is not None
    size = {name: product.get(f"omvang_{name}") for name in Omvang.model_fields}
    rest: dict[str, Any] = {name: product.get(name) for name in ("ingangsdatum", "einddatum", "budget")}
    return NieuweToewijzing.model_construct(
        standaard=verzoek.standaard,
        aanbieder=verzoek.tegenpartij,
        product=Product(categorie=named, code=product.get("product_code")) if named else None,
        omvang=Omvang.model_validate(size) if sized else None,
        **rest,
    )
