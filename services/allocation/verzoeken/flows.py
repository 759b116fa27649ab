"""Asking for allocations (315) and for changes of them (317)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation.flows import compose
from services.allocation.verzoeken import queries
from services.allocation.verzoeken.models import VerzoekOmToewijzing, VerzoekOmWijziging
from shared import vault
from shared.db import ledger, nummers
from shared.errors import Fault, Refused
from shared.judging import one_at_a_time
from shared.models import to_tree
from shared.standard.catalogue import MessageType, message_of

ONE_AT_A_TIME = "TR374"


def ask_allocation(session: Session, aanbieder: str, wanted: VerzoekOmToewijzing, vandaag: date) -> UUID:
    """The 315 that asks for products, each with a reference of its own. Raises Refused (422)."""
    message = message_of(wanted.standaard, "315")
    asked = wanted.client.model_dump(exclude_none=True)
    products = [product.model_dump(exclude_none=True) for product in wanted.producten]
    for product in products:
        product.setdefault("referentie_aanbieder", _reference(session))
    client = to_tree(message, "Client", {**asked, "aangevraagde_producten": products})
    references = {f"/producten/{n}/referentie_aanbieder": row["referentie_aanbieder"] for n, row in enumerate(products)}
    return _ask(session, message, (aanbieder, wanted.gemeente), client, references, vandaag)


def ask_change(session: Session, aanbieder: str, wanted: VerzoekOmWijziging, vandaag: date) -> UUID:
    """The 317 that asks for the whole new situation of a client (IV092). Raises Refused (422)."""
    message = message_of(wanted.standaard, "317")
    referentie = wanted.referentie_aanbieder or _reference(session)
    asked = {**wanted.verzoek.model_dump(exclude_none=True), "referentie_aanbieder": referentie}
    client = to_tree(message, "Client", {"bsn": wanted.bsn, "verzoek": asked})
    references = {"/referentie_aanbieder": referentie}
    return _ask(session, message, (aanbieder, wanted.gemeente), client, references, vandaag)


def _reference(session: Session) -> str:
    return f"V{nummers.next_number(session, 'referentie_nummer')}"


def _ask(
    session: Session,
    message: MessageType,
    parties: tuple[str, str],
    client: Mapping[str, Any],
    references: Mapping[str, str],
    vandaag: date,
) -> UUID:
    """Send a request with these references, each by its place; when another one waits the refusal names it."""
    aanbieder, gemeente = parties
    place = {"eigenaar": aanbieder, "standaard": message.standaard, "tegenpartij": gemeente}
    ledger.serialize(session, "referentie", aanbieder, message.standaard)
    one_at_a_time(session, (aanbieder, gemeente, message.standaard))
    used = queries.used_elsewhere(session, place, references.values())
    found = [_used(where) for where, reference in references.items() if reference in used]
    blocking = queries.waiting(session, {**place, "bsn": vault.pseudonym(aanbieder, client["bsn"])})
    try:
        bericht = compose(session, message, aanbieder, gemeente, {"Client": client}, vandaag)
    except Refused as refusal:
        others = [fault for fault in refusal.faults if not blocking or fault.code != ONE_AT_A_TIME]
        found = [*(_blocked(row) for row in blocking), *found, *others]
        raise Refused(refusal.status, refusal.titel, found, refusal.detail) from None
    if found:
        raise Refused(422, f"Het {message.soort}-bericht zou worden afgekeurd", found)
    return bericht


def _used(where: str) -> Fault:
    text = "Deze referentie gebruikte u al bij een andere gemeente. Geef een andere, of laat haar leeg."
    return Fault("TR347", where, text)


def _blocked(row: Row[Any]) -> Fault:
    text = (
        f"Voor deze cliënt wacht nog een verzoek om {row.soort} van {row.dagtekening:%d-%m-%Y} op een besluit "
        f"(kenmerk {queries.identity(row)}). Wacht op de toewijzing of de afwijzing, of vraag de gemeente ernaar."
    )
    return Fault(ONE_AT_A_TIME, "/client", text)
