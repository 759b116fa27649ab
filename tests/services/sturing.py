"""A small world for steering: rows as the product stores them, put into the ledger straight away."""

from datetime import date, time
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from shared.db import inkoop
from shared.db import tables as t
from shared.db import toewijzen as tt

GEMEENTE, JEUGD, WMO = "0193", "65656055", "65656056"
WEKELIJKS = {
    "standaard": "iwmo",
    "tegenpartij": WMO,
    "bsn": "een",
    "product_categorie": "02",
    "product_code": "02A03",
    "omvang_volume": 3,
    "omvang_eenheid": "04",
    "omvang_frequentie": "2",
    "ingangsdatum": date(2025, 10, 7),
    "einddatum": date(2025, 12, 30),
}
"""The standard's own example: three hours a week; 4 weeks of October, 4 or 5 of November, and so on."""
UURTARIEF = 6_150
_numbers = count(1)


def organisation(session: Session, code: str) -> None:
    values = {"code": code, "naam": code, "hier": True, "kanaal": "lokaal"}
    session.execute(upsert(t.organisatie).values(values).on_conflict_do_nothing())


def message(session: Session, eigenaar: str = GEMEENTE, soort: str = "301", **changes: Any) -> UUID:
    """A message in the ledger of an organisation; its id."""
    organisation(session, eigenaar)
    sends = (len(eigenaar) == 4) == (soort in ("301", "325"))
    values = {
        "id": uuid4(),
        "eigenaar": eigenaar,
        "tegenpartij": WMO if eigenaar == GEMEENTE else GEMEENTE,
        "richting": "uitgaand" if sends else "inkomend",
        "standaard": "iwmo",
        "soort": soort,
        "identificatie": f"S{next(_numbers)}",
        "dagtekening": date(2025, 9, 1),
        "status": "goedgekeurd",
        "xml": b"",
    }
    session.execute(insert(t.bericht).values(values | changes))
    made: UUID = (values | changes)["id"]
    return made


def allocation(
    session: Session, nummer: int, *, eigenaar: str = GEMEENTE, status: str = "goedgekeurd", **changes: Any
) -> UUID:
    """A version of an allocation; the 301 that tells it."""
    row = WEKELIJKS | changes
    exchange = {"tegenpartij": row["tegenpartij"], "standaard": row["standaard"]}
    bericht = message(session, eigenaar, status=status, **exchange)
    told = {"toewijzingsdatum": date(2025, 9, 1), "toewijzingstijd": time(12)}
    values = told | row | {"eigenaar": eigenaar, "bericht": bericht, "volgnummer": 1, "toewijzing_nummer": nummer}
    session.execute(insert(t.toegewezen_product).values(values))
    return bericht


def decided(session: Session, bericht: UUID, nummer: int, **values: Any) -> None:
    """What lies behind a version of an allocation."""
    row = {"eigenaar": GEMEENTE, "bericht": bericht, "toewijzing_nummer": nummer, "resultaatgebieden": [], "door": "x"}
    session.execute(insert(tt.besluit).values(row | values))


def contract(session: Session, aanbieder: str = WMO, eigenaar: str = GEMEENTE, **changes: Any) -> None:
    """A contract without end."""
    organisation(session, eigenaar)
    row = {"eigenaar": eigenaar, "nummer": f"C{aanbieder}", "tegenpartij": aanbieder, "standaard": "iwmo"}
    session.execute(insert(inkoop.contract).values(row | {"begindatum": date(2024, 1, 1)} | changes))


def tariff(session: Session, tarief: int = UURTARIEF, aanbieder: str = WMO, **changes: Any) -> None:
    """A tariff of that contract."""
    row = {"eigenaar": GEMEENTE, "contract": f"C{aanbieder}", "product_categorie": "02", "product_code": "02A03"}
    row |= {"eenheid": "04", "begindatum": date(2024, 1, 1), "tarief": tarief}
    session.execute(insert(inkoop.tarief).values(row | changes))


def ceiling(session: Session, naam: str, bedrag: int, begin: date, eind: date, **scope: Any) -> None:
    """A ceiling of the municipality."""
    organisation(session, GEMEENTE)
    row = {"eigenaar": GEMEENTE, "naam": naam, "standaard": "iwmo", "bedrag": bedrag, "begindatum": begin}
    session.execute(insert(inkoop.plafond).values(row | {"einddatum": eind} | scope))
