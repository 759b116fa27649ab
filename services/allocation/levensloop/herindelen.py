"""Municipal redivision: the old municipality ends its allocations (reason 11), the new one allocates anew."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from services.allocation.levensloop import plannen, samen
from services.allocation.levensloop.plannen import DAG, Gepland
from services.allocation.levensloop.reeksmodellen import NieuweHerindeling
from services.allocation.levensloop.uitvoeren import head
from services.allocation.rules.toewijzing import VERWIJDERD
from services.allocation.toewijzen import bestaand
from shared.db import audit, people
from shared.db import levensloop as lt
from shared.db import tables as t
from shared.db.session import acting_for
from shared.errors import Fault, Refused, not_found
from shared.security import Caller

HERINDELING = "11"


def plan(session: Session, who: Caller, wanted: NieuweHerindeling) -> UUID:
    """Ask for a redivision as the new municipality, or plan it as the old one when the new one is not served here.

    The old municipality gets the plan and decides on it; nothing is read or changed for the new one before that.
    Raises Refused (422).
    """
    served = {code: _served(session, code) for code in (wanted.oude_gemeente, wanted.nieuwe_gemeente)}
    _check(who, wanted, served)
    key = uuid4()
    asked = {
        "id": key,
        "soort": "herindeling",
        "per": wanted.per,
        "oude_gemeente": wanted.oude_gemeente,
        "nieuwe_gemeente": wanted.nieuwe_gemeente if served[wanted.nieuwe_gemeente] else None,
        "gevraagd": wanted.model_dump(mode="json"),
        "gemaakt_door": f"{who.organisatie} {who.wie}",
        "gemaakt_kenmerk": who.kenmerk,
    }
    if who.organisatie == wanted.nieuwe_gemeente:
        session.execute(insert(lt.omzetting).values(**asked, eigenaar=wanted.nieuwe_gemeente))
    with acting_for(session, wanted.oude_gemeente):
        rows = plannen.running(session, wanted.oude_gemeente, wanted.per)
        plannen.keep(session, wanted.oude_gemeente, asked, [_line(row, wanted) for row in rows])
    return key


def _served(session: Session, code: str) -> bool:
    query = select(t.organisatie.c.code).where(t.organisatie.c.code == code, t.organisatie.c.hier)
    return session.scalar(query) is not None


def _check(who: Caller, wanted: NieuweHerindeling, served: dict[str, bool]) -> None:
    old, new = wanted.oude_gemeente, wanted.nieuwe_gemeente
    if old == new:
        fault = Fault("GEMEENTE", "/nieuwe_gemeente", "Een gemeente gaat niet in zichzelf op. Geef de nieuwe code.")
    elif who.organisatie not in (old, new):
        fault = Fault("GEMEENTE", "/", "U werkt voor geen van beide gemeenten. Laat de nieuwe gemeente dit vragen.")
    elif who.organisatie == new and not served[old]:
        text = (
            "De oude gemeente werkt niet in deze installatie. Vraag haar om een export, en stel de toewijzingen vast."
        )
        fault = Fault("GEMEENTE", "/oude_gemeente", text)
    elif who.organisatie == old and served[new]:
        text = "De nieuwe gemeente werkt ook hier. Laat haar dit vragen; daarna keurt u het goed."
        fault = Fault("GEMEENTE", "/nieuwe_gemeente", text)
    else:
        return
    raise Refused(422, "De herindeling kan zo niet worden gepland", [fault])


def _line(row: Row[Any], wanted: NieuweHerindeling) -> Gepland:
    """What runs goes over on the day; what begins then or later never began with the old municipality."""
    new = samen.Nieuw(bestaand.as_wanted(row, ingangsdatum=max(row.ingangsdatum, wanted.per)))
    if row.ingangsdatum < wanted.per:
        return Gepland(row, wanted.per - DAG, HERINDELING, new)
    return Gepland(row, row.ingangsdatum, VERWIJDERD, new)


def export(session: Session, gemeente: str, key: UUID) -> list[dict[str, Any]]:
    """What a new municipality elsewhere allocates anew, with the BSN of each client. Raises Refused (404)."""
    if head(session, gemeente, key).soort != "herindeling":
        raise not_found("Herindeling")
    line = lt.omzettingsregel
    query = select(line).where(line.c.eigenaar == gemeente, line.c.omzetting == key).order_by(line.c.volgnummer)
    rows = session.execute(query).all()
    audit.note(session, "herindeling uitgevoerd naar buiten", str(key), [row.bsn for row in rows])
    return [
        {
            "standaard": row.standaard,
            "aanbieder": row.tegenpartij,
            "bsn": people.bsn_of(session, gemeente, row.bsn),
            "oud_nummer": row.toewijzing_nummer,
            "toewijzing": row.nieuw,
        }
        for row in rows
    ]
