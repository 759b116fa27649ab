"""The money, worked out anew from the XML of a 323 and its 325, and from the rows; in whole cents, credits negative."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from lxml import etree
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import vault

_ANSWERED = """
    SELECT h.id, h.eigenaar, h.xml AS heen, a.xml AS antwoord, h.status
    FROM bericht h JOIN bericht a ON a.eigenaar = h.eigenaar AND a.antwoord_op = h.id
    WHERE h.soort = '323' AND h.richting = 'inkomend' AND NOT h.id = ANY(:known)
"""
_GRANTED = """
    SELECT coalesce(sum(CASE ingediend_bedrag_debet_credit WHEN 'C' THEN -1 ELSE 1 END * ingediend_bedrag_bedrag), 0)
    FROM prestatie p WHERE bericht = :bericht AND NOT EXISTS (SELECT 1 FROM bevinding f WHERE f.bericht = p.bericht
        AND (f.klasse, f.volgnummer) IN (('Prestatie', p.volgnummer), ('Client', p.ouder)))
"""
_BOOKS = """
    WITH regel AS (
        SELECT b.eigenaar, b.tegenpartij, b.standaard, b.richting, b.identificatie,
            CASE ingediend_bedrag_debet_credit WHEN 'C' THEN -1 ELSE 1 END * ingediend_bedrag_bedrag AS bedrag
        FROM prestatie p JOIN bericht b ON b.id = p.bericht
        WHERE b.status = 'goedgekeurd' AND NOT EXISTS (SELECT 1 FROM bevinding f WHERE f.bericht = p.bericht
            AND (f.klasse, f.volgnummer) IN (('Prestatie', p.volgnummer), ('Client', p.ouder))))
    SELECT g.tegenpartij, g.eigenaar, g.standaard, g.identificatie, g.som, a.som AS gezien
    FROM (SELECT eigenaar, tegenpartij, standaard, identificatie, sum(bedrag) AS som FROM regel
        WHERE richting = 'inkomend' GROUP BY 1, 2, 3, 4) g
    LEFT JOIN (SELECT eigenaar, tegenpartij, standaard, identificatie, sum(bedrag) AS som FROM regel
        WHERE richting = 'uitgaand' GROUP BY 1, 2, 3, 4) a
        ON a.eigenaar = g.tegenpartij AND a.tegenpartij = g.eigenaar AND a.standaard = g.standaard
        AND a.identificatie = g.identificatie
    WHERE g.som IS DISTINCT FROM a.som AND EXISTS (SELECT 1 FROM bericht WHERE eigenaar = g.tegenpartij)
"""


def granted_wrongly(session: Session, known: set[UUID]) -> Iterator[tuple[UUID, list[str]]]:
    """Each answered 323 that was not looked at before, with what is wrong with its amounts."""
    for row in session.execute(text(_ANSWERED), {"known": list(known)}).all():
        yield row.id, list(_faults(session, row))


def _faults(session: Session, row: Any) -> Iterator[str]:
    heen, antwoord = (etree.fromstring(vault.unseal(x, row.eigenaar, "bericht")) for x in (row.heen, row.antwoord))
    [claimed] = _amounts(heen, "TotaalIngediendBedrag", "TotaalBedrag")
    granted = _amounts(antwoord, "TotaalToegekendBedrag", "TotaalBedrag")
    if not granted:  # refused as a whole: the answer is a Header with a return code
        return
    refused = sum(_amounts(antwoord, "IngediendBedrag", "Bedrag"))
    declined = any(e.text not in ("0200", "8001") for e in antwoord.iterfind("{*}DeclaratieAntwoord/{*}RetourCodes/*"))
    if not declined and granted != [claimed - refused]:
        yield f"325 op {row.id}: toegekend {granted[0]}, ingediend {claimed} − afgewezen {refused}"
    stored = int(session.execute(text(_GRANTED), {"bericht": row.id}).scalar_one())
    if row.status == "goedgekeurd" and granted != [stored]:
        yield f"325 op {row.id}: toegekend {granted[0]}, in de boeken {stored}"


def _amounts(root: Any, element: str, amount: str) -> list[int]:
    """The amounts of an element in a message, each with its sign."""
    found = []
    for node in root.iter(f"{{*}}{element}"):
        cents = int(node.findtext(f"{{*}}{amount}"))
        found.append(-cents if node.findtext("{*}DebetCredit") == "C" else cents)
    return found


def books_of(session: Session) -> Iterator[str]:
    """Where the books of a municipality and of a provider differ on what was granted of a declaratie."""
    for row in session.execute(text(_BOOKS)):
        yield f"toegekend op {row.identificatie}: {row.som} bij {row.eigenaar}, {row.gezien} bij {row.tegenpartij}"
