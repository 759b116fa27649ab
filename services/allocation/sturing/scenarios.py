"""Scenario sums: running allocations converted to a table of arrangements, and what movements do to the cost.

Expected values, exact until they are rounded at the end: nobody is drawn by lot.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Date, Row, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session

from services.allocation.inkoop.queries import axes
from services.allocation.sturing.jaarbedrag import PER_JAAR, yearly
from services.allocation.sturing.models import Aandelen, Scenariojaar, Scenarios, Scenariovraag
from shared import waarde
from shared.db import geldig, inkoop
from shared.db import tables as t
from shared.errors import Fault, Refused

SCENARIOS = ("conservatief", "gemiddeld", "optimaal")
AXES = {"minder_gebieden": "resultaatgebieden", "minder_intensief": "intensiteit", "naar_ondersteunend": "soort"}
"""Along which axis each movement goes one step back; on the first value of the axis a client stays."""
UITGANGSPUNTEN = (
    "Een jaar telt 52 weken, 365 dagen of 12 maanden; een totaal of budget telt naar rato van zijn looptijd, zonder "
    "einddatum als één jaar. Een vakje met een looptijd in maanden wordt na afloop even zwaar voortgezet.",
    "Prijzen zijn die van de eerste dag, zonder indexering; van een nieuw product het hoogste tarief dat er is.",
    "Er komen geen cliënten bij. Het aantal is een verwachting en kan een breuk zijn.",
    "Elk jaar beweegt op de eerste dag het opgegeven deel, ieder één stap terug op één as: resultaatgebieden, "
    "intensiteit of soort (van activerend naar ondersteunend). Wie op de laagste waarde staat, blijft daar.",
    "Wie naar vrij toegankelijke hulp gaat, kost hier niets meer; de kosten van die hulp tellen niet mee.",
    "Wat niet wordt omgezet is maatwerk en blijft wat het is, min elk jaar het deel minder_maatwerk.",
)
Cel = tuple[str, ...]
"""A value of each axis, in the order of the axes."""


@dataclass(frozen=True, slots=True)
class Tabel:
    """A table of arrangements: its axes with their values from light to heavy, and eurocents a year per cell."""

    assen: Mapping[str, Sequence[str]]
    bedragen: Mapping[Cel, Fraction]

    def back(self, cel: Cel, axis: str) -> Cel:
        """The cell one step lighter on an axis; itself when there is none."""
        if axis not in self.assen:
            return cel
        place = list(self.assen).index(axis)
        values = self.assen[axis]
        lighter = values[max(0, values.index(cel[place]) - 1)]
        found = (*cel[:place], lighter, *cel[place + 1 :])
        return found if found in self.bedragen else cel


def calculate(session: Session, gemeente: str, vraag: Scenariovraag) -> Scenarios:
    """What a conversion costs over the years in three scenarios. Raises Refused (422) with every fault."""
    tabel, chosen = _table(session, gemeente, vraag)
    clients: dict[Cel, Fraction] = {}
    bespoke = now = Fraction(0)
    count = 0
    for row in _running(session, gemeente, vraag.standaard, vraag.per):
        count += row.aantal
        now += Fraction(row.bedrag)
        cel = chosen.get((row.product_categorie, row.product_code))
        if cel is None:
            bespoke += Fraction(row.bedrag)
        else:
            clients[cel] = clients.get(cel, Fraction(0)) + row.aantal
    return Scenarios(
        uitgangspunten=list(UITGANGSPUNTEN),
        toewijzingen=count,
        omgezet=int(sum(clients.values())),
        huidig_bedrag=round(now),
        omgezet_bedrag=round(_cost(tabel, clients) + bespoke),
        scenarios=[
            Scenariojaar(scenario=name, jaar=year, bedrag=cost, verschil=cost - round(now), in_zorg=round(left, 1))
            for name in SCENARIOS
            for year, cost, left in _years(tabel, clients, bespoke, getattr(vraag, name), vraag.jaren)
        ],
    )


def _years(
    tabel: Tabel, clients: Mapping[Cel, Fraction], bespoke: Fraction, shares: Aandelen, jaren: int
) -> Iterator[tuple[int, int, float]]:
    for year in range(1, jaren + 1):
        clients = move(tabel, clients, shares)
        bespoke *= 1 - Fraction(str(shares.minder_maatwerk))
        yield year, round(_cost(tabel, clients) + bespoke), float(sum(clients.values()))


def move(tabel: Tabel, clients: Mapping[Cel, Fraction], shares: Aandelen) -> dict[Cel, Fraction]:
    """Where clients are after a year's movements: shares are disjoint, and of all in a cell."""
    moving = {name: Fraction(str(getattr(shares, name))) for name in AXES}
    leaving = Fraction(str(shares.naar_vrij_toegankelijk))
    found: dict[Cel, Fraction] = {}
    for cel, number in clients.items():
        parts = [(cel, 1 - leaving - sum(moving.values()))]
        parts += [(tabel.back(cel, AXES[name]), share) for name, share in moving.items()]
        for place, share in parts:
            found[place] = found.get(place, Fraction(0)) + number * share
    return found


