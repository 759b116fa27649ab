"""A valid message of each kind, and the changes that a test makes to it.

`example("JW323")` is the tree that `build` wants; `message("JW323", {…})` a Document of it after changes:

    "Prestatie[2].eenheid": "82"       a leaf; "" or None takes it away
    "Prestatie[4]": {"eenheid": "82"}  leaves at once; the number after the last copies the last one first
    "Relatie[1]": False                takes the class away, with all below it

Numbers count a class in document order, as in findings, each time after the changes before.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from shared.standard.catalogue import XSD_VERSIE, MessageType, messages
from shared.standard.document import Document, build, routes

BSN, ANDER_BSN = "999900006", "999900018"
DAGTEKENING = "2026-05-06"
GEMEENTE, AANBIEDER = "0193", "65656055"

HEADER = {
    "bericht_code": "{bericht_code}",
    "bericht_versie": "3",
    "bericht_subversie": "2",
    "afzender": "{afzender}",
    "ontvanger": "{ontvanger}",
    "bericht_identificatie_identificatie": "B0001",
    "bericht_identificatie_dagtekening": DAGTEKENING,
    "xsd_versie_basisschema_xsd_versie": XSD_VERSIE,
    "xsd_versie_bericht_xsd_versie": XSD_VERSIE,
    "identificatie_retour": "R0001",
    "dagtekening_retour": "2026-05-07",
    "xsd_versie_retour_basisschema_xsd_versie": XSD_VERSIE,
    "xsd_versie_retour_bericht_xsd_versie": XSD_VERSIE,
    "declaratie_identificatie_identificatie": "B0002",
    "declaratie_identificatie_dagtekening": "2026-05-05",
    "xsd_versie_declaratie_basisschema_xsd_versie": XSD_VERSIE,
    "xsd_versie_declaratie_bericht_xsd_versie": XSD_VERSIE,
}
CLIENT = {
    "bsn": BSN,
    "geboortedatum_datum": "2010-02-14",
    "geslacht": "1",
    "naam_geslachtsnaam_achternaam": "Wit",
    "naam_geslachtsnaam_voorvoegsel": "de",
    "naam_voornamen": "Tom",
    "naam_voorletters": "T",
    "naam_naam_gebruik": "1",
    "communicatie_vorm": "1",
    "communicatie_taal": "Zweeds",
    "juridische_status": "01",
    "gezagsdrager_bekend": "1",
    "commentaar": "Graag na vier uur bellen",
}
ADRES = {
    "adres_huis_huisnummer": "9",
    "adres_postcode": "9999XX",
    "adres_straatnaam": "Kerklaan",
    "adres_plaatsnaam": "Zwolle",
    "adres_land_code": "NL",
}
TELEFOON = {"telefoon_telefoon01_telefoonnummer": "0201234567", "telefoon_telefoon01_landnummer": "0031"}
PRODUCT = {"product_categorie": "{categorie}", "product_code": "{categorie}A03"}
ANDERE = {"product_categorie": "{andere}", "product_code": "{andere}A04"}
WEKELIJKS = {"omvang_volume": "3", "omvang_eenheid": "04", "omvang_frequentie": "2"}
TOEGEWEZEN = {
    "toewijzingsdatum": "2026-03-25",
    "toewijzingstijd": "12:34:56",
    "ingangsdatum": "2026-04-01",
    "einddatum": "2026-12-31",
}
AANGEVRAAGD = {"toewijzing_ingangsdatum": "2026-06-01", "toewijzing_einddatum": "2026-12-31"}
LEVERING = {"toewijzing_ingangsdatum": "2026-04-01", "begindatum": "2026-04-03", "status_aanlevering": "1"}
STOP = LEVERING | {"einddatum": "2026-05-01", "reden_beeindiging": "31"}
APRIL = {"product_periode_begindatum": "2026-04-01", "product_periode_einddatum": "2026-04-30"}
MAART = {"product_periode_begindatum": "2026-03-01", "product_periode_einddatum": "2026-03-31"}
HUISADRES = {"soort": "01", "emailadres": "tom@example.nl"} | ADRES
TIJDELIJK = {"soort": "04", "periode_begindatum": "2026-04-01", "periode_einddatum": "2026-09-30"} | TELEFOON
RELATIE = {
    "nummer": "1",
    "volgorde": "1",
    "soort": "10",
    "geboortedatum_datum": "1971-04-07",
    "geslacht": "2",
    "naam_geslachtsnaam_achternaam": "Galen",
    "naam_partnernaam_achternaam": "Wit",
    "naam_naam_gebruik": "3",
    "Contact": [{"soort": "03"} | ADRES | TELEFOON],
}
EERSTE, TWEEDE = {"toewijzing_nummer": "300201"}, {"toewijzing_nummer": "300202"}
SPECIFIEK = EERSTE | TOEGEWEZEN | PRODUCT | WEKELIJKS | {"referentie_aanbieder": "A001"}
ASPECIFIEK = TWEEDE | TOEGEWEZEN | {"product_categorie": "{andere}", "budget": "100000"}
PER_MAAND = {"omvang_volume": "2", "omvang_eenheid": "16", "omvang_frequentie": "4"}
BESCHIKKING = {"beschikking_nummer": "123", "beschikking_ingangsdatum": "2026-05-01", "raamcontract": "1"}
HUISARTS = {"verwijzer_type": "02", "verwijzer_zorgverlener_code": "12345678"}
WIJKTEAM = {"verwijzer_type": "01", "verwijzer_naam": "Wijkteam Noord"}
BUDGET = {"product_categorie": "{andere}", "budget": "50000"}
AANVRAAG = {"referentie_aanbieder": "A001"} | AANGEVRAAGD | PRODUCT | PER_MAAND | BESCHIKKING | HUISARTS
TWEEDE_AANVRAAG = {"referentie_aanbieder": "A002"} | AANGEVRAAGD | BUDGET | WIJKTEAM
VERZOEK = {
    "referentie_aanbieder": "A001",
    "reden_verzoek": "1",
    "OngewijzigdProduct": [EERSTE],
    "TeWijzigenProduct": [TWEEDE | WEKELIJKS | {"gewenste_ingangsdatum": "2026-04-01", "einddatum": "2026-12-31"}],
    "NieuwProduct": [PRODUCT | WEKELIJKS | {"gewenste_ingangsdatum": "2026-06-01", "einddatum": "2026-12-31"}],
}
ANTWOORD = {
    "referentie_aanbieder": "A001",
    "verzoek_antwoord": "1",
    "reden_afwijzing_verzoek": "{reden}",
    "Woonplaatsbeginsel": [{"gemeente": "0384"}],
}
UREN = EERSTE | PRODUCT | {"eenheid": "04", "product_tarief": "1250"}
EUROS = TWEEDE | ANDERE | {"eenheid": "83"}


def _line(number: str, volume: str, bedrag: str, debet_credit: str) -> dict[str, str]:
    return {
        "product_referentie_referentie_nummer": number,
        "geleverd_volume": volume,
        "ingediend_bedrag_bedrag": bedrag,
        "ingediend_bedrag_debet_credit": debet_credit,
    }


DEBET = UREN | APRIL | _line("P001", "4", "5000", "D")
DEBET_EUROS = EUROS | APRIL | _line("P002", "30000", "30000", "D")
CREDIT = UREN | MAART | _line("P003", "2", "2500", "C") | {"product_referentie_vorig_referentie_nummer": "M001"}
AFGEWEZEN = [DEBET | {"retourcodes": ["9346"]}, CREDIT | {"retourcodes": ["8017", "9347"]}]
INGEDIEND = {
    "declaratie_nummer": "D001",
    "totaal_ingediend_bedrag_totaal_bedrag": "32500",
    "totaal_ingediend_bedrag_debet_credit": "D",
    "totaal_toegekend_bedrag_totaal_bedrag": "30000",
    "totaal_toegekend_bedrag_debet_credit": "D",
    "declaratie_periode_begindatum": "2026-04-01",
    "declaratie_periode_einddatum": "2026-04-30",
    "declaratie_dagtekening": DAGTEKENING,
}

Body = Mapping[str, Any]
_IN_301: Body = {
    "Relatie": [RELATIE],
    "Contact": [HUISADRES, TIJDELIJK],
    "ToegewezenProduct": [SPECIFIEK, ASPECIFIEK],
}
BODIES: Mapping[str, Body] = {
    "301": {"Client": [CLIENT | _IN_301]},
    "305": {"Client": [CLIENT | {"StartProduct": [LEVERING | EERSTE | PRODUCT, LEVERING | TWEEDE | ANDERE]}]},
    "307": {"Client": [CLIENT | {"StopProduct": [STOP | EERSTE | PRODUCT, STOP | TWEEDE | ANDERE]}]},
    "315": {"Client": [CLIENT | {"AangevraagdProduct": [AANVRAAG, TWEEDE_AANVRAAG]}]},
    "317": {"Client": [CLIENT | {"Verzoek": [VERZOEK]}]},
    "319": {"Antwoord": [ANTWOORD]},
    "323": {"Declaratie": [INGEDIEND | {"Client": [{"bsn": BSN, "Prestatie": [DEBET, DEBET_EUROS, CREDIT]}]}]},
    "325": {"DeclaratieAntwoord": [INGEDIEND | {"Client": [{"bsn": BSN, "Prestatie": AFGEWEZEN}]}]},
}
WORDS = {
    "ijw": {"categorie": "45", "andere": "43", "reden": "8"},
    "iwmo": {"categorie": "02", "andere": "07", "reden": "3"},
}


def example(name: str) -> dict[str, Any]:
    """The tree of a message that levels 1 and 2 find nothing in; every class is a list."""
    kind = messages()[name]
    elements = {element.name: element for element in kind.classes["Header"].elements}
    parties = {
        party.lower(): GEMEENTE if elements[party].type == "LDT_Gemeente" else AANBIEDER
        for party in ("Afzender", "Ontvanger")
    }
    words = WORDS[kind.standaard] | parties | {"bericht_code": elements["BerichtCode"].pattern}
    soort = messages()[kind.heen].soort if kind.heen and kind.keeps_header else kind.soort
    return _fit(kind, "Root", {"Header": [HEADER], **BODIES[soort]}, words)


def _fit(kind: MessageType, name: str, source: Body, words: Mapping[str, str]) -> dict[str, Any]:
    """What of a class is in this message, in the words of its standard, with return codes where they belong."""
    fields = kind.classes[name].fields
    tree: dict[str, Any] = {key: value.format(**words) for key, value in source.items() if key in fields}
    if any(element.name == "RetourCodes" for element in kind.classes[name].elements):
        tree["retourcodes"] = list(source.get("retourcodes", ["0200"]))
    for child in routes(kind, name):
        tree[child] = [_fit(kind, child, branch, words) for branch in source.get(child, ())]
    return tree


def message(name: str, wijzig: Mapping[str, object] | None = None) -> Document:
    """The example after changes, in their order."""
    kind, tree = messages()[name], example(name)
    for address, value in (wijzig or {}).items():
        _change(kind, tree, address, value)
    return build(kind, tree)


def _change(kind: MessageType, tree: dict[str, Any], address: str, value: object) -> None:
    match = re.fullmatch(r"(\w+)\[(\d+)\](?:\.(\w+))?", address)
    if match is None:
        raise KeyError(f"{address} is geen adres als Klasse[1].veld")
    places = [(siblings, index) for found, siblings, index in _places(kind, "Root", tree) if found == match[1]]
    number = int(match[2])
    if isinstance(value, Mapping) and places and number == len(places) + 1:
        siblings, index = places[-1]
        siblings.insert(index + 1, deepcopy(siblings[index]))
        places.append((siblings, index + 1))
    if not 0 < number <= len(places):
        raise KeyError(f"{address}: {kind.name} heeft {len(places)} keer {match[1]}")
    siblings, index = places[number - 1]
    if value is False and not match[3]:
        del siblings[index]
        return
    leaves = value if isinstance(value, Mapping) else {match[3]: value}
    unknown = set(leaves) - {"retourcodes", *kind.classes[match[1]].fields}
    if unknown:
        raise KeyError(f"{address}: {kind.name} kent {unknown} niet")
    siblings[index].update(leaves)
    siblings[index].update({leaf: None for leaf, new in leaves.items() if new == ""})


def _places(kind: MessageType, name: str, tree: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]], int]]:
    for child in routes(kind, name):
        for index, branch in enumerate(tree[child]):
            yield child, tree[child], index
            yield from _places(kind, child, branch)
