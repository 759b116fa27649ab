"""What is read of requests: each product of a 315 is one, a 317 as a whole is one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session

from services.allocation.rules.toewijzing import VERWIJDERD
from services.allocation.rules.verzoek import AFGEWEZEN, IN_ONDERZOEK
from shared.db import audit, geldig
from shared.db import tables as t
from shared.errors import not_found

TOEWIJZING, WIJZIGING = "toewijzing", "wijziging"
KLASSEN = {TOEWIJZING: "AangevraagdProduct", WIJZIGING: "Verzoek"}
"""The class of each kind of request."""
OPEN, ONDERZOEK, INGEWILLIGD, AFWIJZING = "open", "in-onderzoek", "ingewilligd", "afgewezen"
WACHTEND = (OPEN, ONDERZOEK)
"""The statuses of a request that waits for a decision, and blocks others for its client (TR374)."""
NIET_BEHANDELD = ("afgekeurd", "mislukt")
"""The statuses of a message that say that what it asks is not dealt with."""
_EXCHANGE = ("eigenaar", "standaard", "tegenpartij")
_SAME = (*_EXCHANGE, "referentie_aanbieder")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which requests to list: None means all; `na` is the `plaats` to go on after."""

    status: str | None = None
    standaard: str | None = None
    tegenpartij: str | None = None
    na: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Gevraagd:
    """A product that a request names, with what is asked for it: dates, Omvang and Budget as the standard has them."""

    nummer: int
    soort: str
    toewijzing_nummer: int | None
    product_categorie: str | None
    product_code: str | None
    ingangsdatum: date | None
    einddatum: date | None
    omvang_volume: int | None
    omvang_eenheid: str | None
    omvang_frequentie: str | None
    budget: int | None


def _named(request: Any, name: str, **fields: str) -> ColumnElement[bool]:
    """The condition that a class in a message that holds has the reference of a request."""
    other = t.classes[name].alias()
    same = (other.c[column] == request.c[column] for column in _SAME)
    wanted = (other.c[field] == value for field, value in fields.items())
    return geldig.looked_up(select(1).where(*same, *wanted, geldig.holds(other)))


def _status(request: Any) -> ColumnElement[str]:
    return case(
        (t.bericht.c.status.in_(NIET_BEHANDELD), t.bericht.c.status),
        (_named(request, "ToegewezenProduct"), INGEWILLIGD),
        (_named(request, "Antwoord", verzoek_antwoord=AFGEWEZEN), AFWIJZING),
        (_named(request, "Antwoord", verzoek_antwoord=IN_ONDERZOEK), ONDERZOEK),
        else_=OPEN,
    )


def _requests(eigenaar: str) -> Select[Any]:
    """The requests of an organisation that were judged or are ours, with status, receipt and who it is about."""
    parts = []
    for soort, name in KLASSEN.items():
        row = t.classes[name]
        columns = ("bericht", "volgnummer", *_SAME, "bsn")
        parts.append(select(literal(soort).label("soort"), *(row.c[column] for column in columns)))
    request, bericht, person = union_all(*parts).subquery("gevraagd"), t.bericht, t.persoon
    holder = and_(bericht.c.id == request.c.bericht, t.among(bericht.c.status, (*t.GELDIG, *NIET_BEHANDELD)))
    whose = and_(person.c.eigenaar == request.c.eigenaar, person.c.bsn == request.c.bsn)
    return (
        select(
            request,
            bericht.c.volgorde,
            bericht.c.dagtekening,
            bericht.c.aangemaakt,
            person.c.verzegeld,
            _status(request).label("status"),
        )
        .join_from(request, bericht, holder)
        .join(person, whose)
        .where(request.c.eigenaar == eigenaar, bericht.c.soort.in_(("315", "317")))
    )


def many(session: Session, eigenaar: str, wanted: Filter) -> list[Row[Any]]:
    """The requests of an organisation, oldest first, one more than the limit when there are more."""
    found = _requests(eigenaar).subquery("verzoek")
    columns = {"status": wanted.status, "standaard": wanted.standaard, "tegenpartij": wanted.tegenpartij}
    query = select(found).where(*(found.c[name] == value for name, value in columns.items() if value is not None))
    if wanted.na is not None:
        query = query.where(tuple_(found.c.volgorde, found.c.volgnummer) > tuple_(*divmod(wanted.na, _PER_BERICHT)))
    order = (found.c.volgorde, found.c.volgnummer)
    rows = list(session.execute(query.order_by(*order).limit(wanted.limit + 1)))
    audit.note(session, "verzoeken ingezien", "lijst", [row.bsn for row in rows[: wanted.limit]])
    return rows


