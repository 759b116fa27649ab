"""Conversion of running allocations to a new model with the same provider: a plan with a line for each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_
from sqlalchemy.orm import Session

from services.allocation.levensloop import plannen, samen
from services.allocation.levensloop.plannen import DAG, Gepland
from services.allocation.levensloop.reeksmodellen import Doel, NieuweOmzetting
from services.allocation.models import Omvang, Product
from services.allocation.toewijzen import bestaand, checks
from services.allocation.toewijzen import queries as own
from shared.calendar import last_day
from shared.db import tables as t
from shared.errors import Fault, Refused
from shared.security import Caller

BEKOSTIGING = "10"
"""The reden_wijziging of what goes over to another way of funding."""
Target = dict[str, Any]
"""What takes the place of a product: the fields of a new allocation, its cell, and how many months it may run."""


def plan(session: Session, who: Caller, wanted: NieuweOmzetting) -> UUID:
    """Plan a conversion: its id. Raises Refused (422) when a cell of the new model is not there."""
    targets = _targets(session, who.organisatie, wanted)
    rows = _found(session, who.organisatie, wanted)
    ending = [row.toewijzing_nummer for row in rows]
    lines = [_line(session, row, wanted.per, targets, ending) for row in rows]
    head = {
        "soort": "omzetting",
        "standaard": wanted.standaard,
        "per": wanted.per,
        "gevraagd": wanted.model_dump(mode="json"),
        "gemaakt_door": who.wie,
        "gemaakt_kenmerk": who.kenmerk,
    }
    return plannen.keep(session, who.organisatie, head, _unstacked(lines))


def _targets(session: Session, gemeente: str, wanted: NieuweOmzetting) -> Mapping[tuple[str, str | None], Target]:
    found, faults = {}, []
    for place, rule in enumerate(wanted.regels):
        target = _target(session, gemeente, wanted, rule.naar)
        if target is None:
            text = "Dit vakje bestaat op die dag niet in deze tabel, voor deze wet. Controleer model en assen."
            faults.append(Fault("ARRANGEMENT", f"/regels/{place}/naar/arrangement", text))
        else:
            months = rule.maximaal_maanden or target["maanden"]
            found[rule.van.categorie, rule.van.code] = target | {"maanden": months}
    if faults:
        raise Refused(422, "De omzetting kan niet worden gepland", faults)
    return found


def _target(session: Session, gemeente: str, wanted: NieuweOmzetting, doel: Doel) -> Target | None:
    chosen = doel.arrangement
    if chosen is None:
        told = {"product": doel.product, "omvang": doel.omvang, "budget": doel.budget}
        return {"velden": told, "model": None, "assen": None, "maanden": None}
    cell = own.arrangement(session, gemeente, chosen.model, chosen.assen, wanted.per)
    if cell is None or cell.standaard != wanted.standaard:
        return None
    size = Omvang(volume=cell.volume, eenheid=cell.eenheid, frequentie=cell.frequentie) if cell.eenheid else None
    product = Product(categorie=cell.product_categorie, code=cell.product_code) if cell.product_categorie else None
    told = {"product": product, "omvang": size, "budget": cell.budget}
    return {"velden": told, "model": chosen.model, "assen": chosen.assen, "maanden": cell.maanden}


def _found(session: Session, gemeente: str, wanted: NieuweOmzetting) -> Sequence[Row[Any]]:
    row = t.toegewezen_product.c
    products = [
        (row.product_categorie == rule.van.categorie) & row.product_code.is_not_distinct_from(rule.van.code)
        for rule in wanted.regels
    ]
    providers = [row.tegenpartij.in_(wanted.aanbieders)] if wanted.aanbieders else []
    law = row.standaard == wanted.standaard
    return plannen.running(session, gemeente, wanted.per, law, or_(*products), *providers)


def _line(session: Session, row: Row[Any], per: date, targets: Mapping[Any, Target], ending: Sequence[int]) -> Gepland:
    target = targets[row.product_categorie, row.product_code]
    ends = [day for day in (row.einddatum, last_day(per, target["maanden"])) if day is not None]
    told = {"ingangsdatum": per, "einddatum": min(ends, default=None), **target["velden"]}
    new = samen.Nieuw(bestaand.as_wanted(row, **told), target["model"], target["assen"])
    current = checks.of_client(session, row.eigenaar, new.toewijzing, row.bsn)
    found = checks.faults(session, row.eigenaar, new.toewijzing, row.bsn, current, ending)
    return Gepland(row, per - DAG, BEKOSTIGING, new, (*plannen.begins_later(row, per), *found))


def _unstacked(lines: Sequence[Gepland]) -> list[Gepland]:
    """The lines, where one client would get the same new product twice with that as a fault (OP259)."""
    known: dict[Any, int] = {}
    for line in lines:
        known[_product(line)] = known.get(_product(line), 0) + 1
    text = "De cliënt zou dit product bij deze aanbieder twee keer krijgen. Zet één ervan om en trek de andere in."
    fault = Fault("OP259", "/naar", text)
    return [replace(line, fouten=(*line.fouten, fault)) if known[_product(line)] > 1 else line for line in lines]


def _product(line: Gepland) -> tuple[Any, ...]:
    assert line.nieuw is not None
    product = line.nieuw.toewijzing.product
    return (line.row.tegenpartij, line.row.bsn, product.categorie if product else None, product and product.code)
