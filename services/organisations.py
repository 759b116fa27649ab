"""The organisations of an installation and their keys."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.db import tables as t
from shared.security import YEAR, derived_key, grant_access

DEMO = {
    "0193": "Gemeente Zwolle",
    "65656055": "Jeugdhulp De IJssel",
    "65656056": "Thuisbegeleiding Zwolle",
}
"""The organisations of the demo; the AGB codes lie in a range without real providers."""


def register(session: Session, code: str, naam: str, kanaal: str = "lokaal", adres: str = "") -> None:
    """Make an organisation known: served here (`lokaal`), or elsewhere behind a folder or an address."""
    values = {"code": code, "naam": naam, "hier": kanaal == "lokaal", "kanaal": kanaal, "adres": adres}
    changed = {name: value for name, value in values.items() if name != "code"}
    session.execute(insert(t.organisatie).values(values).on_conflict_do_update(index_elements=["code"], set_=changed))


def register_demo(session: Session, nu: datetime) -> dict[str, str]:
    """The organisations of the demo, each with its key, which stays the same in this installation."""
    keys = {code: derived_key(code) for code in DEMO}
    for code, naam in DEMO.items():
        register(session, code, naam)
        grant_access(session, code, keys[code], "demo", nu + YEAR)
    return keys
