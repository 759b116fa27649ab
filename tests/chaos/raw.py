"""Messages as bytes: valid ones about a client and an allocation, and the faults that are planted in them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from shared.standard.codec import encode
from tests.builders import WORDS, message

TARIEF, UREN = 1297, 5
"""Eurocents per hour, as the contracts say, and the hours of a declaratie: an amount that floats cannot hold."""
FAULTS = ("xsd", "doctype", "niveau2", "niveau3")
"""Refused at once (twice), by level 2 afterwards, and by level 3."""


@dataclass(frozen=True, slots=True)
class Case:
    """A client with an allocation of one product, between a municipality and a provider."""

    standaard: str
    gemeente: str
    aanbieder: str
    bsn: str
    nummer: str

    def message(self, soort: str, identificatie: str, **changes: object) -> bytes:
        """A valid message of this kind; `changes` have `__` for the dot and for the number of the class."""
        down = soort in ("301", "319")
        pair = (self.gemeente, self.aanbieder) if down else (self.aanbieder, self.gemeente)
        header = {
            "Header[1].afzender": pair[0],
            "Header[1].ontvanger": pair[1],
            "Header[1].bericht_identificatie_identificatie": identificatie,
        }
        name = f"{'JW' if self.standaard == 'ijw' else 'WMO'}{soort}"
        return encode(message(name, header | self._body(soort) | _addresses(changes)))

    def _body(self, soort: str) -> dict[str, object]:
        client = {} if soort == "319" else {"Client[1].bsn": self.bsn}
        return client | _BODIES[soort](self)

    @property
    def product(self) -> dict[str, str]:
        """The product that is allocated and declared."""
        categorie = WORDS[self.standaard]["categorie"]
        return {"categorie": categorie, "code": f"{categorie}A03"}


def _of_301(case: Case) -> dict[str, object]:
    return {
        "ToegewezenProduct[2]": False,
        "ToegewezenProduct[1].toewijzing_nummer": case.nummer,
        "ToegewezenProduct[1].referentie_aanbieder": None,
    }


def _of_delivery(klasse: str) -> dict[str, object]:
    return {f"{klasse}[2]": False}


def _of_317(case: Case) -> dict[str, object]:
    return {
        "OngewijzigdProduct[1].toewijzing_nummer": case.nummer,
        "TeWijzigenProduct[1]": False,
        "NieuwProduct[1].product_code": f"{case.product['categorie']}A05",
        "Verzoek[1].referentie_aanbieder": f"W{case.nummer}",
    }


def _of_323(case: Case) -> dict[str, object]:
    return {
        "Prestatie[3]": False,
        "Prestatie[2]": False,
        "Prestatie[1].toewijzing_nummer": case.nummer,
        "Declaratie[1].totaal_ingediend_bedrag_totaal_bedrag": str(UREN * TARIEF),
        "Prestatie[1].ingediend_bedrag_bedrag": str(UREN * TARIEF),
        "Prestatie[1].product_tarief": str(TARIEF),
        "Prestatie[1].geleverd_volume": str(UREN),
        "Declaratie[1].declaratie_nummer": f"D{case.nummer}",
        "Prestatie[1].product_referentie_referentie_nummer": f"P{case.nummer}",
    }


_BODIES: dict[str, Callable[[Case], dict[str, object]]] = {
    "301": _of_301,
    "305": lambda case: _of_delivery("StartProduct") | {"StartProduct[1].toewijzing_nummer": case.nummer},
    "307": lambda case: _of_delivery("StopProduct") | {"StopProduct[1].toewijzing_nummer": case.nummer},
    "315": lambda case: {
        "AangevraagdProduct[2]": False,
        "AangevraagdProduct[1].referentie_aanbieder": f"V{case.nummer}",
    },
    "317": _of_317,
    "319": lambda case: {"Antwoord[1].referentie_aanbieder": f"V{case.nummer}"},
    "323": _of_323,
}


def _addresses(changes: dict[str, object]) -> dict[str, object]:
    """`Prestatie__1__eenheid` is `Prestatie[1].eenheid`."""
    return {re.sub(r"^(\w+?)__(\d+)__(\w+)$", r"\1[\2].\3", name): value for name, value in changes.items()}


def credit(case: Case, identificatie: str) -> bytes:
    """A 323 that takes the debit of `_of_323` back, and no more: its total is a credit."""
    return case.message(
        "323",
        identificatie,
        Declaratie__1__declaratie_nummer=f"C{case.nummer}",
        Declaratie__1__totaal_ingediend_bedrag_debet_credit="C",
        Prestatie__1__ingediend_bedrag_debet_credit="C",
        Prestatie__1__product_referentie_referentie_nummer=f"C{case.nummer}",
        Prestatie__1__product_referentie_vorig_referentie_nummer=f"P{case.nummer}",
    )


def spoiled(case: Case, fault: str, identificatie: str) -> bytes:
    """A 323 with a fault."""
    if fault == "niveau3":
        return case.message("323", identificatie, Prestatie__1__toewijzing_nummer="999999999")
    if fault == "niveau2":
        return case.message("323", identificatie, Declaratie__1__totaal_ingediend_bedrag_totaal_bedrag="1")
    good = case.message("323", identificatie)
    if fault == "xsd":
        return re.sub(rb"<(\w+):Eenheid>\d+</\1:Eenheid>\s*", b"", good)
    return re.sub(rb"^(<\?xml[^>]*\?>)?", rb'\1<!DOCTYPE x [<!ENTITY y "z">]>', good, count=1)
