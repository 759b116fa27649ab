"""What the machine sends over HTTP, made of what the model knows."""

from datetime import date

from tests.flows.stateful.delivery import Stop
from tests.flows.stateful.dossiers import Toewijzing, Verzoek, Wens
from tests.flows.stateful.kinds import FREQUENTIE, Dossier, Inhoud, Json, days, product
from tests.flows.verzoeken import HUISARTS, verkort


def allocation(dossier: Dossier, new: Inhoud) -> Json:
    exchange = dossier.exchange
    place = {"standaard": exchange.wet, "aanbieder": exchange.aanbieder}
    whole = {**place, "client": dossier.person, "toegang": "wijkteam"}
    return whole | product(exchange.wet, new.soort) | days(new.begin, new.eind) | new.size()


def size(new: Inhoud) -> Json:
    return {"volume" if new.soort in FREQUENTIE else "budget": new.hoeveel}


def start(found: Toewijzing, day: date) -> Json:
    return {"toewijzing": found.id, "begindatum": day.isoformat()}


def stop(found: Toewijzing, told: Stop) -> Json:
    return start(found, told[0]) | last(told)


def last(told: Stop) -> Json:
    return {"einddatum": told[1].isoformat(), "reden_beeindiging": told[2]}


def vot(dossier: Dossier, asked: list[Inhoud]) -> Json:
    """A request for allocation (315)."""
    exchange = dossier.exchange
    return {
        "standaard": exchange.wet,
        "gemeente": exchange.gemeente,
        "client": verkort(dossier.person),
        "producten": [_aangevraagd(exchange.wet, new) for new in asked],
    }


def _aangevraagd(wet: str, new: Inhoud) -> Json:
    period = days(new.begin, new.eind, "toewijzing_ingangsdatum", "toewijzing_einddatum")
    return product(wet, new.soort) | period | new.size() | {"verwijzer": HUISARTS}


def vow(dossier: Dossier, wens: Wens) -> Json:
    """A request for change (317)."""
    exchange = dossier.exchange
    verzoek = {
        "reden_verzoek": "1",
        "ongewijzigde_producten": [{"toewijzing_nummer": nummer} for nummer in wens.blijft],
        "te_wijzigen_producten": [{"toewijzing_nummer": n} | _gewenst(new) for n, new in wens.wijzigt.items()],
        "nieuwe_producten": [product(exchange.wet, new.soort) | _gewenst(new) for new in wens.nieuw],
    }
    whole = {"standaard": exchange.wet, "gemeente": exchange.gemeente, "bsn": dossier.person["bsn"]}
    return whole | {"verzoek": verzoek}


def _gewenst(new: Inhoud) -> Json:
    return days(new.begin, new.eind, "gewenste_ingangsdatum") | new.size()


def grant(found: Verzoek) -> Json:
    """Granted as it was asked; the client is told again."""
    return {"client": found.dossier.person}
