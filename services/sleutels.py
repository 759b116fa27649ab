"""`zorgketen sleutels`: a new version of the key, and sealing again what an older version sealed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from services.organisations import codes
from shared import vault
from shared.db import tables as t
from shared.db.session import Namens, transaction
from shared.db.start import database

BATCH = 500
_SEALED = (
    (t.persoon, "verzegeld", "persoon"),
    (t.bericht, "xml", "bericht"),
    (t.herhaling, "antwoord", "herhaling"),
    (t.toewijzingsvoorstel, "inhoud", "toewijzingsvoorstel"),
)
"""Every sealed column, and the place that it is sealed for beside its organisation."""


def renew() -> int:
    """Add a version to the key file, then seal everything with it."""
    print(f"Versie {vault.add_version()} van de sleutel is gemaakt; nieuwe gegevens gaan daaronder.")
    return reseal()


def reseal() -> int:
    """Seal what an older version sealed with the newest; can be broken off and done again. 0."""
    with database():
        count = sum(_all_of(code, *sealed) for code in codes() for sealed in _SEALED)
    print(f"{count} waarden opnieuw verzegeld; alles staat nu onder versie {vault.keys().newest}.")
    return 0


def _all_of(code: str, table: Table, column: str, place: str) -> int:
    newest, sealed = vault.keys().newest.to_bytes(vault.VERSION_BYTES), table.c[column]
    old = select(*table.primary_key).where(
        table.c.eigenaar == code, func.substring(sealed, 1, vault.VERSION_BYTES) != newest
    )
    with transaction(Namens(code, "sleutels")) as session:
        keys = list(session.execute(old))
    for start in range(0, len(keys), BATCH):
        with transaction(Namens(code, "sleutels")) as session:
            for key in keys[start : start + BATCH]:
                _seal_again(session, table, key, column, place)
    return len(keys)


def _seal_again(session: Session, table: Table, key: Sequence[Any], column: str, place: str) -> None:
    own = [part == value for part, value in zip(table.primary_key, key, strict=True)]
    row = session.execute(select(table.c.eigenaar, table.c[column]).where(*own).with_for_update()).one_or_none()
    if row is not None:  # else it was deleted meanwhile
        data = vault.unseal(getattr(row, column), row.eigenaar, place)
        session.execute(update(table).where(*own).values({column: vault.seal(data, row.eigenaar, place)}))
