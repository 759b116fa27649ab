"""What must hold when nothing is under way: in the tables, over HTTP at both parties, and in the model."""

from collections import Counter
from typing import Any

from sqlalchemy import select

from services.allocation import meldingen
from shared import vault
from shared.db import tables as t
from shared.db.session import owner
from tests.chain import query
from tests.flows.stateful.dossiers import Toewijzing
from tests.flows.stateful.kinds import AANBIEDERS, CLIENTEN, GEMEENTEN, PRODUCTEN, Exchange, Json
from tests.flows.stateful.stage import Stage
from tests.flows.stateful.world import World

OWN = ("eigenaar", "tegenpartij", "bericht")
"""The columns in which the rows of both parties differ; a BSN does too, as its pseudonym."""


def settled() -> None:
    """Every message was accepted, and no job is left or failed."""
    stuck = query(
        "SELECT eigenaar, richting, soort, identificatie, status,"
        " (SELECT array_agg(code || ' ' || klasse) FROM bevinding WHERE bevinding.bericht = bericht.id)"
        " FROM bericht WHERE status <> 'goedgekeurd' AND NOT (richting = 'uitgaand' AND status = 'afgeleverd'"
        " AND antwoord_op IS NOT NULL) ORDER BY volgorde"
    )
    assert stuck == [], f"geweigerd of blijven liggen: {stuck}"
    left = query("SELECT task_name, status, args FROM procrastinate_jobs WHERE task_name LIKE 'messaging%%'")
    assert left == [], f"taken die blijven liggen: {left}"


def at_rest(stage: Stage, world: World) -> None:
    """Both ledgers are equal, and so are both parties' views, which are what the model says."""
    in_tables(world)
    for exchange in world.exchanges():
        own = {n: found for n, found in world.toewijzingen.items() if found.dossier.exchange == exchange}
        allocations(stage, exchange, own)
        requests(stage, exchange, world)


def in_tables(world: World) -> None:
    """Nothing was refused or is left, both ledgers are equal, and deliveries run as the model says."""
    settled()
    ledgers()
    deliveries(world)


def ledgers() -> None:
    """Each row of every class is there twice, once for each party, and equal."""
    names = {
        vault.pseudonym(code, client["bsn"]): client["bsn"]
        for code in (*GEMEENTEN, *AANBIEDERS)
        for clients in CLIENTEN.values()
        for client in clients
    }
    with owner() as session:
        for table in t.classes.values():
            holder = t.bericht.c
            query = select(table, holder.soort, holder.identificatie).join(t.bericht, holder.id == table.c.bericht)
            sides: tuple[Counter[Any], Counter[Any]] = (Counter(), Counter())
            for row in session.execute(query).mappings():
                parties = frozenset((row["eigenaar"], row["tegenpartij"]))
                told = {name: value for name, value in row.items() if name not in OWN}
                told |= {"bsn": names.get(told["bsn"])} if "bsn" in told else {}
                sides[len(row["eigenaar"]) == 4][parties, *sorted(told.items(), key=str)] += 1
            assert sides[0] == sides[1], f"{table.name}: {sides[0] - sides[1]} en {sides[1] - sides[0]}"


def deliveries(world: World) -> None:
    """The starts that run, as each party's ledger tells, are those of the model."""
    start, holder = t.start_product, t.bericht
    told = (holder.c.status.in_(t.GELDIG), start.c.status_aanlevering == "1")
    running = (~meldingen.removed("StartProduct", start, holder), meldingen.running(start))
    query = select(start).join(holder, holder.c.id == start.c.bericht).where(*told, *running)
    wanted = sorted((n, day) for n, found in world.toewijzingen.items() for day in found.delivery.unfinished())
    with owner() as session:
        rows = list(session.execute(query))
    for side in (True, False):
        found = sorted((row.toewijzing_nummer, row.begindatum) for row in rows if (len(row.eigenaar) == 4) == side)
        assert found == wanted, f"lopende leveringen: {found}, het model zegt {wanted}"


def allocations(stage: Stage, exchange: Exchange, own: dict[int, Toewijzing]) -> None:
    """The allocations as they stand at both parties, but for the message that each has them in."""
    parties = (exchange.gemeente, exchange.aanbieder)
    gemeente, aanbieder = (
        {row["toewijzing_nummer"]: row | {"bericht": None} for row in _listed(stage, exchange, party, "toewijzingen")}
        for party in parties
    )
    assert gemeente == aanbieder
    assert gemeente.keys() == own.keys()
    for nummer, row in gemeente.items():
        assert {name: row[name] for name in told(own[nummer])} == told(own[nummer]), row
        assert (row["reden_wijziging"] == "13") == own[nummer].inhoud.verwijderd, row
        if own[nummer].delivery.starts:
            views = [stage.get(party, f"/toewijzingen/{own[nummer].id}/levering") for party in parties]
            assert _without_messages(views[0]) == _without_messages(views[1])


def _without_messages(found: Any) -> Any:
    if isinstance(found, list):
        return [_without_messages(one) for one in found]
    if not isinstance(found, dict):
        return found
    return {name: _without_messages(value) for name, value in found.items() if name != "bericht"}


def told(found: Toewijzing) -> Json:
    """An allocation of the model as the API tells it."""
    content, wet = found.inhoud, found.dossier.exchange.wet
    named = dict(zip(("product_categorie", "product_code"), PRODUCTEN[wet][content.soort], strict=False))
    eind = content.eind.isoformat() if content.eind else None
    sized = {"omvang": None, "budget": None} | content.size()
    empty = {"product_categorie": None, "product_code": None}
    return empty | named | {"ingangsdatum": content.begin.isoformat(), "einddatum": eind} | sized


def requests(stage: Stage, exchange: Exchange, world: World) -> None:
    """The requests and how they stand, at both parties and in the model."""
    gemeente, aanbieder = (
        {row["referentie_aanbieder"]: row["status"] for row in _listed(stage, exchange, party, "verzoeken")}
        for party in (exchange.gemeente, exchange.aanbieder)
    )
    wanted = {r: found.status for r, found in world.verzoeken.items() if found.dossier.exchange == exchange}
    assert gemeente == aanbieder == wanted


def _listed(stage: Stage, exchange: Exchange, party: str, name: str) -> list[Json]:
    other = exchange.aanbieder if party == exchange.gemeente else exchange.gemeente
    path = f"/{name}?standaard={exchange.wet}&organisatie={other}&limit=200"
    found: list[Json] = stage.get(party, path)[name]
    return found
