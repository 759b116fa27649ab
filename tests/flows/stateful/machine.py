"""All actions together, from an empty ledger to rest."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from shared.calendar import vandaag
from tests.flows.stateful import rest
from tests.flows.stateful.allocating import Allocating
from tests.flows.stateful.base import begins, choices, dossiers, ends, soorten
from tests.flows.stateful.billing import Billing
from tests.flows.stateful.delivering import Delivering
from tests.flows.stateful.kinds import Dossier
from tests.flows.stateful.requesting import Requesting
from tests.flows.stateful.world import World

ACTIONS = frozenset(
    (
        *(
            "toewijzen",
            "verlengen",
            "intrekken",
            "verwijderen",
            "totaal of budget",
            "opvolgen",
            "wijzigen",
            "overdragen",
        ),
        *("starten", "hervatten", "tijdelijk stoppen", "stoppen", "leveren", "declareren"),
        *("start verwijderen", "start corrigeren", "stop verwijderen", "stop corrigeren"),
        *("verzoek om toewijzing", "verzoek om wijziging", "inwilligen", "afwijzen", "onderzoeken"),
    )
)
"""All that either party does, by the names under which it is counted."""
allocations = st.lists(st.tuples(dossiers, soorten, begins, st.none() | ends, choices), min_size=1, max_size=3)


def under_way(machine: "Machine") -> bool:
    """Whether something has not arrived."""
    return bool(machine.stage.flying)


class Machine(Allocating, Delivering, Requesting, Billing):
    """Both parties of every exchange, and the post."""

    @initialize(first=allocations)
    def begin(self, first: list[tuple[Dossier, str, int, int | None, int]]) -> None:
        """An empty ledger, then a few allocations, so that there is something to act on from the first step."""
        self.stage.empty()
        self.world = World(vandaag())
        self.stage.arrived = self.world.arrive
        for one in first:
            self.make(*one)

    @precondition(under_way)
    @rule()
    def arrive(self) -> None:
        """Everything arrives, and both ledgers say the same."""
        self.stage.drain()
        rest.in_tables(self.world)

    def teardown(self) -> None:
        """At rest."""
        if hasattr(self, "world"):
            self.stage.drain()
            rest.at_rest(self.stage, self.world)
