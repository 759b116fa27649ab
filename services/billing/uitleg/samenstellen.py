"""The explanation of a line, put together: what it is now, and how it was judged as all stood then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.billing.queries import identity, outcome
from services.billing.uitleg import lokale, queries, rekenen, stappen, toetsen
from services.billing.uitleg import models as m
from services.billing.uitleg import woorden as w
from services.billing.uitleg.toen import as_it_stood
from shared.calendar import NEDERLAND
from shared.db import people
from shared.db import tables as t
from shared.rules import Scope
from shared.security import Caller

Found = Row[Any]


@dataclass(frozen=True, slots=True)
class Oordeel:
    """What the rules had before them at a moment, and what they say of it."""

    op: datetime
    scope: Scope
    toewijzing: Found | None
    tarief: Found | None
    numbers: Found | None
    looptijd: rekenen.Verloop | None
    budget: rekenen.Verloop | None
    geraakt: set[str]
    contract: bool


def explain(session: Session, who: Caller, prestatie: str, nu: datetime) -> m.Uitleg:
    """The explanation of a line in the ledger of the caller. Raises Refused (404)."""
    row = queries.line(session, who.organisatie, prestatie)
    moment, uitkomst = queries.moment(session, row), outcome(row, row.status)
    oordeel = judged_again(session, row, moment or nu)
    parts = _now(session, row, oordeel) | _then(session, row, oordeel, judged_here=_is_ours(row, moment))
    gemeente, aanbieder = sorted((row.eigenaar, row.tegenpartij), key=len)
    return m.Uitleg(
        id=prestatie,
        standaard=row.standaard,
        gemeente=gemeente,
        aanbieder=aanbieder,
        bsn=people.shown(row.verzegeld, row.eigenaar, whole="inzien" in who.rechten),
        uitkomst=uitkomst,
        moment=moment,
        samenvatting=" ".join(_summary(row, moment, uitkomst, parts)),
        **parts,
    )


def _is_ours(row: Found, moment: datetime | None) -> bool:
    """Whether the findings of a line are those of a judgement of our own."""
    return row.richting == "inkomend" and moment is not None


def _now(session: Session, row: Found, oordeel: Oordeel) -> dict[str, Any]:
    """What a line is now: its place, what it is tied to, the local rules that looked at it and its payments."""
    debit = queries.debit_of(session, row) if _is_credit(row) else None
    codes = {finding.code for finding in queries.findings(session, row)}
    return {
        "declaratie": _declaratie(row),
        "prestatie": _line(row),
        "credit_van": _related(debit) if debit else None,
        "gecrediteerd_door": [] if _is_credit(row) else [_related(c) for c in queries.credits_of(session, row)],
        "stappen": list(steps_of(row, oordeel, debit)),
        "lokale_regels": [lokale.shown(r, row, codes) for r in queries.local_rules(session, row, oordeel.op)],
        "betalingen": [_payment(payment) for payment in queries.payments(session, row)],
    }


def _then(session: Session, row: Found, oordeel: Oordeel, *, judged_here: bool) -> dict[str, Any]:
    """What a line was judged by, with the rules and what they found."""
    findings = queries.findings(session, row)
    codes = toetsen.of_standard(findings)
    unasked = set() if row.richting == "inkomend" or oordeel.contract else toetsen.PRIJS
    hit = (codes if judged_here else oordeel.geraakt) - unasked
    return {
        "toewijzing": _allocation(session, row, oordeel.toewijzing),
        "tarief": _tariff(session, row, oordeel.tarief),
        "regels": list(toetsen.tests(oordeel.scope, row, oordeel.toewijzing, hit, unasked)),
        "bevindingen": [toetsen.told(finding) for finding in findings],
        "afwijkingen": sorted(_checked(oordeel, codes) ^ oordeel.geraakt) if judged_here else [],
    }


def judged_again(session: Session, row: Found, op: datetime) -> Oordeel:
    """What the rules say of a line on the ledger as it stood at a moment."""
    day = op.astimezone(NEDERLAND).date() if row.richting == "inkomend" else row.dagtekening
    scope = Scope(row.bericht, row.eigenaar, row.tegenpartij, row.standaard, row.soort, day)
    credit = _is_credit(row)
    with as_it_stood(session, row, op) as toen:
        allocation = rekenen.allocation(toen, scope, row)
        return Oordeel(
            op=op,
            scope=scope,
            toewijzing=allocation,
            tarief=None if credit else rekenen.agreed(toen, scope, row),
            numbers=None if credit else rekenen.numbers(toen, scope, row),
            looptijd=None if credit else rekenen.course(toen, scope, row, budget=False),
            budget=None if credit else rekenen.course(toen, scope, row, budget=True),
            geraakt=rekenen.broken(toen, scope, row),
            contract=bool(toen.run(select(t.contract.c.nummer).limit(1))),
        )


def _checked(oordeel: Oordeel, codes: set[str]) -> set[str]:
    """Of the codes that were found those that `judged_again` looks for."""
    return codes & {known.code for _, known, _ in rekenen.applied_rules(oordeel.scope)}


def _is_credit(row: Found) -> bool:
    return bool(row.ingediend_bedrag_debet_credit == "C")


def steps_of(row: Found, oordeel: Oordeel, debit: Found | None) -> Iterator[m.Stap]:
    """The calculation: of a credit only what it takes back, of a debit allocation, tariff, amount and limits."""
    if oordeel.numbers is None:
        yield stappen.credit_step(row, debit, oordeel.geraakt)
        return
    yield stappen.allocation_step(row, oordeel.toewijzing)
    yield from stappen.tariff_steps(row, oordeel.tarief, oordeel.numbers)
    if oordeel.toewijzing is None:
        return
    if period := stappen.period_step(row, oordeel.toewijzing, oordeel.numbers):
        yield period
    if oordeel.looptijd is not None:
        yield stappen.run_step(oordeel.toewijzing, oordeel.numbers, oordeel.looptijd)
    if oordeel.budget is not None:
        yield stappen.budget_step(oordeel.budget)


def _declaratie(row: Found) -> m.Declaratie:
    return m.Declaratie(
        bericht=row.bericht,
        declaratie_nummer=row.declaratie_nummer,
        begindatum=row.declaratie_periode_begindatum,
        einddatum=row.declaratie_periode_einddatum,
        richting=row.richting,
        opgeslagen_op=row.aangemaakt,
        beantwoord_op=row.beantwoord_op,
    )


def _line(row: Found) -> m.Prestatie:
    return m.Prestatie(
        soort="credit" if _is_credit(row) else "debet",
        referentie=row.product_referentie_referentie_nummer,
        vorige_referentie=row.product_referentie_vorig_referentie_nummer,
        toewijzing_nummer=row.toewijzing_nummer,
        product_categorie=row.product_categorie,
        product_code=row.product_code,
        begindatum=row.product_periode_begindatum,
        einddatum=row.product_periode_einddatum,
        volume=row.geleverd_volume,
        eenheid=row.eenheid,
        tarief=row.product_tarief,
        bedrag=row.bedrag,
    )


def _related(row: Found) -> m.Verband:
    key = identity(row.bericht, row.volgnummer)
    return m.Verband(id=key, referentie=row.referentie, uitkomst=outcome(row, row.status))


_SAME = (
    *("bericht", "toewijzingsdatum", "toewijzingstijd", "ingangsdatum", "einddatum", "product_categorie"),
    *("product_code", "budget", "reden_wijziging"),
)


def _allocation(session: Session, row: Found, found: Found | None) -> m.Toewijzing | None:
    if found is None:
        return None
    now = queries.allocation_now(session, row)
    held: UUID | None = now.bericht if now is not None else None
    gemeente = min(row.eigenaar, row.tegenpartij, key=len)
    return m.Toewijzing(
        id=f"{gemeente}-{row.standaard}-{row.toewijzing_nummer}",
        volume=found.omvang_volume,
        eenheid=found.omvang_eenheid,
        frequentie=found.omvang_frequentie,
        sindsdien_gewijzigd=held != found.bericht,
        geldt_nu=held,
        **{name: getattr(found, name) for name in _SAME},
    )


def _tariff(session: Session, row: Found, found: Found | None) -> m.Tarief | None:
    if found is None:
        return None
    return m.Tarief(
        contract=found.nummer,
        uit="contract" if found.contract == found.nummer else "raamcontract",
        vastgelegd_in=found.contract,
        vervangen_op=queries.replaced(session, row.eigenaar, found, row),
        **{name: getattr(found, name) for name in ("eenheid", "tarief", "begindatum", "einddatum", "vastgelegd_op")},
    )


def _payment(row: Found) -> m.Betaling:
    status = "ingetrokken" if row.ingetrokken_op else "goedgekeurd" if row.goedgekeurd_op else "voorgesteld"
    if not row.levend and status != "ingetrokken":
        status = "mislukt"
    return m.Betaling(
        betaalvoorstel=row.betaalvoorstel,
        betaling=row.id,
        bedrag=row.deel,
        status="betaald" if row.levend and row.uitgevoerd_op else status,
        betaald_op=row.uitgevoerd_op if row.levend else None,
        reden=row.reden,
    )


def _summary(row: Found, moment: datetime | None, uitkomst: str, parts: dict[str, Any]) -> Iterator[str]:
    kind = "creditregel" if _is_credit(row) else "debetregel"
    yield f"Deze {kind} van {w.euro(row.bedrag)} is {_IS.get(uitkomst, uitkomst)}."
    if moment is not None:
        yield f"{'Beoordeeld' if row.richting == 'inkomend' else 'Verstuurd'} op {w.moment(moment)}."
    yield from (f"{each.regel} ({each.retourcode}): {each.betekenis}" for each in parts["bevindingen"])
    for credit in parts["gecrediteerd_door"]:
        yield f"Creditregel {credit.referentie} noemt deze regel en is {_IS.get(credit.uitkomst, credit.uitkomst)}."
    if parts["toewijzing"] is not None and parts["toewijzing"].sindsdien_gewijzigd:
        yield "De toewijzing is sindsdien gewijzigd; hier geldt de versie van toen."
    if parts["tarief"] is not None and parts["tarief"].vervangen_op is not None:
        yield "Het tarief is sindsdien vervangen; hier geldt dat van toen."
    yield from (f"Betaald op {w.day(each.betaald_op)}." for each in parts["betalingen"] if each.status == "betaald")
    if parts["afwijkingen"]:
        yield "Achteraf komt de berekening anders uit dan het oordeel van toen: laat een beheerder dit nagaan."


_IS = {"wacht op oordeel": "nog niet beoordeeld: een persoon beslist erover", "in behandeling": "in behandeling"}
