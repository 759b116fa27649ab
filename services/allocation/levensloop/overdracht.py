"""Moving an allocation to another provider: the old one ends, what is left of it begins at the new one."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation import flows as messages
from services.allocation import queries, tonen
from services.allocation.levensloop import samen
from services.allocation.levensloop.models import Overdracht
from services.allocation.levensloop.queries import granted, successor_elsewhere
from services.allocation.models import NieuweToewijzing, Omvang, Wijziging
from services.allocation.rules.toewijzing import VERWIJDERD
from services.allocation.toewijzen import bestaand
from services.allocation.toewijzen.bestaand import TOTAAL
from services.allocation.toewijzen.flows import Besloten
from shared.db.session import Namens
from shared.errors import Fault, Refused

ANDERE_AANBIEDER = "09"


def move(
    session: Session, who: Namens, toewijzing: str, wanted: Overdracht, nu: datetime, maker: str | None = None
) -> Besloten:
    """End an allocation and go on at another provider: two 301s.

    Of a total or a budget goes along what was not granted yet, or less; with the consent of the old provider his own
    is lowered by it. `maker` prepared what `who` approves. Raises Refused: 404, 422, and 409 without one.
    """
    row = queries.taken(session, who.organisatie, toewijzing, wanted.aanbieder)
    used = granted(session, row)
    _check(row, wanted, used, successor_elsewhere(session, row))
    client = messages.client_as_told(session, row)
    new = samen.Nieuw(_rest(row, wanted, used), voorganger=row.toewijzing_nummer)
    return samen.send(session, who, client, samen.Wissel([(row, _ended(row, wanted, used))], [new]), nu, maker)


def _check(row: Row[Any], wanted: Overdracht, used: tuple[int, int], moved: Row[Any] | None) -> None:
    faults = []
    if moved is not None:
        text = f"Zij is al overgedragen: toewijzing {tonen.identity(moved)} nam haar plaats in. Draag die over."
        faults.append(Fault("OVERGEDRAGEN", "/", text))
    if wanted.aanbieder == row.tegenpartij:
        faults.append(Fault("AANBIEDER", "/aanbieder", "De cliënt is al bij deze aanbieder. Kies een andere."))
    if row.reden_wijziging == VERWIJDERD:
        faults.append(Fault("TR384", "/", "Deze toewijzing is verwijderd. Stel een nieuwe vast."))
    if wanted.per <= row.ingangsdatum or (row.einddatum is not None and wanted.per > row.einddatum):
        text = "Deze dag ligt niet binnen de toewijzing, na haar eerste dag. Kies een andere, of stel een nieuwe vast."
        faults.append(Fault("TR004", "/per", text))
    faults += _too_much(row, wanted, used)
    if faults:
        raise Refused(422, "De overdracht kan niet", faults)


def _too_much(row: Row[Any], wanted: Overdracht, used: tuple[int, int]) -> list[Fault]:
    total = row.omvang_volume if row.omvang_frequentie == TOTAAL else None
    found = []
    for name, asked, whole, spent in (
        ("volume", wanted.volume, total, used[0]),
        ("budget", wanted.budget, row.budget, used[1]),
    ):
        if whole is None and asked is not None:
            found.append(Fault("REST", f"/{name}", "Dit gaat alleen bij een totaal of een budget mee. Laat het leeg."))
        elif whole is not None and whole - spent < max(asked or 1, 1):
            text = f"Hiervan is nog {max(whole - spent, 0)} niet toegekend; meer kan niet mee."
            found.append(Fault("REST", f"/{name}", text))
    return found


def _rest(row: Row[Any], wanted: Overdracht, used: tuple[int, int]) -> NieuweToewijzing:
    changes: dict[str, Any] = {"aanbieder": wanted.aanbieder, "ingangsdatum": wanted.per}
    if row.omvang_frequentie == TOTAAL:
        rest = row.omvang_volume - used[0] if wanted.volume is None else wanted.volume
        changes["omvang"] = Omvang(volume=rest, eenheid=row.omvang_eenheid, frequentie=TOTAAL)
    if row.budget is not None:
        changes["budget"] = row.budget - used[1] if wanted.budget is None else wanted.budget
    return bestaand.as_wanted(row, **changes)


def _ended(row: Row[Any], wanted: Overdracht, used: tuple[int, int]) -> Wijziging:
    last = wanted.per + timedelta(wanted.warme_overdracht - 1)
    told: dict[str, Any] = {"einddatum": min(last, row.einddatum or last), "reden_wijziging": ANDERE_AANBIEDER}
    if wanted.instemming_aanbieder:
        rest = _rest(row, wanted, used)
        total = row.omvang_frequentie == TOTAAL and rest.omvang is not None
        told["volume"] = row.omvang_volume - rest.omvang.volume if total and rest.omvang else None
        told["budget"] = row.budget - rest.budget if rest.budget is not None else None
    return Wijziging(**told, instemming_aanbieder=wanted.instemming_aanbieder)
