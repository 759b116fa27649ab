"""Over random worlds the explanation comes to what the rules said, line by line, with the same numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.billing.uitleg import queries
from services.billing.uitleg.models import Stap
from services.billing.uitleg.rekenen import applied_rules
from services.billing.uitleg.samenstellen import judged_again, steps_of
from shared.rules import Finding
from tests.rules.judge import invoices
from tests.rules.judge.compare import judged, store
from tests.rules.judge.worlds import TABLES, Exchange, exchange

SEED, WORLDS, LINES = 5, 4, 6
STEPS = ("TR418", "TR346", "TR321", "TR322", "TR369")
"""The rules whose arithmetic is explained."""
Said = tuple[str, set[str], set[str], list[Stap]]
"""The line, the codes that the rules found, those that the explanation comes to, and its steps."""


def worlds(session: Session) -> Iterator[Said]:
    for number in range(WORLDS):
        own = exchange(SEED, number)
        invoices.past(own)
        told = store(session, own, dict.fromkeys(own.rows, 0))
        bericht = invoices.invoice(own, 60, "klaar" if len(own.eigenaar) == 8 else "gecontroleerd")
        store(session, own, told)
        found = judged(session, own, bericht)
        session.execute(text(f"ANALYZE {', '.join(TABLES)}"))
        yield from explained(session, own, bericht, found)


def explained(session: Session, own: Exchange, bericht: UUID, found: list[Finding]) -> Iterator[Said]:
    """Some lines of the judged message, as they are explained afterwards."""
    lines = [row["volgnummer"] for row in own.rows["prestatie"] if row["bericht"] == bericht]
    broken = {finding.code: finding.volgnummer for finding in found if finding.code in STEPS}
    some = Random(bericht.int).sample(lines, min(LINES, len(lines)))
    for volgnummer in dict.fromkeys((*broken.values(), *some)):
        row = queries.line(session, own.eigenaar, f"{bericht}-{volgnummer}")
        again = judged_again(session, row, datetime.now(UTC))
        codes = {known.code for _, known, _ in applied_rules(again.scope)}
        hit = {finding.code for finding in found if about(finding, row.volgnummer, row.ouder)} & codes
        yield f"{own.eigenaar}, {volgnummer}", hit, again.geraakt, list(steps_of(row, again, None))


def about(finding: Finding, volgnummer: int, client: int) -> bool:
    places = {("Prestatie", volgnummer), ("Client", client), ("Declaratie", 1)}
    return (finding.klasse, finding.volgnummer) in places


def test_the_explanation_never_disagrees_with_the_judgement(session: Session) -> None:
    """The rules again on the ledger of then, each step against its rule, and the numbers of a step against its verdict.

    Tariffs and amounts must be equal to what they should be; volumes and sums may not go over their limit, but for a
    line that asks nothing.
    """
    said, seen = 0, set()
    for place, hit, again, steps in worlds(session):
        assert again == hit, place
        said += 1
        for step in (step for step in steps if step.regel in STEPS):
            assert step.klopt != (step.regel in hit), (place, step)
            assert step.gevonden is None or fits(step) == step.klopt or step.klopt, (place, step)
            seen.add((step.regel, step.klopt))
    assert said >= WORLDS * LINES / 2
    assert seen == {(code, good) for code in STEPS for good in (True, False)}


def fits(step: Stap) -> bool:
    assert step.gevonden is not None
    assert step.grens is not None
    equal = step.onderwerp in ("tarief", "bedrag")
    return step.gevonden == step.grens if equal else step.gevonden <= step.grens
