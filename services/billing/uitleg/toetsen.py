"""The rules of levels 3 and 4 on a line: which were applied to it, and what each said."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Row

from services.billing.rules.lines import EURO
from services.billing.uitleg.models import Bevinding, Toets
from services.billing.uitleg.rekenen import applied_rules
from shared.db.geldig import LOKAAL
from shared.rules import RuleFacts, Scope, facts, meaning_of

GERAAKT, DOORSTAAN, NIET = "geraakt", "doorstaan", "niet van toepassing"
CREDIT = {"TR323", "TR390"}
ELK = {"TR304", "TR314", "TR318", "TR333", "TR056", "TR135", "TR378"}
"""What looks at debits and credits alike; all others look at debits only (IV085)."""
PRIJS = {"TR346", "TR418"}
OMVANG = {"TR321", "TR322"}
BUDGET = {"TR369"}
TOEGEWEZEN = {"TR307", "TR308", "TR339", "TR340", "TR341", "TR384", "TR387", "TR388", *OMVANG, *BUDGET}
"""What compares a line with its allocation, and so needs one."""


def known_rules(scope: Scope) -> list[RuleFacts]:
    """The rules of levels 3 and 4 of a message: those on its Header first, then the others as they run."""
    run = {known.code: known for _, known, _ in applied_rules(scope)}
    of_message = [known for (standaard, _), known in facts().items() if standaard == scope.standaard]
    header = [known for known in of_message if known.niveau >= 3 and scope.type.name in known.berichten]
    return [*(known for known in header if known.code not in run), *run.values()]


def applies(code: str, line: Row[Any], allocation: Row[Any] | None) -> bool:
    """Whether a rule has anything to say of a line."""
    if line.ingediend_bedrag_debet_credit == "C":
        return code in CREDIT | ELK
    if code in CREDIT or (code in PRIJS and line.eenheid == EURO):
        return False
    if allocation is None:
        return code not in TOEGEWEZEN
    return not ((code in OMVANG and allocation.omvang_volume is None) or (code in BUDGET and allocation.budget is None))


def tests(
    scope: Scope, line: Row[Any], allocation: Row[Any] | None, hit: Collection[str], unasked: Collection[str]
) -> Iterator[Toets]:
    """What each rule said: `hit` are the codes that found the line, `unasked` those that could not be asked."""
    for known in known_rules(scope):
        asked = known.code not in unasked and applies(known.code, line, allocation)
        yield Toets(
            regel=known.code,
            niveau=known.niveau,
            betekenis=meaning_of(known.code, known.retourcode).betekenis,
            uitkomst=GERAAKT if known.code in hit else DOORSTAAN if asked else NIET,
        )


def of_standard(findings: Sequence[Row[Any]]) -> set[str]:
    """The codes of what was found, but for local rules."""
    return {finding.code for finding in findings if not finding.code.startswith(LOKAAL)}


def told(finding: Row[Any]) -> Bevinding:
    """A finding with its words."""
    meaning = meaning_of(finding.code, finding.retourcode)
    return Bevinding(
        regel=finding.code,
        niveau=finding.niveau,
        plaats=finding.klasse,
        retourcode=finding.retourcode,
        betekenis=meaning.betekenis,
        vervolgstap=meaning.vervolgstap,
    )
