"""The codelists over HTTP: a code looked up, with what it means and what the sender does next."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query, Security
from pydantic import Field

from shared.contracts import Datum, Model, Standaard
from shared.errors import not_found
from shared.security import caller
from shared.standard import codelists

router = APIRouter(tags=["codelijsten"], dependencies=[Security(caller, scopes=["lezen"])])


class Lijst(Model):
    """Een codelijst van de standaard, of een foutenlijst van VECOZO of het GGk."""

    naam: str = Field(description="Naam van de lijst, bijvoorbeeld WJ001", examples=["WJ001"])
    omschrijving: str = Field(description="Waarvan dit de codes zijn", examples=["Retourcode"])
    afzender: str | None = Field(description="Wie deze foutcodes geeft; leeg bij een lijst van de standaard")
    versie: str | None = Field(
        description="Versie van een foutenlijst: nummers zijn later voor iets anders gebruikt; leeg bij de standaard"
    )
    aantal: int = Field(description="Hoeveel codes de lijst heeft")


class Lijsten(Model):
    """Alle codelijsten."""

    codelijsten: list[Lijst] = Field(description="De lijsten, op naam")


class Code(Model):
    """Een code met alles wat ervan bekend is."""

    code: str = Field(description="De code", examples=["9321"])
    naam: str = Field(description="Korte naam, om te tonen")
    toelichting: str = Field(description="Wat de code betekent; leeg als de naam genoeg zegt")
    vervolgstap: str = Field(description="Wat de afzender van het bericht nu doet; alleen bij retour- en foutcodes")
    begindatum: Datum | None = Field(description="Eerste dag waarop de code geldt; leeg als die niet bekend is")
    einddatum: Datum | None = Field(description="Laatste dag waarop de code geldt; leeg als die niet bekend is")
    standaarden: list[Standaard] = Field(description="De standaarden waarin de code bestaat")


class Codes(Lijst):
    """Een codelijst met haar codes."""

    codes: list[Code] = Field(description="De codes die aan de vraag voldoen, in de volgorde van de lijst")


@router.get("/codelijsten", summary="Alle codelijsten")
def get_codelijsten() -> Lijsten:
    """The lists by name, without their codes."""
    return Lijsten(codelijsten=[_list(codelists.codelijst(name)) for name in codelists.lists()])


@router.get("/codelijsten/{lijst}", summary="De codes van een lijst, of één ervan")
def get_codelijst(
    lijst: Annotated[str, Path(pattern="^[A-Za-z0-9_]{1,30}$", description="Naam van de lijst", examples=["WJ001"])],
    standaard: Annotated[Standaard | None, Query(description="Alleen codes van deze standaard")] = None,
    code: Annotated[str | None, Query(pattern="^[A-Za-z0-9]{1,7}$", description="Alleen deze code")] = None,
    datum: Annotated[Datum | None, Query(description="Alleen codes die op deze dag gelden (jjjj-mm-dd)")] = None,
) -> Codes:
    """A list; 404 when there is none of that name, no codes when none fits."""
    try:
        found = codelists.codelijst(lijst)
    except KeyError:
        raise not_found("Codelijst") from None
    codes = [_code(item) for item in found.select(code, standaard, datum)]
    return Codes(**dict(_list(found)), codes=codes)


def _list(found: codelists.Codelijst) -> Lijst:
    return Lijst(
        naam=found.naam,
        omschrijving=found.omschrijving,
        afzender=found.afzender or None,
        versie=found.versie or None,
        aantal=len(found.codes),
    )


def _code(found: codelists.Code) -> Code:
    return Code(**{**asdict(found), "standaarden": list(found.standaarden)})
