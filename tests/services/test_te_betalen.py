"""What is to be paid, from granted lines only."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.billing.betalen import queries
from services.demo import people
from tests.chain import Chain
from tests.rules.test_plans import nodes, plan_of
from tests.services.claims import (
    TARIEF,
    agree,
    allocate,
    claim,
    declare,
    deliver,
    to_pay,
)


class TestWhatIsToBePaid:
    def test_it_counts_granted_lines_only_per_law_and_provider(self, chain: Chain, hours: str) -> None:
        agree(chain, chain.jeugdhulp, {"contract": "C2"}, nummer="C2")
        other = allocate(chain, chain.jeugdhulp, client=people.ANNIE)
        deliver(chain.begeleiding, hours, "2025-10", 12)
        deliver(chain.begeleiding, hours, "2025-11", 15)
        deliver(chain.jeugdhulp, other, "2025-10", 2)
        withdrawn = {"einddatum": "2025-10-31", "reden_wijziging": "07"}
        chain.gemeente.call("POST", "allocation", f"/toewijzingen/{hours}/wijzigingen", 201, json=withdrawn)
        assert claim(chain.begeleiding, "2025-11").status_code == 202
        assert to_pay(chain) == {}
        chain.drain()
        declare(chain, chain.jeugdhulp, "2025-10")
        deliver(chain.jeugdhulp, other, "2025-10", 1)
        declare(chain, chain.jeugdhulp, "2025-11")
        found = chain.gemeente.get("billing", "/te-betalen")["te_betalen"]
        assert found == [
            {
                "standaard": "iwmo",
                "aanbieder": "65656055",
                "debet": 3 * TARIEF,
                "credit": 2 * TARIEF,
                "te_betalen": TARIEF,
                "regels": 3,
            },
            {
                "standaard": "iwmo",
                "aanbieder": "65656056",
                "debet": 12 * TARIEF,
                "credit": 0,
                "te_betalen": 12 * TARIEF,
                "regels": 1,
            },
        ]

    def test_a_provider_has_nothing_to_pay(self, chain: Chain) -> None:
        assert chain.begeleiding.apis["billing"].call("GET", "/v1/te-betalen").status_code == 403


_PAID = """INSERT INTO betaalregel (eigenaar, betaling, nummer, levend, soort, declaratie, prestatie, bedrag)
    SELECT '0193', gen_random_uuid(), 1, true, 'prestatie', gen_random_uuid(), n, 1 FROM generate_series(1, 1000) n"""


def test_whether_a_line_was_paid_is_looked_up_however_many_were(session: Session) -> None:
    """Also when Postgres has no statistics of what was paid just now."""
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text(_PAID))
    plan = plan_of(session, queries._open_lines("0193"))
    reads = [node for node in nodes(plan) if node.get("Relation Name") == "betaalregel"]
    assert len(reads) == 1
    assert "prestatie = " in reads[0].get("Index Cond", "")