_PER_BERICHT = 1_000_000
"""More than the requests that fit in a message."""


def plaats(row: Row[Any]) -> int:
    """Where a request stands in the list of its organisation."""
    return int(row.volgorde) * _PER_BERICHT + int(row.volgnummer)


def one(session: Session, eigenaar: str, verzoek: str) -> Row[Any]:
    """A request by its id. Raises Refused (404)."""
    bericht, _, volgnummer = verzoek.rpartition("-")
    found = _requests(eigenaar).subquery("verzoek")
    query = select(found).where(found.c.bericht == UUID(bericht), found.c.volgnummer == int(volgnummer))
    if (row := session.execute(query).one_or_none()) is None:
        raise not_found("Verzoek")
    audit.note(session, "verzoek ingezien", verzoek, [row.bsn])
    return row


def of_message(session: Session, eigenaar: str, bericht: UUID) -> list[Row[Any]]:
    """The requests in a message, in its order."""
    found = _requests(eigenaar).subquery("verzoek")
    return list(session.execute(select(found).where(found.c.bericht == bericht).order_by(found.c.volgnummer)))


def waiting(session: Session, place: Mapping[str, str]) -> list[Row[Any]]:
    """The requests that block another one in a place: an exchange and the pseudonym of a client (TR374)."""
    found = _requests(place["eigenaar"]).subquery("verzoek")
    same = (found.c[name] == value for name, value in place.items())
    query = select(found).where(*same, found.c.status.in_(WACHTEND))
    return list(session.execute(query.order_by(found.c.volgorde, found.c.volgnummer)))


def used_elsewhere(session: Session, place: Mapping[str, str], references: Iterable[str]) -> set[str]:
    """The references that a provider gave to requests at other municipalities under the same law (TR347)."""
    found: set[str] = set()
    for name in KLASSEN.values():
        row = t.classes[name]
        own = (row.c[field] == place[field] for field in ("eigenaar", "standaard"))
        used = (row.c.tegenpartij != place["tegenpartij"], row.c.referentie_aanbieder.in_(references))
        found |= set(session.scalars(select(row.c.referentie_aanbieder).where(*own, *used, geldig.holds(row))))
    return found


def identity(row: Row[Any]) -> str:
    """The id of a request."""
    return f"{row.bericht}-{row.volgnummer}"


def allocations(session: Session, verzoek: Row[Any]) -> dict[int, Row[Any]]:
    """The allocations of the client of a request in its exchange as they stand, by number, but for deleted ones."""
    row = t.toegewezen_product
    same = (row.c[name] == getattr(verzoek, name) for name in (*_EXCHANGE, "bsn"))
    current = geldig.current_allocations(*same)
    query = select(current).where(current.c.reden_wijziging.is_distinct_from(VERWIJDERD))
    return {found.toewijzing_nummer: found for found in session.execute(query)}


def gevraagd(session: Session, verzoek: Row[Any]) -> list[Gevraagd]:
    """The products of a request: those that are asked for, to change, new, and those that stay as they are."""
    if verzoek.soort == TOEWIJZING:
        return [_gevraagd(1, "aangevraagd", request(session, verzoek))]
    standing = allocations(session, verzoek)
    found: list[Gevraagd] = []
    for soort, name in (("te-wijzigen", "TeWijzigenProduct"), ("nieuw", "NieuwProduct")):
        found += (
            _gevraagd(len(found) + n, soort, row, standing) for n, row in enumerate(_part(session, verzoek, name), 1)
        )
    same = _part(session, verzoek, "OngewijzigdProduct")
    return found + [_gevraagd(len(found) + n, "ongewijzigd", row, standing) for n, row in enumerate(same, 1)]


def _part(session: Session, verzoek: Row[Any], name: str) -> list[Row[Any]]:
    table = t.classes[name]
    query = select(table).where(table.c.bericht == verzoek.bericht).order_by(table.c.volgnummer)
    return list(session.execute(query))


def request(session: Session, verzoek: Row[Any]) -> Row[Any]:
    """The class of a request as its message has it."""
    table = t.classes[KLASSEN[verzoek.soort]]
    same = (table.c.bericht == verzoek.bericht, table.c.volgnummer == verzoek.volgnummer)
    return session.execute(select(table).where(*same)).one()


