"""Keeping what was bought, for oneself or for a region: every row, or with all faults none of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.allocation.inkoop import models as m
from services.allocation.inkoop import queries, toetsen
from shared.contracts import Model
from shared.db import inkoop
from shared.db.session import acting_for
from shared.errors import Fault, Refused
from shared.spreadsheet import row_of


@dataclass(frozen=True, slots=True)
class Soort:
    """A kind of purchase data: its name in the API and in files, its model and table, and whether providers have it."""

    naam: str
    model: type[Model]
    table: Table
    van_beide: bool = False


SOORTEN: Mapping[str, Soort] = {
    soort.naam: soort
    for soort in (
        Soort("aanbieders", m.Aanbieder, inkoop.aanbieder),
        Soort("onderaannemers", m.Onderaannemer, inkoop.onderaannemer),
        Soort("contracten", m.Contract, inkoop.contract, van_beide=True),
        Soort("producten", m.Product, inkoop.product),
        Soort("tarieven", m.Tarief, inkoop.tarief, van_beide=True),
        Soort("arrangementmodellen", m.Arrangementmodel, inkoop.arrangementmodel),
        Soort("arrangementen", m.Arrangement, inkoop.arrangement),
        Soort("plafonds", m.Plafond, inkoop.plafond),
    )
}
"""Every kind, each after those that it refers to."""
Place = str
Rows = Sequence[tuple[Place, Model]]


def keep(
    session: Session, organisatie: str, wie: str, items: Mapping[str, Rows], faults: Sequence[Fault] = ()
) -> m.Ingelezen:
    """Store rows by kind, each replacing the one with the same key, also for the members of the own region.

    A row comes with its place in the input, `faults` are those of rows that were none. Raises Refused: 409 when
    another municipality keeps this for us, 422 with every fault by its place.
    """
    members = _region(session, organisatie, wie)
    against, warnings = toetsen.judge(session, organisatie, [row for rows in items.values() for row in rows])
    for member in members:
        with acting_for(session, member):
            _keep(session, member, items, [*faults, *against])
    counts = {naam: len(rows) for naam, rows in items.items()}
    return m.Ingelezen(aantallen=counts, gemeenten=members, waarschuwingen=warnings)


def remove(session: Session, organisatie: str, wie: str, soort: Soort, key: Mapping[str, Any]) -> None:
    """Take a row away, also from the members of the own region; what it was is kept.

    `key` is the primary key without its owner. Raises Refused: 404 when there is none, 409 when another municipality
    keeps this for us or something refers to it, here or at a member.
    """
    for member in _region(session, organisatie, wie):
        row = soort.table.c
        same = (row[name] == value for name, value in {"eigenaar": member, **key}.items())
        with acting_for(session, member):
            try:
                with session.begin_nested():
                    gone = session.scalars(delete(soort.table).where(*same).returning(row.eigenaar)).all()
            except IntegrityError:
                text = "Hier verwijst nog iets naar. Haal dat eerst weg."
                raise Refused(409, "Dit is nog in gebruik", [Fault("VERWIJZING", "", text)]) from None
        if not gone and member == organisatie:
            raise Refused(404, f"{soort.model.__name__} niet gevonden", detail="Controleer de sleutel in het adres.")


def _region(session: Session, organisatie: str, wie: str) -> list[str]:
    """For whom an organisation changes what was bought: itself and who follows it. Raises Refused (409)."""
    if (centrum := queries.centrum(session, organisatie)) is not None:
        detail = f"Gemeente {centrum} houdt de inkoop bij voor de regio. Vraag haar om de wijziging."
        raise Refused(409, "Dit wordt elders bijgehouden", detail=detail)
    _act(session, wie)
    return [organisatie, *queries.members(session, organisatie)]


def _act(session: Session, wie: str) -> None:
    """Tell the trigger that keeps the history who it is."""
    session.execute(select(func.set_config("zorgketen.wie", wie, True)))


def _keep(session: Session, eigenaar: str, items: Mapping[str, Rows], told: Sequence[Fault] = ()) -> None:
    faults = [*told]
    for naam, soort in SOORTEN.items():
        rows = items.get(naam, ())
        faults += _doubles(soort, rows)
        failed = _store(session, eigenaar, soort, sorted(rows, key=lambda row: _order(soort, row[1])))
        # what stood in the way may have been moved by a later row
        again = _store(session, eigenaar, soort, [(place, row) for place, row, _ in reversed(failed)])
        faults += [Fault(fault.code, place + fault.pad, fault.melding) for place, _, fault in again]
    if faults:
        more = f" Er zijn nog {len(faults) - MOST} fouten." if len(faults) > MOST else ""
        found = sorted(faults, key=_place)[:MOST]
        raise Refused(422, "Dit kan niet worden vastgelegd", found, f"Er is niets vastgelegd.{more}")


MOST = 200
"""How many faults are told at once."""


def _place(fault: Fault) -> tuple[int, int]:
    """In which order faults are told: by kind, then by row."""
    kind = fault.pad.split("/")[1] if "/" in fault.pad else ""
    return [*SOORTEN].index(kind) if kind in SOORTEN else 0, row_of(fault)


def _key(soort: Soort, row: Model) -> tuple[str, ...]:
    names = (column.name for column in soort.table.primary_key if column.name != "eigenaar")
    values = (getattr(row, name) for name in names)
    return tuple(str(sorted(value.items()) if isinstance(value, dict) else value) for value in values)


def _order(soort: Soort, row: Model) -> tuple[bool, tuple[str, ...]]:
    """A framework comes before the contracts that name it; what is earlier ends before what is later begins."""
    return getattr(row, "tegenpartij", None) is not None, _key(soort, row)


def _doubles(soort: Soort, rows: Rows) -> Iterator[Fault]:
    seen: set[tuple[str, ...]] = set()
    for place, row in rows:
        if (key := _key(soort, row)) in seen:
            yield Fault("DUBBEL", place, "Een eerdere regel heeft dezelfde sleutel. Houd één van beide over.")
        seen.add(key)


def _store(session: Session, eigenaar: str, soort: Soort, rows: Rows) -> list[tuple[Place, Model, Fault]]:
    """Store what can be; the others, each with what is against it."""
    found = ((place, row, _refused(session, eigenaar, soort, row)) for place, row in rows)
    return [(place, row, fault) for place, row, fault in found if fault]


def _refused(session: Session, eigenaar: str, soort: Soort, row: Model) -> Fault | None:
    """Store a row; what is against it."""
    if fault := _wrong_party(eigenaar, row) or _off_axis(session, eigenaar, row):
        return fault
    values = {"eigenaar": eigenaar, **{name: _plain(getattr(row, name)) for name in type(row).model_fields}}
    key = [column.name for column in soort.table.primary_key]
    changed = {name: value for name, value in values.items() if name not in key}
    changed["vastgelegd_op"] = func.clock_timestamp()
    statement = insert(soort.table).values(values).on_conflict_do_update(index_elements=key, set_=changed)
    try:
        with session.begin_nested():
            session.execute(statement)
    except IntegrityError as error:
        fault = _conflict(error)
        if (
            fault.code == "PERIODE"
            and isinstance(row, m.Contract)
            and (there := queries.beside(session, eigenaar, row))
        ):
            text = f"De periode overlapt met die van contract {', '.join(there)}. Sluit dat eerst af, of haal het weg."
            return Fault(fault.code, fault.pad, text)
        return fault
    return None


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, Model) else value


def _wrong_party(eigenaar: str, row: Model) -> Fault | None:
    """A contract is between a municipality and a provider: of other lengths are their codes."""
    if isinstance(row, m.Contract) and row.tegenpartij and len(row.tegenpartij) == len(eigenaar):
        return Fault("TEGENPARTIJ", "/tegenpartij", "Een contract is met een andere soort organisatie. Geef haar code.")
    return None


def _off_axis(session: Session, eigenaar: str, row: Model) -> Fault | None:
    if not isinstance(row, m.Arrangement):
        return None
    axes = queries.axes(session, eigenaar, row.model)
    if axes is None:
        return Fault("MODEL", "/model", "Deze tabel van arrangementen bestaat niet. Leg eerst het model vast.")
    if row.assen.keys() != axes.keys():
        return Fault("ASSEN", "/assen", f"Geef een waarde voor precies deze assen: {', '.join(axes)}.")
    wrong = [name for name, value in row.assen.items() if value not in axes[name]]
    return Fault("ASSEN", f"/assen/{wrong[0]}", "Deze waarde staat niet op de as van het model.") if wrong else None


_CONFLICTS = {
    "23P01": ("PERIODE", "/begindatum", "De periode overlapt met een andere. Sluit eerst de andere af."),
    "23503": (
        "VERWIJZING",
        "",
        "Waar dit naar verwijst bestaat niet. Leg dat eerst vast.",
    ),
}
_OTHER = ("GRENS", "", "De waarden passen niet bij elkaar. Controleer data, opties en bedragen.")


def _conflict(error: IntegrityError) -> Fault:
    return Fault(*_CONFLICTS.get(getattr(error.orig, "sqlstate", ""), _OTHER))


def of_file(rows: Iterable[tuple[int, Model]]) -> Rows:
    """Rows of a file, each with its place."""
    return [(f"/regel {number}", row) for number, row in rows]


def join_region(session: Session, gemeente: str, wie: str, centrum: str | None) -> None:
    """Have another municipality keep this for us, or (None) do it again ourselves. Raises Refused (422)."""
    session.execute(delete(inkoop.regio).where(inkoop.regio.c.eigenaar == gemeente))
    if centrum is None:
        return
    if queries.members(session, gemeente):
        text = "Andere gemeenten volgen deze gemeente. Laat hen eerst uittreden."
        raise Refused(422, "Dit kan niet worden vastgelegd", [Fault("REGIO", "/centrum", text)])
    session.execute(insert(inkoop.regio).values(eigenaar=gemeente, centrum=centrum))
    with acting_for(session, centrum):
        welcome = gemeente in queries.members(session, centrum)
        items = _everything(session, centrum) if welcome else {}
    if not welcome:
        text = "Deze gemeente heeft u niet als lid. Vraag haar u op te nemen, of lees haar bestand in."
        raise Refused(422, "Dit kan niet worden vastgelegd", [Fault("REGIO", "/centrum", text)])
    _act(session, wie)
    _keep(session, gemeente, items)


def _everything(session: Session, eigenaar: str) -> dict[str, Rows]:
    return {
        naam: [
            ("/".join(["", naam, *_key(soort, row)]), row)
            for row in map(soort.model.of, queries.own(session, soort.table, eigenaar))
        ]
        for naam, soort in SOORTEN.items()
    }


def name_members(session: Session, centrum: str, gemeenten: Sequence[str]) -> None:
    """The municipalities that may have us keep their purchase data; who is left out keeps its own again.

    Raises Refused (422).
    """
    if centrum in gemeenten:
        text = "Een gemeente is geen lid van haar eigen regio. Laat haar weg."
        raise Refused(422, "Dit kan niet worden vastgelegd", [Fault("REGIO", "/gemeenten", text)])
    for gone in {*queries.members(session, centrum)} - {*gemeenten}:  # it keeps its own again
        with acting_for(session, gone):
            session.execute(delete(inkoop.regio).where(inkoop.regio.c.eigenaar == gone))
    session.execute(delete(inkoop.regio_lid).where(inkoop.regio_lid.c.eigenaar == centrum))
    if gemeenten:
        rows = [{"eigenaar": centrum, "gemeente": gemeente} for gemeente in sorted(set(gemeenten))]
        session.execute(insert(inkoop.regio_lid), rows)
