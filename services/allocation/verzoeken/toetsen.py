"""What is asked of an allocation that a request leads to, as of one that the municipality makes by itself."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation.models import NieuweToewijzing, Omvang, Product
from services.allocation.toewijzen import checks
from services.allocation.toewijzen.queries import limit
from services.allocation.verzoeken.inwilligen import Product as Leaves
from shared.errors import Fault, Refused


def check(
    session: Session, verzoek: Row[Any], products: Iterable[Leaves], standing: Mapping[int, Leaves], *, alone: bool
) -> None:
    """Ask of new allocations and longer ones what was bought, and of all that become more worth who may decide on them.

    `standing` are the allocations as they were, by number; `alone` when no second person looks at it. Raises
    Refused: 422 with all that is against it, 409 when it takes a second person.
    """
    products = list(products)
    together = [product["toewijzing_nummer"] for product in products]
    more = [found for product in products if (found := _more(product, standing.get(product["toewijzing_nummer"])))]
    if faults := [fault for product in more for fault in _bought(session, verzoek, product, together)]:
        raise Refused(422, "Het verzoek kan zo niet worden ingewilligd", faults)
    most = limit(session, verzoek.eigenaar, verzoek.standaard) if alone else None
    if most is not None and any(_grows_to(session, verzoek, product, standing, most) for product in products):
        text = "Dit bedrag vraagt een tweede persoon. Zet het verzoek klaar met POST /v1/toewijzingsvoorstellen."
        raise Refused(409, "Goedkeuring nodig", [Fault("GOEDKEURING", "/", text)])


def _more(product: Leaves, before: Leaves | None) -> Leaves | None:
    """What is new of an allocation: all of it, the days that it gets more, or nothing."""
    if before is None or not checks.longer(last := before.get("einddatum"), product.get("einddatum")):
        return product if before is None else None
    return product | {"ingangsdatum": last + timedelta(1)}


def _grows_to(session: Session, verzoek: Row[Any], product: Leaves, standing: Mapping[int, Leaves], most: int) -> bool:
    """Whether an allocation commits `most` eurocents or more, and more than it did."""
    before, value = standing.get(product["toewijzing_nummer"]), amount(session, verzoek, product)
    return value >= most and (before is None or value > amount(session, verzoek, before))


def _bought(session: Session, verzoek: Row[Any], product: Leaves, together: Collection[int]) -> list[Fault]:
    """What is against a new allocation; it is not asked who the client is, but by his pseudonym.

    Whether it runs beside what changes together with it is asked of the message.
    """
    named, sized = product.get("product_categorie"), product.get("omvang_volume") is not None
    size = {name: product.get(f"omvang_{name}") for name in Omvang.model_fields}
    rest: dict[str, Any] = {name: product.get(name) for name in ("ingangsdatum", "einddatum", "budget")}
    wanted = NieuweToewijzing.model_construct(
        standaard=verzoek.standaard,
        aanbieder=verzoek.tegenpartij,
        product=Product(categorie=named, code=product.get("product_code")) if named else None,
        omvang=Omvang.model_validate(size) if sized else None,
        **rest,
    )
    return checks.faults(session, verzoek.eigenaar, wanted, verzoek.bsn, together)


def amount(session: Session, verzoek: Row[Any], product: Leaves) -> int:
    """Eurocents that an allocation commits over its run."""
    whose = {name: getattr(verzoek, name) for name in ("eigenaar", "standaard", "tegenpartij")}
    told = {name: product.get(name) for name in checks.COLUMNS}
    return checks.amount(session, checks.as_row(told | whose))
