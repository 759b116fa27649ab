"""Lines and objections as a back office reads them: by allocation, product and period, never by BSN or XPath."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from services.billing.leveringen import compose, queries
from services.billing.leveringen.compose import Prestatie
from services.billing.leveringen.models import Voorstelregel, reden
from services.billing.leveringen.proposing import GEEN_BEDRAG, Objection
from services.billing.models import Reden
from shared.errors import Fault

_OWN = {
    GEEN_BEDRAG: (
        "Het bedrag van de regel is hoger dan een bericht kan dragen (€ 999.999,99).",
        "Controleer het volume en het tarief.",
    ),
}
_VERZOEK = "Vraag de gemeente met een verzoek om wijziging (317) om {}."
ADVIES = {
    "TR304": _VERZOEK.format("een toewijzing voor deze cliënt"),
    "TR338": _VERZOEK.format("een toewijzing voor deze cliënt"),
    "TR384": _VERZOEK.format("een nieuwe toewijzing"),
    "TR308": _VERZOEK.format("een latere einddatum, of leg de levering met volume 0 vast"),
    "TR322": _VERZOEK.format("meer omvang"),
    "TR369": _VERZOEK.format("een hoger budget"),
}
"""What only the municipality can mend, and how it is asked."""


def reason(item: Objection, latest: date | None = None) -> Reden:
    """An objection with its words; `latest` is the last month that was declared, for who must choose a later one."""
    if item.code in _OWN:
        betekenis, vervolgstap = _OWN[item.code]
        return Reden(retourcode="", regel=item.code, betekenis=betekenis, vervolgstap=vervolgstap)
    found = reden(item.code, item.retourcode)
    more = ADVIES.get(item.code, "")
    if item.code == "TR318" and latest is not None:
        more = f"De laatst gedeclareerde maand is {latest:%Y-%m}: declareer in die maand of een latere."
    if more and "317" not in found.vervolgstap:
        return found.model_copy(update={"vervolgstap": f"{found.vervolgstap} {more}"})
    return found


def shown(item: Prestatie, found: Iterable[Objection]) -> Voorstelregel:
    """A line with the objections to it."""
    line: dict[str, Any] = item.line
    return Voorstelregel(
        toewijzing=queries.name_of(item.claim.levering),
        toewijzing_nummer=line["toewijzing_nummer"],
        product_categorie=line["product_categorie"],
        product_code=line["product_code"],
        begindatum=line["product_periode_begindatum"],
        einddatum=line["product_periode_einddatum"],
        debet_credit=line["ingediend_bedrag_debet_credit"],
        vorige_referentie=line.get("product_referentie_vorig_referentie_nummer"),
        volume=line["geleverd_volume"],
        eenheid=line["eenheid"],
        tarief=line["product_tarief"],
        bedrag=compose.amount(line),
        redenen=[reason(objection) for objection in found if objection.prestatie is item],
    )


def of_all(found: Iterable[Objection], latest: date | None) -> list[Reden]:
    """The objections to the declaratie as a whole."""
    return [reason(item, latest) for item in found if item.prestatie is None]


def faults(found: Sequence[Objection], latest: date | None) -> list[Fault]:
    """The objections as the problem of a refused request: first those to all of it, then line by line."""
    return [_fault(item, latest) for item in sorted(found, key=lambda item: item.prestatie is not None)]


def _fault(item: Objection, latest: date | None) -> Fault:
    why = reason(item, latest)
    told = f"{why.betekenis} {why.vervolgstap}" + (f" (retourcode {why.retourcode})" if why.retourcode else "")
    if item.prestatie is None:
        return Fault(item.code, "/maand", told)
    line = shown(item.prestatie, ())
    kind = "credit" if line.debet_credit == "C" else "debet"
    pad = f"/toewijzing/{line.toewijzing}/product/{line.product_code}/periode/{line.begindatum}"
    what = (
        f"Toewijzing {line.toewijzing_nummer}, product {line.product_code}, {line.begindatum} t/m {line.einddatum}, "
        f"{kind}, volume {line.volume} (eenheid {line.eenheid}), {line.bedrag / 100:.2f} euro"
    )
    return Fault(item.code, pad, f"{what}: {told}")
