"""What may be sent but is often a mistake."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from services.billing.leveringen import compose, queries
from services.billing.leveringen.compose import Claim, Prestatie
from services.billing.leveringen.models import Waarschuwing
from services.billing.leveringen.proposing import Exchange, Proposal
from services.billing.opvallend import told
from shared.calendar import month_of

_OUTPUT, _TOTAAL = ("82", "83"), "6"


def warnings(exchange: Exchange, proposal: Proposal, latest: date | None) -> list[Waarschuwing]:
    """What stands out in a proposal; `latest` is the first day of the last month that was declared."""
    return [
        *_tariffs(proposal.lines),
        *_trajectories(proposal),
        *_waiting(proposal),
        *_skipped(exchange, latest),
    ]


def _tariffs(lines: Iterable[Prestatie]) -> Iterator[Waarschuwing]:
    for item in lines:
        claim = item.claim
        if not compose.is_credit(item.line) and (text := told(claim.tarief, claim.per)):
            yield _about(claim, "TARIEF", f"{text} Vergelijk het met uw contract, en verbeter het zo nodig.")


def _trajectories(proposal: Proposal) -> Iterator[Waarschuwing]:
    """Output over a whole allocation is claimed in its last product period, unless agreed otherwise (IV089)."""
    for item in proposal.lines:
        claim = item.claim
        row = proposal.allocations.get(queries.key_of(claim.levering))
        if row is None or compose.is_credit(item.line):
            continue
        result = row.omvang_eenheid in _OUTPUT and row.omvang_frequentie == _TOTAAL
        if result and claim.einddatum != row.einddatum:
            text = (
                "Dit resultaat geldt voor de hele toewijzing en hoort in haar laatste maand. Declareer het nu alleen "
                "als u met de gemeente een eerder moment hebt afgesproken."
            )
            yield _about(claim, "TRAJECT", text)


def _waiting(proposal: Proposal) -> Iterator[Waarschuwing]:
    """A change of what waits for an answer goes along only after it."""
    for claim in proposal.claims:
        standing = proposal.standing.get(claim.levering.id, [])
        if any(row.wacht for row in standing) and not any(compose.same(row, claim) for row in standing):
            text = "Deze levering is gewijzigd, maar wacht nog op antwoord. Declareer haar opnieuw na het antwoord."
            yield _about(claim, "WACHT", text)


def _skipped(exchange: Exchange, latest: date | None) -> Iterator[Waarschuwing]:
    """Months without a declaratie between the last one and this one: right if there was no care (TR318)."""
    if latest is None:
        return
    gap = []
    day = month_of(latest).eind + timedelta(1)
    while day < exchange.periode.begin:
        gap.append(f"{day:%Y-%m}")
        day = month_of(day).eind + timedelta(1)
    if gap:
        text = (
            f"Over {', '.join(gap)} is niets gedeclareerd. Dat klopt als er geen zorg was. Was die er wel, declareer "
            "die maanden dan eerst, ieder apart: na deze declaratie kan dat niet meer (TR318) en gaan zij mee in een "
            "latere maand."
        )
        yield Waarschuwing(code="OVERGESLAGEN", toewijzing=None, product_code=None, begindatum=None, melding=text)


def _about(claim: Claim, code: str, melding: str) -> Waarschuwing:
    row = claim.levering
    return Waarschuwing(
        code=code,
        toewijzing=queries.name_of(row),
        product_code=row.product_code,
        begindatum=row.begindatum,
        melding=melding,
    )
