"""Conservation: whatever happens, what was granted is in one live payment or open, and the bank's books are ours.

Real 323s and 325s go through the whole chain; what was claimed and refused is read from their XML.
"""

import os

from tests.chain import Chain
from tests.services.betalen import Office
from tests.services.geschiedenis import History
from tests.services.lokaal import VRAAG, rule

HISTORIES = 8
SEEN = ("answered", "refused", "credited", "held", "unknown client", "waited", "paid", "failed", "withdrawn", "told")
"""What must have happened in all of them together."""


def test_paid_and_open_is_granted_whatever_happens(chain: Chain) -> None:
    """The histories go on in one ledger; `BEHOUD_SEED` makes others happen."""
    seed = int(os.environ.get("BEHOUD_SEED") or 1)
    print(f"BEHOUD_SEED={seed}")
    office = Office(chain)
    office.accounts()
    rule(chain, per="regel", grens=10, naam="lange-maand", **VRAAG)
    history = History(office, seed)
    history.begin()
    for _ in range(HISTORIES):
        history.happen()
    counts = history.end()
    assert [name for name in SEEN if not counts[name]] == [], f"never happened: {counts}"
