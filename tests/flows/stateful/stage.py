"""The real services on an empty ledger, with two municipalities and two providers, and what is under way in it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import text

from services import organisations
from shared.calendar import system_clock
from shared.db.session import owner, owner_engine
from shared.db.tables import metadata
from shared.security import YEAR, derived_key
from tests.chain import Chain
from tests.flows.stateful.dossiers import BESLOTEN
from tests.flows.stateful.kinds import AANBIEDERS, FREQUENTIE, GEMEENTEN, PRODUCTEN, WETTEN, Exchange, Json

ANY = "*"
"""A refusal of which the model does not say the code."""
TARIEF = 6_150
KEPT = ("organisatie", "toegang", "contract", "tarief")
"""The tables of what every sequence starts with."""
ANDERE = GEMEENTEN[1]
"""The municipality that the demo does not have."""


@dataclass
class Stage:
    """The chain, and what was counted on it: each action, done or refused as the model says."""

    urls: dict[str, str]
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    crossed: Counter[str] = field(default_factory=Counter)
    flying: set[tuple[Exchange, str]] = field(default_factory=set)
    arrived: Callable[[], None] = lambda: None
    """What is done when everything has arrived."""

    def __post_init__(self) -> None:
        self.chain = Chain(self.urls, {code: derived_key(code) for code in organisations.DEMO})
        self.chain.parties[ANDERE] = self.chain.party(derived_key(ANDERE), ANDERE)

    def empty(self) -> None:
        """Nothing but the organisations and their contracts, which are made the first time."""
        names = ", ".join(name for name in metadata.tables if name not in KEPT)
        with owner_engine().begin() as connection:
            connection.execute(text(f"TRUNCATE {names}, procrastinate_jobs, procrastinate_periodic_defers CASCADE"))
        self.flying.clear()

    def prepare(self) -> None:
        """The organisations, their keys and their contracts."""
        with owner() as session:
            organisations.register_demo(session, system_clock())
            organisations.register(session, ANDERE, "Gemeente Enschede")
            organisations.give_key(session, ANDERE, derived_key(ANDERE), "proef", system_clock() + YEAR)
        for gemeente in GEMEENTEN:
            for aanbieder in AANBIEDERS:
                self._agree(gemeente, aanbieder)
                self._agree(aanbieder, gemeente)

    def _agree(self, party: str, other: str) -> None:
        for wet in WETTEN:
            nummer = f"{wet}-{other}"
            contract = {"nummer": nummer, "standaard": wet, "begindatum": "2020-01-01", "tegenpartij": other}
            self.put(party, "/contracten", contract)
            for soort in FREQUENTIE:
                categorie, code = PRODUCTEN[wet][soort]
                priced = {"contract": nummer, "product_categorie": categorie, "product_code": code, "eenheid": "04"}
                self.put(party, "/tarieven", priced | {"tarief": TARIEF, "begindatum": "2020-01-01"})

    def put(self, party: str, path: str, body: Json) -> None:
        self.chain.parties[party].call("PUT", "allocation", path, json=body)

    def get(self, party: str, path: str, service: str = "allocation") -> Any:
        return self.chain.parties[party].get(service, path)

    def post(self, party: str, path: str, body: Json, service: str = "allocation") -> httpx.Response:
        return self.chain.parties[party].apis[service].call("POST", f"/v1{path}", json=body)

    def outcome(self, action: str, response: httpx.Response, against: set[str]) -> Json | None:
        """What was made, or None when it was refused: as the model says, in both cases and for these codes."""
        if response.status_code in (200, 201, 202):
            assert not against, f"{action} is aangenomen; het model weigert met {sorted(against)}"
            self.done[action] += 1
            made: Json = response.json()
            return made
        found = codes(response)
        said = f"{action}: {response.status_code} {sorted(found)}, het model zegt {sorted(against)}\n{response.text}"
        assert (found if ANY not in against else {ANY}) == against, said
        self.refused[action, "+".join(sorted(found))] += 1
        return None

    def send(self, exchange: Exchange, kind: str) -> None:
        """Note that a message is under way."""
        self.flying.add((exchange, kind))

    def settle(self, exchange: Exchange, *kinds: str) -> None:
        """Let what is under way arrive first, if a message of one of these kinds is."""
        own = {kind for other, kind in self.flying if other == exchange}
        if own.intersection(kinds):
            self.drain()
        elif own:
            self.crossed["+".join(sorted(own))] += 1

    def drain(self) -> None:
        """Let everything arrive."""
        if self.flying:
            self.chain.drain()
            self.flying.clear()
            self.arrived()


def codes(response: httpx.Response) -> set[str]:
    """The codes of a refusal."""
    assert response.status_code in (409, 422), f"{response.status_code} {response.text}"
    return {finding["code"] for finding in response.json().get("bevindingen") or ()} or {BESLOTEN}