_DAGEN = {
    "ingangsdatum": ("toewijzing_ingangsdatum", "gewenste_ingangsdatum", "ingangsdatum"),
    "einddatum": ("toewijzing_einddatum", "einddatum"),
}
"""Where each class has the first and the last day."""
_PRODUCT = ("product_categorie", "product_code")
_OMVANG = ("omvang_volume", "omvang_eenheid", "omvang_frequentie", "budget")


def _gevraagd(nummer: int, soort: str, row: Row[Any], standing: Mapping[int, Row[Any]] | None = None) -> Gevraagd:
    """What a row asks for; its product, and of one that stays everything, is that of its allocation."""
    allocation = (standing or {}).get(getattr(row, "toewijzing_nummer", None) or 0)
    named = allocation if soort in ("te-wijzigen", "ongewijzigd") else row
    asked = allocation if soort == "ongewijzigd" else row
    days = {name: next((getattr(asked, c) for c in found if hasattr(asked, c)), None) for name, found in _DAGEN.items()}
    return Gevraagd(
        nummer=nummer,
        soort=soort,
        toewijzing_nummer=getattr(row, "toewijzing_nummer", None),
        **{name: getattr(named, name, None) for name in _PRODUCT},
        **days,
        **{name: getattr(asked, name, None) for name in _OMVANG},
    )


def client(session: Session, verzoek: Row[Any]) -> Row[Any]:
    """The client as the message of a request has it; a 317 has the BSN alone."""
    query = select(t.client).where(t.client.c.bericht == verzoek.bericht, t.client.c.bsn == verzoek.bsn)
    return session.execute(query).one()


def latest_301(session: Session, verzoek: Row[Any]) -> Row[Any] | None:
    """The last 301 that its municipality sent of the client of a request, to whichever provider; None when none was."""
    held, bericht = t.client, t.bericht
    query = (
        select(bericht)
        .join(held, held.c.bericht == bericht.c.id)
        .where(
            held.c.eigenaar == verzoek.eigenaar,
            held.c.bsn == verzoek.bsn,
            bericht.c.soort == "301",
            bericht.c.standaard == verzoek.standaard,
            t.geldig(bericht.c.status),
        )
    )
    return session.execute(query.order_by(bericht.c.volgorde.desc()).limit(1)).one_or_none()


def answers(session: Session, verzoek: Row[Any]) -> Iterator[Row[Any]]:
    """The 301 and 319 with the reference of a request, oldest first; those that were refused too."""
    if verzoek.status in NIET_BEHANDELD:
        return iter(())
    return iter(session.execute(union_all(_by_319(verzoek), _by_301(verzoek)).order_by("volgorde")))


def _by_319(verzoek: Row[Any]) -> Select[Any]:
    antwoord, place = t.classes["Antwoord"], t.classes["Woonplaatsbeginsel"]
    named = and_(place.c.bericht == antwoord.c.bericht, place.c.ouder == antwoord.c.volgnummer)
    told = (antwoord.c.verzoek_antwoord, antwoord.c.reden_afwijzing_verzoek, place.c.gemeente)
    query = select(*_MESSAGE, *told, literal([], type_=_NUMMERS).label("nummers")).join_from(
        antwoord, place, named, isouter=True
    )
    return _with_reference(query, antwoord, verzoek)


def _by_301(verzoek: Row[Any]) -> Select[Any]:
    row = t.toegewezen_product
    nothing = (literal(None, Text).label(name) for name in ("verzoek_antwoord", "reden_afwijzing_verzoek", "gemeente"))
    numbers = func.array_agg(aggregate_order_by(row.c.toewijzing_nummer, row.c.volgnummer)).label("nummers")
    query = select(*_MESSAGE, *nothing, numbers).select_from(row).group_by(t.bericht.c.id)
    return _with_reference(query, row, verzoek)


def _with_reference(query: Select[Any], table: Any, verzoek: Row[Any]) -> Select[Any]:
    same = (table.c[name] == getattr(verzoek, name) for name in _SAME)
    told = t.among(t.bericht.c.status, (*t.GELDIG, *NIET_BEHANDELD))
    return query.join(t.bericht, t.bericht.c.id == table.c.bericht).where(*same, told)


_NUMMERS = ARRAY(BigInteger)
_MESSAGE = (t.bericht.c.id, t.bericht.c.volgorde, t.bericht.c.dagtekening, t.bericht.c.status)


def custody_known(session: Session, row: Row[Any]) -> bool:
    """Whether the provider told in a 315 that it knows who has custody of the client (OP002x1)."""
    query = select(t.client.c.gezagsdrager_bekend).where(t.client.c.bericht == row.bericht, t.client.c.bsn == row.bsn)
    return session.scalar(query.limit(1)) == "1"
