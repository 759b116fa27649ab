"""The right repair of what was refused in a declaratie, given the deliveries, tariffs and allocations of now.

A refused line is never credited (IV085): its delivery is claimed again under a new reference. What was granted and is
different now is credited first, then claimed again; when the new debit would be refused, its credit waits too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.billing import queries as billing
from services.billing.leveringen import compose, naming, queries
from services.billing.leveringen.compose import Prestatie
from services.billing.leveringen.declaring import locked, made
from services.billing.leveringen.models import Herstel, Herstelregel, HerstelVerzoek
from services.billing.leveringen.proposing import (
    Exchange,
    Objection,
    Proposal,
    dispatch,
    propose,
    tried,
    without,
)
from services.billing.leveringen.warnings import warnings
from shared.calendar import month_of

BY_ITSELF = {
    *("TR304", "TR307", "TR308", "TR321", "TR338", "TR339", "TR340", "TR341"),
    *("TR346", "TR381", "TR384", "TR387", "TR388", "TR418"),
}
"""What is wrong with a line whatever else was claimed: the same line would be refused again."""
REPEATED = ("product_periode_einddatum", "geleverd_volume", "eenheid", "product_tarief", "ingediend_bedrag_bedrag")
OPNIEUW, CREDITEREN, BEIDE = "opnieuw indienen", "crediteren", "crediteren en opnieuw indienen"
AFWACHTEN, NIETS, ZELF = "afwachten", "niets", "zelf herstellen"
UITLEG: Mapping[str, str] = {
    OPNIEUW: "Een afgewezen regel wordt nooit gecrediteerd. De levering gaat opnieuw mee zoals zij nu is, met een "
    "nieuw referentienummer.",
    CREDITEREN: "De levering is ingetrokken; wat is toegekend wordt teruggenomen.",
    BEIDE: "Wat is toegekend wijkt af van de levering: dat wordt eerst gecrediteerd, daarna volgt de juiste regel.",
    AFWACHTEN: "Over deze levering loopt nog een declaratie. Wacht op het antwoord en vraag dan opnieuw om herstel.",
    ZELF: "Van deze regel is hier geen levering vastgelegd. Leg vast wat er is geleverd en vraag opnieuw.",
}
GELIJK = "De levering is inmiddels toegekend zoals zij nu is."
INGETROKKEN = "De levering is ingetrokken en er is niets van toegekend; er is niets te doen."
NOG_NIET = "Zo wordt de regel opnieuw afgewezen. Doe eerst wat bij de redenen staat en vraag dan opnieuw om herstel."


@dataclass(frozen=True, slots=True)
class Answered:
    """A declaratie with its lines, what was found in each, and the delivery that each is about."""

    row: Row[Any]
    lines: Sequence[Row[Any]]
    findings: Sequence[Row[Any]]
    deliveries: Mapping[int, UUID]

    def found_in(self, line: Row[Any]) -> list[Row[Any]]:
        """What was found in a line, or in the client that it stands in."""
        places = {("Prestatie", line.volgnummer), ("Client", line.ouder)}
        return [finding for finding in self.findings if (finding.klasse, finding.volgnummer) in places]

    def outcome(self, line: Row[Any]) -> str:
        """What became of a line."""
        if self.row.status in ("klaar", "afgeleverd"):
            return "in behandeling"
        return "toegekend" if self.row.status == "goedgekeurd" and not line.afgewezen else "afgewezen"


def repair(session: Session, aanbieder: str, bericht: UUID, wanted: HerstelVerzoek, vandaag: date) -> Herstel:
    """What repairs a declaratie, and which of it would pass; with `versturen` that part is sent as one 323.

    Its month is the last one that was declared (TR318). Raises Refused (404).
    """
    answered = _answered(session, aanbieder, bericht)
    row = answered.row
    latest = queries.last_month(session, aanbieder, row.tegenpartij, row.standaard)
    first = max(latest or row.declaratie_periode_begindatum, row.declaratie_periode_begindatum)
    exchange = locked(session, Exchange(aanbieder, row.tegenpartij, row.standaard, month_of(first), vandaag))
    proposal = propose(session, exchange, queries.in_declaratie(bericht))
    lines, found = _settled(session, exchange, proposal, _repeated(session, answered, proposal))
    sent = made(dispatch(session, exchange, lines), lines) if wanted.versturen and lines else None
    return Herstel(
        maand=f"{exchange.periode.begin:%Y-%m}",
        hersteld=[told for line in answered.lines if (told := _told(answered, line, proposal, found)) is not None],
        regels=[naming.shown(item, found) for item in proposal.lines],
        redenen=naming.of_all(found, latest),
        waarschuwingen=warnings(exchange, proposal, None),
        verstuurd=sent,
    )


def _answered(session: Session, aanbieder: str, bericht: UUID) -> Answered:
    row = billing.declaratie(session, aanbieder, bericht)
    lines, findings = billing.lines(session, [bericht]), billing.findings(session, [bericht])
    claimed = queries.claimed(session, queries.in_declaratie(bericht))
    deliveries = {line.volgnummer: key for key, own in claimed.items() for line in own if line.bericht == bericht}
    return Answered(row, lines, findings, deliveries)


def _settled(
    session: Session, exchange: Exchange, proposal: Proposal, repeated: Sequence[Objection]
) -> tuple[list[Prestatie], list[Objection]]:
    """The lines that pass together, and what stops the others: what is left out can make room for the rest."""
    found = [*proposal.objections, *repeated]
    lines = without(proposal.lines, found)
    while new := tried(session, exchange, lines):
        found += new
        if any(item.prestatie is None for item in new):
            return [], found
        lines = without(lines, new)
    return lines, found


def _repeated(session: Session, answered: Answered, proposal: Proposal) -> list[Objection]:
    """New debits that say what was refused for itself, while the allocation did not change since."""
    refused: dict[UUID, Row[Any]] = {
        answered.deliveries[line.volgnummer]: line
        for line in answered.lines
        if line.afgewezen and line.volgnummer in answered.deliveries
    }
    order = queries.order_of(session, (row.bericht for row in proposal.allocations.values()))
    found = list[Objection]()
    for item in proposal.lines:
        line, row = refused.get(item.claim.levering.id), proposal.allocations.get(queries.key_of(item.claim.levering))
        if line is None or row is None or compose.is_credit(item.line):
            continue
        if order[row.bericht] < answered.row.volgorde and all(item.line[n] == getattr(line, n) for n in REPEATED):
            same = (finding for finding in answered.found_in(line) if finding.code in BY_ITSELF)
            found += [Objection(item, finding.code, finding.retourcode) for finding in same]
    return found


def _told(answered: Answered, line: Row[Any], proposal: Proposal, found: Iterable[Objection]) -> Herstelregel | None:
    """What the repair of a line is; None for one that was granted and is still right, or took something back."""
    uitkomst, levering = answered.outcome(line), answered.deliveries.get(line.volgnummer)
    own = [item for item in proposal.lines if item.claim.levering.id == levering]
    waits = levering is not None and any(row.wacht for row in proposal.standing.get(levering, []))
    if uitkomst == "toegekend" and (line.ingediend_bedrag_debet_credit == "C" or not (own or waits)):
        return None
    handeling, uitleg = _action(own, levering, proposal)
    against = [item for item in found if item.prestatie is None or any(item.prestatie is one for one in own)]
    stopped = bool(own and against)
    return Herstelregel(
        referentie=line.product_referentie_referentie_nummer,
        toewijzing=queries.name_of(line),
        product_code=line.product_code,
        begindatum=line.product_periode_begindatum,
        uitkomst=uitkomst,
        handeling=handeling,
        hersteld=not stopped and handeling not in (AFWACHTEN, ZELF),
        uitleg=f"{uitleg} {NOG_NIET}" if stopped else uitleg,
        redenen=[naming.reason(item) for item in against] if own else [],
    )


def _action(own: Sequence[Prestatie], levering: UUID | None, proposal: Proposal) -> tuple[str, str]:
    """What has to be done for a delivery, and why."""
    kinds = {compose.is_credit(item.line) for item in own}
    if kinds:
        handeling = BEIDE if len(kinds) == 2 else CREDITEREN if True in kinds else OPNIEUW
        return handeling, UITLEG[handeling]
    if levering is None:
        return ZELF, UITLEG[ZELF]
    standing = proposal.standing.get(levering, [])
    if any(row.wacht for row in standing):
        return AFWACHTEN, UITLEG[AFWACHTEN]
    return NIETS, GELIJK if standing else INGETROKKEN
