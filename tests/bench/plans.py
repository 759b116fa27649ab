"""Every rule across messages of 301 to 319 finds its rows through an index, on the ledger of the benchmarks.

What tests/rules/test_plans.py asks on a thousand messages is asked here where reading a whole table would hurt.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.calendar import vandaag
from shared.db.session import Namens, transaction
from shared.judging import scope_of
from shared.rules import Scope
from tests.bench.dataset import GEMEENTE
from tests.bench.frame import Result
from tests.rules.test_plans import NARROWING, RULES, plans_of_rule, scans

SOORTEN = ("301", "305", "307", "315", "317", "319")


def run() -> Result:
    """The share of the scans that read the whole of a table that grows: none may. Raises AssertionError with them."""
    with transaction(Namens(GEMEENTE, "bench")) as session:
        latest = {soort: _latest(session, soort) for soort in SOORTEN}
        found = [
            (code, soort, scan["Node Type"], scan.get("Relation Name", scan.get("Index Name")), searched)
            for code, klasse, soort in RULES
            if soort in latest
            for plan in plans_of_rule(session, code, klasse, latest[soort])
            for scan in scans(plan)
            for searched in [scan.get("Index Cond", scan.get("Recheck Cond", ""))]
        ]
    walks = [scan for scan in found if not any(name in scan[4] for name in NARROWING)]
    if walks or not found:
        raise AssertionError("\n".join(map(str, walks)) or "er is geen enkele regel bekeken")
    return Result(f"plannen van de regels van 301 tot 319: {len(found)} zoekacties", 0.0, 0.0, 0.0, 0.0, "geen")


def _latest(session: Session, soort: str) -> Scope:
    """The last message of a kind, as it is judged today."""
    query = text(
        """SELECT id, eigenaar, tegenpartij, standaard, soort FROM bericht
        WHERE eigenaar = :eigenaar AND standaard = 'ijw' AND soort = :soort ORDER BY volgorde DESC LIMIT 1"""
    )
    row = session.execute(query, {"eigenaar": GEMEENTE, "soort": soort}).one()
    return scope_of(row, vandaag())
