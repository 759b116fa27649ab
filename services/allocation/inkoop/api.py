"""Providers, contracts, products, tariffs, arrangements and ceilings over HTTP: one by one, or from a file."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query, Security
from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator, create_model
from sqlalchemy.orm import Session

from services.allocation.inkoop import flows, queries, verlengen
from services.allocation.inkoop.flows import SOORTEN, Soort
from services.allocation.inkoop.models import Contract, Contractnummer, Ingelezen, Leden, Regio, Regioleden
from shared import spreadsheet
from shared.calendar import vandaag
from shared.contracts import Datum, Model
from shared.db.session import transaction
from shared.errors import Fault, Refused
from shared.invalid import faults_of
from shared.repeat import Sleutel, once
from shared.security import Caller, caller, gemeente

router = APIRouter(tags=["inkoop"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]
Beheerder = Annotated[Caller, Security(caller, scopes=["beheren"])]
Gemeente = Annotated[Caller, Security(gemeente, scopes=["beheren"])]
Op = Annotated[Datum | None, Query(description="Alleen wat op deze dag geldt")]
SoortNaam = Annotated[
    Literal[
        "aanbieders",
        "onderaannemers",
        "contracten",
        "producten",
        "tarieven",
        "arrangementmodellen",
        "arrangementen",
        "plafonds",
    ],
    Path(description="Soort gegevens"),
]
As = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}:.{1,200}$", examples=["profiel:4"])]


def _told(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError as error:
        return error


def _list(soort: Soort) -> Any:
    """A list of a kind; a row of the wrong form is in it as what is wrong, so that the others are judged too."""
    return list[Annotated[soort.model, WrapValidator(_told)]]  # type: ignore[name-defined]


_LISTS: dict[str, Any] = {
    naam: (_list(soort), Field(default=[], max_length=spreadsheet.ROWS, description=f"De {naam}"))
    for naam, soort in SOORTEN.items()
}
Inkoop: Any = create_model(
    "Inkoop",
    __base__=Model,
    __doc__="Inkoopgegevens van alle soorten; wat niet genoemd wordt blijft zoals het is.",
    **_LISTS,
)


class Vervangen(Model):
    """Wat er stond voordat het werd vervangen."""

    rij: dict[str, Any] = Field(description="De gegevens zoals zij waren")
    vervangen_op: datetime = Field(description="Wanneer")
    door: str = Field(description="Door wie")


class Historie(Model):
    """Wat er is vervangen, het laatste eerst."""

    historie: list[Vervangen] = Field(description="De vervangen gegevens")


def _keep(who: Caller, items: dict[str, flows.Rows], faults: Sequence[Fault] = ()) -> Ingelezen:
    foreign = [naam for naam, rows in items.items() if rows and not SOORTEN[naam].van_beide]
    if foreign and not who.is_gemeente:
        raise Refused(403, "Niet toegestaan", detail=f"Alleen een gemeente houdt dit bij: {', '.join(foreign)}.")
    with transaction(who) as session:
        return flows.keep(session, who.organisatie, who.wie, items, faults)


def _add(soort: Soort) -> None:
    """The operations of a kind: put one, get all, delete one."""
    one: Any = soort.model
    rows: Any = (list[one], Field(description="Op sleutel"))
    doc = f"De {soort.naam} van de aanroeper."
    listed: Any = create_model(f"{soort.model.__name__}Lijst", __base__=Model, __doc__=doc, **{soort.naam: rows})
    role = Beheerder if soort.van_beide else Gemeente
    noun = one.__name__.lower()
    router.put(f"/{soort.naam}", summary=f"Leg vast: {noun}", name=f"put_{soort.naam}")(_put(soort, one, role))
    router.delete(f"/{soort.naam}", status_code=204, summary=f"Haal weg: {noun}", name=f"delete_{soort.naam}")(
        _delete(soort, _key(soort), role)
    )
    router.get(f"/{soort.naam}", summary=soort.naam.capitalize(), name=f"get_{soort.naam}")(_get(soort, listed))


def _put(soort: Soort, model: Any, role: Any) -> Callable[..., Any]:
    def put(body: model, who: role) -> model:
        _keep(who, {soort.naam: [("", body)]})
        return body

    put.__doc__ = "Stores it, in place of the one with the same key; what it was is kept."
    return put


def _key(soort: Soort) -> Any:
    """The key of a kind as query parameters."""
    names = [column.name for column in soort.table.primary_key if column.name != "eigenaar"]
    told = {name: soort.model.model_fields[name] for name in names}
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in told.items()}
    if "assen" in fields:
        fields["assen"] = (list[As], Field(min_length=1, max_length=6, description="as:waarde, voor elke as"))
    doc = f"De sleutel van: {soort.model.__name__.lower()}."
    return create_model(f"{soort.model.__name__}Sleutel", __base__=Model, __doc__=doc, **fields)


def _delete(soort: Soort, key: Any, role: Any) -> Callable[..., Any]:
    def remove(sleutel: Annotated[key, Query()], who: role) -> None:
        values = {name: getattr(sleutel, name) for name in key.model_fields}
        if "assen" in values:
            values["assen"] = dict(part.split(":", 1) for part in values["assen"])
        with transaction(who) as session:
            flows.remove(session, who.organisatie, who.wie, soort, values)

    remove.__doc__ = "Takes it away, by its key; what it was is kept. What something refers to stays (409)."
    return remove


def _get(soort: Soort, listed: Any) -> Callable[..., Any]:
    def get(who: Reader, op: Op = None) -> listed:
        with transaction(who) as session:
            rows = queries.own(session, soort.table, who.organisatie, op)
        return listed(**{soort.naam: [soort.model.of(row) for row in rows]})

    get.__doc__ = "The caller's own, by key."
    return get


for _soort in SOORTEN.values():
    _add(_soort)


@router.post("/contracten/{nummer}/verlenging", summary="Verleng een contract met een optie")
def post_verlenging(
    nummer: Annotated[Contractnummer, Path(description="Nummer van het contract")],
    who: Gemeente,
    sleutel: Sleutel = None,
) -> Contract:
    """One more option is used, and the contract runs so many months longer; send a key, as twice uses two."""
    with transaction(who) as session:
        asked = (f"contracten/{nummer}/verlenging", Model())
        return once(session, sleutel, asked, lambda: verlengen.extend(session, who, nummer, vandaag()), Contract)


@router.post("/inkoop", summary="Lees inkoopgegevens in (JSON)")
def post_inkoop(body: Inkoop, who: Beheerder) -> Ingelezen:
    """All kinds at once; stored as a whole, or refused with every fault by its row."""
    placed = {naam: [(f"/{naam}/{n}", row) for n, row in enumerate(getattr(body, naam))] for naam in SOORTEN}
    wrong = [(place, row) for rows in placed.values() for place, row in rows if isinstance(row, ValidationError)]
    items: dict[str, flows.Rows] = {
        naam: [each for each in rows if isinstance(each[1], Model)] for naam, rows in placed.items()
    }
    return _keep(who, items, [fault for place, error in wrong for fault in faults_of(error.errors(), place)])


@router.post("/inkoop/{soort}", summary="Lees één soort in (CSV)")
def post_csv(
    soort: SoortNaam,
    who: Beheerder,
    content: Annotated[bytes, Body(media_type="text/csv", description="CSV (UTF-8) met de veldnamen als eerste regel")],
) -> Ingelezen:
    """A spreadsheet of one kind; stored as a whole, or refused with every fault by its row."""
    rows, faults = spreadsheet.gather(content, SOORTEN[soort].model)
    return _keep(who, {soort: flows.of_file(rows)}, faults)


@router.get("/inkoop/{soort}/historie", summary="Wat er is vervangen")
def get_historie(
    soort: SoortNaam, who: Reader, limit: Annotated[int, Query(ge=1, le=1000, description="Hoeveel")] = 100
) -> Historie:
    """What was replaced, when and by whom."""
    with transaction(who) as session:
        rows = queries.history(session, who.organisatie, SOORTEN[soort].table.name, limit)
    return Historie(historie=[Vervangen(rij=row.rij, vervangen_op=row.vervangen_op, door=row.door) for row in rows])


@router.put("/regio", summary="Volg een centrumgemeente")
def put_regio(body: Regio, who: Gemeente) -> Regio:
    """From now on what that municipality stores is stored here too; and nobody here changes it."""
    with transaction(who) as session:
        flows.join_region(session, who.organisatie, who.wie, body.centrum)
    return body


@router.get("/regio", summary="Wie de inkoop bijhoudt")
def get_regio(who: Annotated[Caller, Security(gemeente, scopes=["lezen"])]) -> Regio:
    """The municipality that keeps this for the caller; empty when the caller does so."""
    with transaction(who) as session:
        return Regio(centrum=queries.centrum(session, who.organisatie))


@router.put("/regio/leden", summary="Houd de inkoop bij voor andere gemeenten")
def put_leden(body: Leden, who: Gemeente) -> Regioleden:
    """Members get what is stored here from the moment that they follow; who is left out gets nothing any more."""
    with transaction(who) as session:
        flows.name_members(session, who.organisatie, body.gemeenten)
        return _members(session, who)


@router.get("/regio/leden", summary="Voor wie deze gemeente de inkoop bijhoudt")
def get_leden(who: Annotated[Caller, Security(gemeente, scopes=["lezen"])]) -> Regioleden:
    """The members, and those that follow."""
    with transaction(who) as session:
        return _members(session, who)


def _members(session: Session, who: Caller) -> Regioleden:
    code = who.organisatie
    return Regioleden(gemeenten=queries.named(session, code), volgers=queries.members(session, code))
