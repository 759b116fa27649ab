"""Requests as the API shows them, and when the decision on them is due."""

from collections.abc import Container
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation.models import Omvang, Product
from services.allocation.rules.verzoek import IN_ONDERZOEK
from services.allocation.verzoeken import queries
from services.allocation.verzoeken.models import (
    Antwoord,
    Beschikking,
    Clientgegevens,
    GevraagdProduct,
    Verwijzer,
    Verzoek,
    VolledigVerzoek,
)
from shared.calendar import NEDERLAND
from shared.db import people
from shared.db.vrij import days_off
from shared.security import Caller
from shared.standard.codelists import name_of
from shared.termen import TERMEN


def uiterlijk(row: Row[Any], vrij: Container[date]) -> date | None:
    """The last day for the next decision on a request, by days off; None when there is none to make."""
    if row.status == queries.OPEN:
        return TERMEN[f"verzoek-{row.soort}"].last_day(_received(row), vrij)
    looked_into = row.status == queries.ONDERZOEK
    return TERMEN[f"onderzoek-{row.soort}"].last_day(row.dagtekening, vrij) if looked_into else None


def uiterlijk_woonplaats(row: Row[Any], vrij: Container[date]) -> date | None:
    """The last day to reject an allocation for the woonplaatsbeginsel, while that can be done (iJw)."""
    sent_on = row.soort == queries.TOEWIJZING and row.standaard == "ijw"
    return TERMEN["woonplaats"].last_day(_received(row), vrij) if sent_on and row.status in queries.WACHTEND else None


def _received(row: Row[Any]) -> date:
    """The Dutch day on which the request was stored: received, or sent by who asks."""
    day: date = row.aangemaakt.astimezone(NEDERLAND).date()
    return day


def kort(row: Row[Any], who: Caller, vandaag: date, vrij: Container[date]) -> Verzoek:
    """A request as it stands in the list; `vrij` are the days off of who sees it, beside weekends."""
    return Verzoek(**_leaves(row, who, vandaag, vrij))


def _leaves(row: Row[Any], who: Caller, vandaag: date, vrij: Container[date]) -> dict[str, Any]:
    gemeente, aanbieder = sorted((row.eigenaar, row.tegenpartij), key=len)
    last = uiterlijk(row, vrij)
    same = ("soort", "standaard", "referentie_aanbieder", "dagtekening", "status", "bericht")
    return {
        "id": queries.identity(row),
        **{name: getattr(row, name) for name in same},
        "gemeente": gemeente,
        "aanbieder": aanbieder,
        "bsn": people.shown(row.verzegeld, row.eigenaar, whole="inzien" in who.rechten),
        "uiterlijk": last,
        "te_laat": last is not None and vandaag > last,
    }


def volledig(session: Session, row: Row[Any], who: Caller, vandaag: date) -> VolledigVerzoek:
    """A request with everything that was asked and answered; who the client is only for who may see it."""
    asked, inzien = queries.request(session, row), "inzien" in who.rechten
    vrij = days_off(session, row.eigenaar)
    allocation = row.soort == queries.TOEWIJZING
    reden = None if allocation else asked.reden_verzoek
    return VolledigVerzoek(
        **_leaves(row, who, vandaag, vrij),
        uiterlijk_woonplaats=uiterlijk_woonplaats(row, vrij),
        reden=reden,
        omschrijving=reden and name_of("WJ758", row.standaard, reden),
        producten=[_product(product) for product in queries.gevraagd(session, row)],
        beschikking=_beschikking(asked) if allocation else None,
        client=_client(queries.client(session, row)) if allocation and inzien else None,
        commentaar=asked.commentaar if allocation and inzien else None,
        antwoorden=[_antwoord(answer, row.standaard) for answer in queries.answers(session, row)],
    )


def _product(asked: queries.Gevraagd) -> GevraagdProduct:
    same = ("nummer", "soort", "toewijzing_nummer", "ingangsdatum", "einddatum", "budget")
    omvang = product = None
    if asked.omvang_volume is not None:
        omvang = Omvang(
            volume=asked.omvang_volume, eenheid=asked.omvang_eenheid or "", frequentie=asked.omvang_frequentie or ""
        )
    if asked.product_categorie is not None:
        product = Product(categorie=asked.product_categorie, code=asked.product_code)
    return GevraagdProduct(**{name: getattr(asked, name) for name in same}, product=product, omvang=omvang)


def _beschikking(asked: Row[Any]) -> Beschikking:
    verwijzer = Verwijzer(
        type=asked.verwijzer_type, zorgverlener_code=asked.verwijzer_zorgverlener_code, naam=asked.verwijzer_naam
    )
    same = ("beschikking_nummer", "beschikking_ingangsdatum", "raamcontract")
    return Beschikking(**{name: getattr(asked, name) for name in same}, verwijzer=verwijzer)


def _client(row: Row[Any]) -> Clientgegevens:
    return Clientgegevens(
        geboortedatum=row.geboortedatum_datum,
        geslacht=row.geslacht,
        achternaam=row.naam_geslachtsnaam_achternaam,
        voorvoegsel=row.naam_geslachtsnaam_voorvoegsel,
        voornamen=row.naam_voornamen,
        voorletters=row.naam_voorletters,
        gezagsdrager_bekend=row.gezagsdrager_bekend,
        commentaar=row.commentaar,
    )


def _antwoord(row: Row[Any], standaard: str) -> Antwoord:
    kinds = {None: "toewijzing", IN_ONDERZOEK: "onderzoek"}
    reden = row.reden_afwijzing_verzoek
    return Antwoord(
        soort=kinds.get(row.verzoek_antwoord, "afwijzing"),
        dagtekening=row.dagtekening,
        bericht=row.id,
        status=row.status,
        reden=reden,
        omschrijving=reden and name_of("WJ759", standaard, reden),
        gemeente=row.gemeente,
        toewijzingen=row.nummers,
    )
