"""Deciding on a request: granting it (301), rejecting it or taking time to look into it (319)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation.flows import REFERENTIE, as_told, compose, determined, send_301
from services.allocation.queries import one_client_at_a_time
from services.allocation.rules.verzoek import AFGEWEZEN, IN_ONDERZOEK
from services.allocation.rules.wijziging import OMVANG
from services.allocation.toewijzen import checks, plafonds
from services.allocation.toewijzen import flows as toewijzen
from services.allocation.verzoeken import inwilligen, queries, toetsen
from services.allocation.verzoeken.models import Afwijzing, Inwilliging
from services.allocation.verzoeken.queries import Gevraagd
from shared import vault
from shared.calendar import NEDERLAND
from shared.db import audit, ledger, nummers, people
from shared.db.session import Namens
from shared.errors import Fault, Refused
from shared.models import to_tree
from shared.standard.catalogue import message_of
from shared.standard.document import tree

WOONPLAATSBEGINSEL = "8"
"""The reason of a rejection that names another municipality (iJw)."""


def grant(
    session: Session, who: Namens, verzoek: str, wanted: Inwilliging, nu: datetime, maker: str | None = None
) -> toewijzen.Besloten:
    """Grant a request in a 301 with its reference (IV093, IV094, IV097).

    `maker` prepared what `who` approves. Raises Refused: 404, 422 with every fault, 409 when it was decided on or
    needs a second person and there is none.
    """
    granted = _examine(session, who.organisatie, verzoek, wanted, nu)
    row = granted.verzoek
    if maker is None:
        toewijzen.needs_nobody(session, row.eigenaar, row.standaard, *granted.changes)
    ceilings = plafonds.before(session, row.eigenaar, row.standaard)
    bericht = _send(session, granted, nu)
    for product in granted.products:
        nummer = product["toewijzing_nummer"]
        behind: dict[str, Any] = {"resultaatgebieden": [], "voorganger": granted.voorgangers.get(nummer)}
        toewijzen.record(session, who, bericht, nummer, maker, behind)
    return toewijzen.Besloten(bericht, granted.changes, plafonds.warnings(session, granted.changes, ceilings))


@dataclass(frozen=True, slots=True)
class Granted:
    """A request, the Client of its 301, the allocations that are new or change in it, and each before and after.

    `voorgangers` are the numbers of what new ones took the place of, by theirs.
    """

    verzoek: Row[Any]
    client: Mapping[str, Any]
    products: list[inwilligen.Product]
    changes: list[checks.Change]
    voorgangers: Mapping[int, int]


def _examine(session: Session, gemeente: str, verzoek: str, wanted: Inwilliging, nu: datetime) -> Granted:
    """What granting a request comes to. Raises Refused: 404, 409, 422 with every fault.

    What its message would be refused for is among them when there is something else: else sending it tells so.
    """
    row = _taken(session, gemeente, verzoek)
    _check_undecided(row)
    client, found = _client(session, row, wanted)
    voorgangers: dict[int, int] = {}
    if row.soort == queries.TOEWIJZING:
        products, more = _allocation(session, row, wanted)
        more += toetsen.stretched(session, row, products, nu.astimezone(NEDERLAND).date())
    else:
        products, voorgangers, more = _changes(session, row, wanted, nu.astimezone(NEDERLAND).date())
    _refuse(found + more)
    standing = _standing(session, row)
    granted = Granted(row, client, products, toetsen.changes(row, products, standing), voorgangers)
    found = [*_custody(session, granted), *toetsen.faults(session, row, products, standing)]
    if found:
        _refuse(toewijzen.tried(session, found, lambda: _send(session, granted, nu)))
    return granted


def _refuse(found: list[Fault]) -> None:
    if found:
        raise Refused(422, "Het verzoek kan zo niet worden ingewilligd", found)


def _custody(session: Session, granted: Granted) -> list[Fault]:
    """Whether a new allocation tells who has custody, unless the provider said that it knows (OP002, OP002x1)."""
    row = granted.verzoek
    if row.soort != queries.TOEWIJZING or queries.custody_known(session, row):
        return []
    return checks.custody(row.standaard, granted.client, granted.products[0]["ingangsdatum"])


def _send(session: Session, granted: Granted, nu: datetime) -> UUID:
    row = granted.verzoek
    referred = {REFERENTIE: row.referentie_aanbieder} | determined(nu)
    told = [product | referred for product in granted.products]
    message = message_of(row.standaard, "301")
    return send_301(session, message, row.eigenaar, row.tegenpartij, granted.client, told, nu)


def reject(session: Session, gemeente: str, verzoek: str, wanted: Afwijzing, vandaag: date) -> UUID:
    """The 319 that rejects a request. Raises Refused (404, 422)."""
    row = _taken(session, gemeente, verzoek)
    _check_place(row, wanted)
    place = {"Woonplaatsbeginsel": {"gemeente": wanted.gemeente}} if wanted.gemeente else {}
    leaves = {"verzoek_antwoord": AFGEWEZEN, "reden_afwijzing_verzoek": wanted.reden, **place}
    return _answer(session, row, leaves, vandaag)


def investigate(session: Session, gemeente: str, verzoek: str, vandaag: date) -> UUID:
    """The 319 that a request is under investigation; once (TR360). Raises Refused (404, 422)."""
    return _answer(session, _taken(session, gemeente, verzoek), {"verzoek_antwoord": IN_ONDERZOEK}, vandaag)


def _taken(session: Session, gemeente: str, verzoek: str) -> Row[Any]:
    """A request, while no other decision on its client is made. Raises Refused (404)."""
    row = queries.one(session, gemeente, verzoek)
    one_client_at_a_time(session, gemeente, row.standaard, row.bsn)
    ledger.serialize(session, gemeente, row.tegenpartij, row.standaard, row.bsn)
    audit.note(session, "verzoek beoordeeld", verzoek, [row.bsn])
    return queries.one(session, gemeente, verzoek)


def _check_undecided(row: Row[Any]) -> None:
    why = {
        queries.INGEWILLIGD: "Het is al ingewilligd. Wijzig zo nodig de toewijzing.",
        queries.AFWIJZING: "Het is afgewezen. Stel zelf een toewijzing vast, of vraag om een nieuw verzoek.",
    }
    if row.status not in queries.WACHTEND:
        detail = why.get(row.status, "Het bericht is afgekeurd. Vraag de aanbieder om een nieuw verzoek.")
        raise Refused(409, "Over dit verzoek kan niet meer worden besloten", detail=detail)


def _answer(session: Session, row: Row[Any], leaves: Mapping[str, Any], vandaag: date) -> UUID:
    message = message_of(row.standaard, "319")
    body = {"Antwoord": {REFERENTIE: row.referentie_aanbieder, **leaves}}
    return compose(session, message, row.eigenaar, row.tegenpartij, body, vandaag)


def _check_place(row: Row[Any], wanted: Afwijzing) -> None:
    """Whether the other municipality fits the reason and the law (TR377, TR409)."""
    faults, because = [], wanted.reden == WOONPLAATSBEGINSEL
    if row.standaard == "iwmo":
        if because or wanted.gemeente:
            text = (
                "Het woonplaatsbeginsel bestaat in de Jeugdwet. Kies reden 5 (andere gemeente) en laat gemeente leeg."
            )
            faults.append(Fault("WOONPLAATS", "/reden", text))
    elif because and wanted.gemeente is None:
        text = "Bij reden 8 hoort de gemeente die wel verantwoordelijk is. Geef haar code."
        faults.append(Fault("TR377", "/gemeente", text))
    elif not because and wanted.gemeente is not None:
        text = "Alleen bij reden 8 noemt u een andere gemeente. Laat haar weg, of kies reden 8."
        faults.append(Fault("TR409", "/gemeente", text))
    if wanted.gemeente == row.eigenaar:
        text = "Dit is uw eigen code. Noem de gemeente die wel verantwoordelijk is."
        faults.append(Fault("WOONPLAATS", "/gemeente", text))
    if faults:
        raise Refused(422, "Het verzoek kan zo niet worden afgewezen", faults)


def _client(session: Session, row: Row[Any], wanted: Inwilliging) -> tuple[Mapping[str, Any], list[Fault]]:
    """The Client of the 301: as given, or as the municipality told it before."""
    if wanted.client is not None:
        given = to_tree(message_of(row.standaard, "301"), "Client", wanted.client.model_dump(exclude_none=True))
        if vault.pseudonym(row.eigenaar, given["bsn"]) == row.bsn:
            return given, []
        text = "Dit is een andere cliënt dan die van het verzoek. Controleer het BSN."
        return given, [Fault("TR379", "/client/bsn", text)]
    before = queries.latest_301(session, row)
    if before is not None:
        told = tree(next(ledger.document_of(before).root.all("Client")))
        return {**told, "bsn": people.bsn_of(session, row.eigenaar, row.bsn)}, []
    text = "U wees deze cliënt nog niets toe. Geef de cliënt mee, met naamgebruik en contactgegevens."
    return {}, [Fault("CLIENT", "/client", text)]


def _allocation(session: Session, row: Row[Any], wanted: Inwilliging) -> tuple[list[inwilligen.Product], list[Fault]]:
    """The one new allocation of a request for it: as asked, or as the municipality judges (IV094)."""
    if wanted.perioden:
        text = "Perioden horen bij een verzoek om wijziging. Gebruik ingangsdatum en einddatum."
        return [], [Fault("IV094", "/perioden", text)]
    [asked] = queries.gevraagd(session, row)
    product = inwilligen.new(asked, _number(session, row))
    return [product | _amended(wanted)], []


def _amended(wanted: Inwilliging) -> dict[str, Any]:
    """The leaves in which a decision deviates from what was asked; a volume takes the place of a budget and back."""
    leaves = {name: getattr(wanted, name) for name in ("ingangsdatum", "einddatum", "commentaar")}
    found = {name: value for name, value in leaves.items() if value is not None}
    if wanted.product is not None:
        found |= {"product_categorie": wanted.product.categorie, "product_code": wanted.product.code}
    if wanted.omvang is not None or wanted.budget is not None:
        told = wanted.omvang.model_dump() if wanted.omvang else {}
        found |= {name: told.get(name.removeprefix("omvang_")) for name in OMVANG} | {"budget": wanted.budget}
    return found


def _changes(
    session: Session, row: Row[Any], wanted: Inwilliging, vandaag: date
) -> tuple[list[inwilligen.Product], dict[int, int], list[Fault]]:
    """All that a request for change asks for, with other days where its own have passed (IV093); who follows whom."""
    told, named = _standing(session, row), queries.gevraagd(session, row)
    asked = [product for product in named if product.soort != "ongewijzigd"]
    faults = [*_as_a_whole(wanted), *_gone(named, told), *_other_days(asked, told, wanted, vandaag)]
    if faults:
        return [], {}, faults
    products: list[inwilligen.Product] = []
    voorgangers: dict[int, int] = {}
    for product in _with_other_days(asked, wanted):
        if product.soort == "nieuw":
            products.append(inwilligen.new(product, _number(session, row)))
        else:
            old = product.toewijzing_nummer or 0
            made = inwilligen.changed(product, told[old], lambda: _number(session, row))
            voorgangers |= {new["toewijzing_nummer"]: old for new in made[1:]}
            products += made
    return products, voorgangers, []


def _standing(session: Session, row: Row[Any]) -> dict[int, inwilligen.Product]:
    """The allocations of the client with the provider as they stand, by number."""
    message = message_of(row.standaard, "301")
    return {number: as_told(message, found) for number, found in queries.allocations(session, row).items()}


def _number(session: Session, row: Row[Any]) -> int:
    return nummers.next_allocation(session, row.eigenaar, row.standaard)


def _as_a_whole(wanted: Inwilliging) -> list[Fault]:
    names = ("product", "ingangsdatum", "einddatum", "omvang", "budget", "commentaar")
    text = "Een verzoek om wijziging wordt als geheel ingewilligd zoals het gevraagd is. Laat dit leeg, of wijs het af."
    return [Fault("IV093", f"/{name}", text) for name in names if getattr(wanted, name) is not None]


_GEEN = "geldt niet meer. Wijs het verzoek af, en vraag de aanbieder om een nieuw."
_WEG = {"te-wijzigen": ("TR351", "moet wijzigen"), "ongewijzigd": ("IV093", "moet blijven zoals zij is")}


def _gone(named: list[Gevraagd], told: Mapping[int, Any]) -> list[Fault]:
    gone = (product for product in named if product.soort in _WEG and product.toewijzing_nummer not in told)
    return [
        Fault(code, f"/producten/{product.nummer}", f"De toewijzing die {what} {_GEEN}")
        for product in gone
        for code, what in [_WEG[product.soort]]
    ]


def _other_days(asked: list[Gevraagd], told: Mapping[int, Any], wanted: Inwilliging, vandaag: date) -> list[Fault]:
    late = any(inwilligen.is_late(product, told.get(product.toewijzing_nummer or 0), vandaag) for product in asked)
    known = {product.nummer for product in asked}
    faults = []
    for place, period in enumerate(wanted.perioden):
        if period.nummer not in known:
            text = "Dit is geen product dat wijzigt of nieuw is. Neem het nummer uit het verzoek over."
            faults.append(Fault("PERIODE", f"/perioden/{place}/nummer", text))
    if wanted.perioden and not late:
        text = "De gewenste dagen zijn nog niet voorbij. Laat de perioden leeg: alles wordt zoals het gevraagd is."
        faults.append(Fault("IV093", "/perioden", text))
    return faults


def _with_other_days(asked: list[Gevraagd], wanted: Inwilliging) -> list[Gevraagd]:
    other = {period.nummer: period for period in wanted.perioden}
    found = []
    for product in asked:
        period = other.get(product.nummer)
        days = {
            name: day
            for name in ("ingangsdatum", "einddatum")
            if period is not None and (day := getattr(period, name)) is not None
        }
        found.append(replace(product, **days))
    return found
