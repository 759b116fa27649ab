"""What the tests of local rules share: a rule, and rules that hit in total."""

from typing import Any

from tests.chain import Chain, query
from tests.services.claims import agree, allocate

REGEL = {
    "naam": "veel-uren",
    "standaard": "iwmo",
    "grootheid": "volume",
    "eenheid": "04",
    "per": "toewijzing",
    "grens": 20,
    "gevolg": "afwijzen",
    "retourcode": "9322",
    "bekendgemaakt_op": "2025-01-01",
    "begindatum": "2025-10-01",
}
VRAAG = {"gevolg": "vragen", "bekendgemaakt_op": None}


def rule(chain: Chain, *, on: bool = True, **changes: Any) -> str:
    """A rule, in use unless it is said otherwise; its id."""
    made: str = chain.gemeente.call("POST", "billing", "/lokale-regels", 201, json=REGEL | changes)["id"]
    if on:
        query(f"UPDATE lokale_regel SET aan_sinds = now() WHERE id = '{made}' RETURNING 1")
    return made


def in_total(chain: Chain, volume: int) -> str:
    """An allocation of so many hours in all."""
    agree(chain, chain.begeleiding, {})
    return allocate(
        chain,
        chain.begeleiding,
        ingangsdatum="2025-10-01",
        einddatum="2025-12-31",
        omvang={"volume": volume, "eenheid": "04", "frequentie": "6"},
    )


MAANDEN = ("2025-10-01/2025-10-31", "2025-11-01/2025-11-30", "2025-12-01/2025-12-31")