def _cost(tabel: Tabel, clients: Mapping[Cel, Fraction]) -> Fraction:
    return sum((tabel.bedragen[cel] * number for cel, number in clients.items()), Fraction(0))


def _running(session: Session, gemeente: str, standaard: str, dag: date) -> list[Row[Any]]:
    """What runs on a day, by product: how many, and eurocents a year."""
    current = waarde.allocations(gemeente, t.toegewezen_product.c.standaard == standaard)
    price = waarde.price_of(current, literal(dag, Date))
    product = (current.c.product_categorie, current.c.product_code)
    query = (
        select(*product, func.count().label("aantal"), func.sum(yearly(current, price)).label("bedrag"))
        .select_from(current.outerjoin(price, true()))
        .where(current.c.ingangsdatum <= dag, or_(current.c.einddatum.is_(None), current.c.einddatum >= dag))
        .where(~geldig.vervallen(current))
        .group_by(*product)
    )
    return list(session.execute(query))


def _table(
    session: Session, gemeente: str, vraag: Scenariovraag
) -> tuple[Tabel, dict[tuple[str | None, str | None], Cel]]:
    """The table of arrangements of a question, and the cell of each product. Raises Refused (422)."""
    names = axes(session, gemeente, vraag.model)
    if names is None:
        text = "Deze tabel is niet vastgelegd. Kies een model dat bij de inkoop staat."
        raise Refused(422, "Het scenario kan niet", [Fault("MODEL", "/model", text)])
    cells = list(session.execute(_cells(gemeente, vraag)))
    amounts = {tuple(row.assen.get(axis, "") for axis in names): _yearly(row) for row in cells}
    chosen: dict[tuple[str | None, str | None], Cel] = {}
    faults = []
    for number, rule in enumerate(vraag.omzetting):
        cel = tuple(rule.assen.get(axis, "") for axis in names)
        chosen[rule.product_categorie, rule.product_code] = cel
        if cel not in amounts or rule.assen.keys() != names.keys():
            text = "Dit vakje bestaat op die dag niet in deze tabel, voor deze wet. Controleer de assen."
            faults.append(Fault("ARRANGEMENT", f"/omzetting/{number}/assen", text))
    faults += [_unpriced(cel) for cel, amount in amounts.items() if amount is None]
    if faults:
        raise Refused(422, "Het scenario kan niet", faults)
    return Tabel(names, {cel: amount for cel, amount in amounts.items() if amount is not None}), chosen


def _unpriced(cel: Cel) -> Fault:
    text = f"Van het product van dit vakje ({', '.join(cel)}) is die dag geen tarief vastgelegd. Leg het eerst vast."
    return Fault("TARIEF", "/model", text)


def _cells(gemeente: str, vraag: Scenariovraag) -> Any:
    """The cells of a table on a day, each with the highest tariff of its product."""
    row, model, tarief, contract = inkoop.arrangement, inkoop.arrangementmodel, inkoop.tarief, inkoop.contract
    highest = (
        select(func.max(tarief.c.tarief))
        .join(contract, and_(contract.c.eigenaar == tarief.c.eigenaar, contract.c.nummer == tarief.c.contract))
        .where(
            tarief.c.eigenaar == row.c.eigenaar,
            contract.c.standaard == vraag.standaard,
            *(tarief.c[name] == row.c[name] for name in ("product_categorie", "product_code", "eenheid")),
            inkoop.holds_on(tarief, vraag.per),
            inkoop.holds_on(contract, vraag.per),
        )
        .scalar_subquery()
    )
    return (
        select(row, highest.label("tarief"))
        .join(model, and_(model.c.eigenaar == row.c.eigenaar, model.c.model == row.c.model))
        .where(row.c.eigenaar == gemeente, row.c.model == vraag.model, model.c.standaard == vraag.standaard)
        .where(inkoop.holds_on(row, vraag.per))
    )


def _yearly(cell: Row[Any]) -> Fraction | None:
    """Eurocents a year of a cell; None when its tariff is not known."""
    if cell.volume is None:
        each = Fraction(cell.budget or 0)
    elif cell.eenheid == waarde.EURO:
        each = Fraction(cell.volume)
    elif cell.tarief is None:
        return None
    else:
        each = Fraction(cell.volume * cell.tarief)
    times = PER_JAAR.get(cell.frequentie or waarde.TOTAAL)
    return each * (Fraction(times) if times else Fraction(12, cell.maanden or 12))
