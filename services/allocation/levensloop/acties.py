"""Stretching, withdrawing, deleting and revising an allocation: one 301 each, with the reason that fits."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation import flows as messages
from services.allocation import queries, tonen
from services.allocation.levensloop import samen
from services.allocation.levensloop.models import Herziening, Intrekking, Verlenging
from services.allocation.levensloop.queries import granted_lines
from services.allocation.models import Omvang, Wijziging
from services.allocation.rules.toewijzing import VERWIJDERD
from services.allocation.toewijzen import bestaand, flows
from shared.calendar import NEDERLAND
from shared.db.session import Namens
from shared.errors import Fault, Refused

VERLENGD, VERKORT = "04", "05"
DAG = timedelta(1)


def stretch(
    session: Session, who: Namens, toewijzing: str, wanted: Verlenging, nu: datetime, maker: str | None = None
) -> flows.Besloten:
    """Give an allocation a later end date, as OP380 asks. Raises Refused: 404, 422, and 409 without a second person."""
    row = queries.taken(session, who.organisatie, toewijzing)
    if why := bestaand.not_to_stretch(row, nu.astimezone(NEDERLAND).date()):
        raise _refused("De toewijzing kan niet worden verlengd", Fault("OP380", "/einddatum", why))
    if wanted.einddatum <= row.einddatum:
        text = "Deze dag ligt niet na de huidige einddatum. Kies een latere, of trek de toewijzing in."
        raise _refused("De toewijzing kan niet worden verlengd", Fault("OP380", "/einddatum", text))
    change = Wijziging(reden_wijziging=VERLENGD, einddatum=wanted.einddatum, budget=wanted.budget)
    return flows.change(session, who, toewijzing, change, nu, maker)


def withdraw(session: Session, who: Namens, toewijzing: str, wanted: Intrekking, nu: datetime) -> None:
    """Give an allocation an earlier end date. Raises Refused (404, 422)."""
    row = queries.taken(session, who.organisatie, toewijzing)
    if row.einddatum is not None and wanted.einddatum >= row.einddatum:
        text = "Deze dag ligt niet voor de huidige einddatum. Kies een eerdere, of verleng de toewijzing."
        raise _refused("De toewijzing kan niet worden ingetrokken", Fault("IV066", "/einddatum", text))
    change = Wijziging(reden_wijziging=wanted.reden, einddatum=wanted.einddatum)
    flows.change(session, who, toewijzing, change, nu)


def remove(session: Session, who: Namens, toewijzing: str, nu: datetime) -> None:
    """Make an allocation count as never sent (reason 13). Raises Refused: 404, 422 with what was granted (TR385)."""
    row = queries.taken(session, who.organisatie, toewijzing)
    if found := [_granted(line) for line in granted_lines(session, row)]:
        raise _refused("De toewijzing kan niet worden verwijderd", *found)
    change = Wijziging(reden_wijziging=VERWIJDERD, einddatum=row.ingangsdatum)
    flows.change(session, who, toewijzing, change, nu)


def _granted(line: Row[Any]) -> Fault:
    period = f"{line.product_periode_begindatum:%d-%m-%Y} t/m {line.product_periode_einddatum:%d-%m-%Y}"
    amount = f"€ {line.ingediend_bedrag_bedrag // 100},{line.ingediend_bedrag_bedrag % 100:02}"
    how = "Vraag de aanbieder dit te crediteren, of trek de toewijzing in."
    return Fault("TR385", "/", f"Over {period} is {amount} toegekend. {how}")


def revise(
    session: Session, who: Namens, toewijzing: str, wanted: Herziening, nu: datetime, maker: str | None = None
) -> flows.Besloten:
    """Give an allocation another volume or budget.

    A total and a budget change under their own number (IV066). Per day, week or month the allocation ends on the day
    before and a new one begins. `maker` prepared what `who` approves. Raises Refused: 404, 422, and 409 without one.
    """
    row = queries.taken(session, who.organisatie, toewijzing)
    if row.reden_wijziging == VERWIJDERD:
        text = "Deze toewijzing is verwijderd. Stel een nieuwe vast."
        raise _refused("De toewijzing kan niet worden herzien", Fault("TR384", "/", text))
    _check_other(row, wanted)
    reason = wanted.reden or (VERLENGD if _more(row, wanted) else VERKORT)
    if _keeps_its_number(row, wanted):
        change = Wijziging(
            reden_wijziging=reason,
            volume=wanted.volume,
            budget=wanted.budget,
            instemming_aanbieder=wanted.instemming_aanbieder,
        )
        return flows.change(session, who, toewijzing, change, nu, maker)
    client = messages.client_as_told(session, row)
    return samen.send(session, who, client, _successor(row, wanted, reason), nu, maker)


def _keeps_its_number(row: Row[Any], wanted: Herziening) -> bool:
    return wanted.budget is not None or row.omvang_frequentie in (None, bestaand.TOTAAL)


def _check_other(row: Row[Any], wanted: Herziening) -> None:
    """Refuse what changes nothing, and a day for what holds over the whole run. Raises Refused (422)."""
    faults = []
    if wanted.volume in (None, row.omvang_volume) and wanted.budget in (None, row.budget):
        place = "/budget" if wanted.volume is None else "/volume"
        text = "Zo is de toewijzing al: er verandert niets. Geef een ander volume of budget."
        faults.append(Fault("WIJZIGING", place, text))
    if wanted.per is not None and _keeps_its_number(row, wanted):
        text = "Een totaal of budget geldt voor de hele looptijd en wijzigt niet vanaf een dag. Laat per leeg."
        faults.append(Fault("IV066", "/per", text))
    if faults:
        raise _refused("De toewijzing kan niet worden herzien", *faults)


def _more(row: Row[Any], wanted: Herziening) -> bool:
    return (wanted.volume or wanted.budget or 0) > (row.omvang_volume or row.budget or 0)


def _successor(row: Row[Any], wanted: Herziening, reason: str) -> samen.Wissel:
    """An allocation that ends and the one that takes its place. Raises Refused (422)."""
    per = _first_day(row, wanted.per)
    size = Omvang(volume=wanted.volume or 0, eenheid=row.omvang_eenheid, frequentie=row.omvang_frequentie)
    ended = Wijziging(reden_wijziging=reason, einddatum=per - DAG)
    new = samen.Nieuw(bestaand.as_wanted(row, ingangsdatum=per, omvang=size), voorganger=row.toewijzing_nummer)
    return samen.Wissel([(row, ended)], [new])


def _first_day(row: Row[Any], per: date | None) -> date:
    """The day from which something else takes the place of an allocation. Raises Refused (422)."""
    text = f"Toewijzing {tonen.identity(row)}: geef een dag na de ingangsdatum en niet na de einddatum."
    if per is None or per <= row.ingangsdatum or (row.einddatum is not None and per > row.einddatum):
        raise _refused("De toewijzing kan zo niet worden opgevolgd", Fault("IV066", "/per", text))
    return per


def _refused(titel: str, *faults: Fault) -> Refused:
    return Refused(422, titel, list(faults))
