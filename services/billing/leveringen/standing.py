"""What became of each delivery: the state of the line that was sent about it last."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row
from sqlalchemy.orm import Session

from services.billing import queries as billing
from services.billing.leveringen import queries
from services.billing.leveringen.models import GeleverdeDag, LeveringMetStand, reden
from services.billing.models import Reden
from shared.db import tables as t

WACHT = ("klaar", "afgeleverd")
NIET, WACHTEND, TOEGEKEND = "nog niet gedeclareerd", "wacht op antwoord", "toegekend"
AFGEWEZEN, GECREDITEERD, INGETROKKEN = "afgewezen", "gecrediteerd", "ingetrokken"


def listed(session: Session, where: ColumnElement[bool], na: UUID | None, limit: int) -> list[LeveringMetStand]:
    """A page of deliveries with their states; one more than `limit` when there are more. Raises Refused (404)."""
    rows = queries.page(session, where, na, limit)
    here = t.levering.c.id.in_([row.id for row in rows])
    claimed, entries = queries.claimed(session, here), queries.entries(session, here)
    findings = billing.findings(session, list({line.bericht for own in claimed.values() for line in own}))
    eigenaar: str = session.info["organisatie"]
    queries.note(session, "leveringen ingezien", "lijst", queries.allocations_of(session, eigenaar, here))
    return [_listed(row, claimed.get(row.id, []), entries.get(row.id, []), findings) for row in rows]


def _listed(
    row: Row[Any], lines: Sequence[Row[Any]], entries: Sequence[Row[Any]], findings: Sequence[Row[Any]]
) -> LeveringMetStand:
    stand, line = state(row.volume, lines)
    return LeveringMetStand(
        id=row.id,
        toewijzing=queries.name_of(row),
        begindatum=row.begindatum,
        einddatum=row.einddatum,
        volume=row.volume,
        eenheid=row.eenheid,
        product_categorie=row.product_categorie,
        product_code=row.product_code,
        stand=stand,
        gewijzigd=stand == TOEGEKEND and line is not None and _differs(row, line),
        bedrag=line.ingediend_bedrag_bedrag if line is not None else None,
        referentie=line.product_referentie_referentie_nummer if line is not None else None,
        declaratie=line.bericht if line is not None else None,
        redenen=_reasons(line, findings) if line is not None and stand == AFGEWEZEN else [],
        verrichtingen=[GeleverdeDag.of(entry) for entry in entries],
    )


def state(volume: int, lines: Sequence[Row[Any]]) -> tuple[str, Row[Any] | None]:
    """The state of a delivery and the debit that it is about, from all lines about it in the order of sending.

    A message that could not be delivered was never sent. What is granted stays so while a credit of it is refused.
    """
    debits = [line for line in lines if line.ingediend_bedrag_debet_credit == "D" and line.status != "mislukt"]
    waiting = {_named(line) for line in lines if line.status in WACHT and not line.afgewezen}
    for line in reversed(debits):
        if line.status in WACHT or (_granted(line) and line.product_referentie_referentie_nummer in waiting):
            return WACHTEND, line
        if _granted(line) and not line.gecrediteerd:
            return TOEGEKEND, line
    if not debits:
        return (NIET if volume else INGETROKKEN), None
    if _granted(debits[-1]):
        return GECREDITEERD, debits[-1]
    return (AFGEWEZEN if volume else INGETROKKEN), debits[-1]


def _named(line: Row[Any]) -> str:
    """The debit that a credit takes back; for a debit nothing."""
    return line.product_referentie_vorig_referentie_nummer or ""


def _granted(line: Row[Any]) -> bool:
    return line.status == "goedgekeurd" and not line.afgewezen


def _differs(row: Row[Any], line: Row[Any]) -> bool:
    wanted = (row.volume, row.eenheid, row.einddatum)
    return wanted != (line.geleverd_volume, line.eenheid, line.product_periode_einddatum)


def _reasons(line: Row[Any], findings: Sequence[Row[Any]]) -> list[Reden]:
    """Why a line was refused: what was found in it, in its client, or in the declaratie as a whole."""
    places = {("Prestatie", line.volgnummer), ("Client", line.ouder), ("Declaratie", 1), ("Header", 1)}
    own = (f for f in findings if f.bericht == line.bericht and (f.klasse, f.volgnummer) in places)
    return [reden(finding.code, finding.retourcode) for finding in own]
