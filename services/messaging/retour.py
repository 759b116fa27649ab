"""Return messages, from the heen message and what was found in it: pure functions (IV028, IV087, IV088)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.level2.declaratie import signed
from shared.rules import Finding
from shared.standard.catalogue import XSD_VERSIE, MessageType, messages
from shared.standard.codec import Unread
from shared.standard.document import Document, Tree, Value, build
from shared.standard.node import Node

OK, NIET_BEOORDEELD, TECHNISCH, TOEGEWEZEN = "0200", "0233", "0001", "8001"
SCHONE_CODES = {OK, NIET_BEOORDEELD, TOEGEWEZEN}
"""Return codes that report no fault of the class that carries them."""


Codes = Mapping[tuple[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Kenmerk:
    """How the return message identifies itself; `versies` are those of its basisschema and its own (IV034)."""

    identificatie: str
    dagtekening: date
    versies: tuple[str, str] = (XSD_VERSIE, XSD_VERSIE)


def build_return(heen: Document, findings: Sequence[Finding], kenmerk: Kenmerk) -> Document:
    """The one return message of a heen message (302 … 320 or 325), given everything that was found in it."""
    if heen.type.antwoord is None:
        raise ValueError(f"{heen.type.name} krijgt geen retourbericht")
    message = messages()[heen.type.antwoord]
    compose = _retour if message.keeps_header else _declaratie_antwoord
    return build(message, compose(message, heen, _by_place(findings), kenmerk))


def _by_place(findings: Sequence[Finding]) -> Codes:
    """The return codes per class and number; all of level 2 come down to 0001 on the Header."""
    codes: dict[tuple[str, int], set[str]] = {}
    if any(finding.niveau == 2 for finding in findings):
        return {("Header", 1): [TECHNISCH]}
    for finding in findings:
        codes.setdefault((finding.klasse, finding.volgnummer), set()).add(finding.retourcode)
    return {place: sorted(found) for place, found in codes.items()}


def berichtcode(message: MessageType) -> str:
    """The BerichtCode that the catalogue fixes for a message."""
    return next(e.pattern for e in message.classes["Header"].elements if e.name == "BerichtCode")


def _xsd_versie(element: str, kenmerk: Kenmerk) -> dict[str, str]:
    basis, own = kenmerk.versies
    return {f"{element}_basisschema_xsd_versie": basis, f"{element}_bericht_xsd_versie": own}


def _retour(message: MessageType, heen: Document, codes: Codes, kenmerk: Kenmerk) -> Tree:
    header: dict[str, object] = {
        **heen.header.values,
        "bericht_code": berichtcode(message),
        "identificatie_retour": kenmerk.identificatie,
        "dagtekening_retour": kenmerk.dagtekening,
        **_xsd_versie("xsd_versie_retour", kenmerk),
        "retourcodes": codes.get(("Header", 1), [OK] if codes else []),
    }
    tree: dict[str, object] = {"Header": header}
    if codes and ("Header", 1) not in codes:
        for top in heen.root.children[1:]:
            if any((node.name, node.volgnummer) in codes for node in top.walk()):
                tree[top.name] = _copy(message, top, codes)
    return tree  # type: ignore[return-value]


def _copy(message: MessageType, node: Node, codes: Codes) -> dict[str, object]:
    """A class as it came, each class in it with its own codes or 0200."""
    copy: dict[str, object] = dict(node.values)
    if any(element.name == "RetourCodes" for element in message.classes[node.name].elements):
        copy["retourcodes"] = codes.get((node.name, node.volgnummer), [OK])
    for child in node.children:
        copy.setdefault(child.name, []).append(_copy(message, child, codes))  # type: ignore[attr-defined]
    return copy


def _declaratie_antwoord(message: MessageType, heen: Document, codes: Codes, kenmerk: Kenmerk) -> Tree:
    header_codes, declaratie = codes.get(("Header", 1)), next(heen.root.all("Declaratie"))
    tree: dict[str, object] = {"Header": _antwoord_header(message, heen, kenmerk, header_codes or [OK])}
    if not header_codes:
        whole = codes.get(("Declaratie", 1))
        clienten = [] if whole else [c for c in (_client(c, codes) for c in declaratie.all("Client")) if c]
        granted = 0 if whole else _granted(declaratie, codes)
        tree["DeclaratieAntwoord"] = {
            "declaratie_nummer": declaratie.get("declaratie_nummer"),
            "totaal_ingediend_bedrag_totaal_bedrag": declaratie.get("totaal_ingediend_bedrag_totaal_bedrag"),
            "totaal_ingediend_bedrag_debet_credit": declaratie.get("totaal_ingediend_bedrag_debet_credit"),
            "totaal_toegekend_bedrag_totaal_bedrag": abs(granted),
            "totaal_toegekend_bedrag_debet_credit": "C" if granted < 0 else "D",
            "Client": clienten,
            "retourcodes": whole or ([OK] if clienten else [TOEGEWEZEN]),
        }
    return tree  # type: ignore[return-value]


def _antwoord_header(
    message: MessageType, heen: Document, kenmerk: Kenmerk, codes: list[str]
) -> dict[str, Value | list[str]]:
    header = heen.header.values
    return {
        "bericht_code": berichtcode(message),
        "bericht_versie": header["bericht_versie"],
        "bericht_subversie": header["bericht_subversie"],
        "afzender": header["ontvanger"],
        "ontvanger": header["afzender"],
        "bericht_identificatie_identificatie": kenmerk.identificatie,
        "bericht_identificatie_dagtekening": kenmerk.dagtekening,
        **_xsd_versie("xsd_versie", kenmerk),
        "declaratie_identificatie_identificatie": header["bericht_identificatie_identificatie"],
        "declaratie_identificatie_dagtekening": header["bericht_identificatie_dagtekening"],
        "xsd_versie_declaratie_basisschema_xsd_versie": header["xsd_versie_basisschema_xsd_versie"],
        "xsd_versie_declaratie_bericht_xsd_versie": header["xsd_versie_bericht_xsd_versie"],
        "retourcodes": codes,
    }


def _client(client: Node, codes: Codes) -> dict[str, object] | None:
    """A client with its rejected lines; all of them, as not judged, when the fault is in the client itself."""
    own = codes.get(("Client", client.volgnummer))
    found = [
        (line, [NIET_BEOORDEELD] if own else codes.get(("Prestatie", line.volgnummer))) for line in client.children
    ]
    lines = [{**line.values, "retourcodes": line_codes} for line, line_codes in found if line_codes]
    return {**client.values, "Prestatie": lines, "retourcodes": own or [OK]} if lines else None


def _granted(declaratie: Node, codes: Codes) -> int:
    """What is granted, in eurocents: the total, which is that of the lines (TR358), without the rejected (TR342)."""
    total = signed(declaratie, "totaal_ingediend_bedrag", "totaal_bedrag")
    for client in declaratie.children:
        rejected = ("Client", client.volgnummer) in codes
        lines = (line for line in client.children if rejected or ("Prestatie", line.volgnummer) in codes)
        total -= sum(signed(line, "ingediend_bedrag", "bedrag") for line in lines)
    return total


def clean_lines(findings: Sequence[Finding]) -> Unread:
    """Of a 323: the lines that its answer does not need, as nothing was found in them or their client."""
    found = {klasse: {f.volgnummer for f in findings if f.klasse == klasse} for klasse in ("Client", "Prestatie")}

    def unread(client: Node, numbers: range) -> bool:
        return client.volgnummer not in found["Client"] and found["Prestatie"].isdisjoint(numbers)

    return unread
