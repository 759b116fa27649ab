"""Recording what came of a trajectory, and taking in what a provider recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation.queries import one
from services.allocation.resultaten import queries
from services.allocation.resultaten.models import NieuwResultaat
from shared.db import audit
from shared.errors import Fault, Refused

GEEN_STOP = "Er is geen definitieve stop van deze toewijzing. Meld eerst de stop."
Placed = tuple[str, NieuwResultaat]
"""A record with its place in the input."""


def record(session: Session, aanbieder: str, wanted: NieuwResultaat) -> Row[Any]:
    """Record what came of a trajectory; the stop that it belongs to. Raises Refused (404, 422)."""
    row = one(session, aanbieder, wanted.toewijzing)
    number = (row.standaard, row.tegenpartij, row.toewijzing_nummer)
    stop = queries.stops(session, aanbieder, [number]).get(number)
    if stop is None:
        raise Refused(422, "Het resultaat kan niet worden vastgelegd", [Fault("STOP", "/toewijzing", GEEN_STOP)])
    queries.keep(session, [_values(stop, wanted)])
    audit.note(session, "resultaat vastgelegd", wanted.toewijzing, [stop.bsn])
    return stop


def _values(stop: Row[Any], wanted: NieuwResultaat) -> dict[str, Any]:
    key = {
        name: getattr(stop, name) for name in ("eigenaar", "standaard", "tegenpartij", "toewijzing_nummer", "bericht")
    }
    return key | {name: getattr(wanted, name) for name in queries.VASTGELEGD}


def take_in(session: Session, gemeente: str, wanted: Sequence[Placed]) -> int:
    """Take in what providers recorded: all of it, or nothing. Raises Refused (422) with every fault by its place."""
    known = queries.providers(session, gemeente, [_number(row) for _, row in wanted]) if wanted else {}
    numbers = [
        (law, known[law, number], number)
        for law, number in map(_number, (r for _, r in wanted))
        if (law, number) in known
    ]
    stops = {(n[0], n[2]): stop for n, stop in queries.stops(session, gemeente, numbers).items()} if numbers else {}
    if faults := [*_doubles(wanted), *_unknown(gemeente, wanted, known, stops)]:
        detail = "Herstel de genoemde regels en lees alles opnieuw in; er is niets vastgelegd."
        raise Refused(422, "De resultaten kloppen niet", faults, detail)
    queries.keep(session, [_values(stops[_number(row)], row) for _, row in wanted])
    audit.note(session, "resultaten ingelezen", "lijst", {stop.bsn: "" for stop in stops.values()})
    return len(wanted)


def _number(row: NieuwResultaat) -> tuple[str, int]:
    _, standaard, nummer = row.toewijzing.split("-")
    return standaard, int(nummer)


def _doubles(wanted: Sequence[Placed]) -> list[Fault]:
    seen: set[tuple[str, int]] = set()
    faults = []
    for place, row in wanted:
        if _number(row) in seen:
            faults.append(Fault("DUBBEL", place, "Deze toewijzing staat er al eerder in. Houd één regel over."))
        seen.add(_number(row))
    return faults


def _unknown(
    gemeente: str, wanted: Sequence[Placed], known: Mapping[Any, Any], stops: Mapping[Any, Any]
) -> list[Fault]:
    faults = []
    for place, row in wanted:
        if row.toewijzing.partition("-")[0] != gemeente or _number(row) not in known:
            faults.append(Fault("TOEWIJZING", place, "Deze toewijzing is hier niet bekend. Controleer het kenmerk."))
        elif _number(row) not in stops:
            faults.append(
                Fault("STOP", place, "Van deze toewijzing kwam geen definitieve stop. Vraag de aanbieder erom.")
            )
    return faults
