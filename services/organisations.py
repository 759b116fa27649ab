"""The organisations of an installation and their keys."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.db import tables as t
from shared.db.session import Namens, act_for, transaction
from shared.roles import ALLES
from shared.security import YEAR, Toegang, derived_key, grant_access, proof_of_key

DEMO = {
    "0193": "Gemeente Zwolle",
    "65656055": "Jeugdhulp De IJssel",
    "65656056": "Thuisbegeleiding Zwolle",
}
"""The organisations of the demo; the AGB codes lie in a range without real providers."""


def codes() -> list[str]:
    """The codes of all organisations."""
    with transaction(Namens("", "organisaties")) as session:
        return list(session.execute(select(t.organisatie.c.code).order_by(t.organisatie.c.code)).scalars())


def register(session: Session, code: str, naam: str, kanaal: str = "lokaal", adres: str = "") -> None:
    """Make an organisation known: served here (`lokaal`), or elsewhere behind a folder or an address."""
    values = {"code": code, "naam": naam, "hier": kanaal == "lokaal", "kanaal": kanaal, "adres": adres}
    changed = {name: value for name, value in values.items() if name != "code"}
    session.execute(insert(t.organisatie).values(values).on_conflict_do_update(index_elements=["code"], set_=changed))


def give_key(session: Session, code: str, key: str, naam: str, until: datetime, rollen: Iterable[str] = ALLES) -> None:
    """Let a key act for an organisation; with all roles, unless fewer are named."""
    act_for(session, code)
    grant_access(session, code, Toegang(proof_of_key(key), "sleutel", naam, rollen, until))


def register_demo(session: Session, nu: datetime) -> dict[str, str]:
    """The organisations of the demo, each with its key, which stays the same in this installation."""
    keys = {code: derived_key(code) for code in DEMO}
    for code, naam in DEMO.items():
        register(session, code, naam)
        give_key(session, code, keys[code], "demo", nu + YEAR)
    return keys
