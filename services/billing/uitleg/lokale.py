"""What local rules and persons of the municipality made of a line."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row

from services.billing.lokaal.judging import limit
from services.billing.uitleg import woorden as w
from services.billing.uitleg.models import LokaleRegel
from shared.db.geldig import LOKAAL

PER = {"regel": "per regel", "maand": "per maand", "toewijzing": "per toewijzing", "client": "per cliënt"}


def shown(rule: Row[Any], line: Row[Any], found: Collection[str]) -> LokaleRegel:
    """A local rule that looked at a line: `found` are the codes of what was found in that."""
    code = f"{LOKAAL}{rule.naam}"
    outcome, most = _outcome(rule, code in found), limit(rule)
    return LokaleRegel(
        regel=code,
        tekst=f"Hoogstens {_measured(rule, most)} {PER[rule.per]}. {_said(rule, outcome)}",
        uitkomst=outcome,
        waarde=rule.waarde,
        grens=most,
        besloten_door=rule.besloten_door,
        besloten_op=rule.besloten_op,
    )


def _outcome(rule: Row[Any], hit: bool) -> str:
    if rule.bericht is not None:
        return rule.uitkomst or "wacht op oordeel"
    return "afgewezen" if hit else "doorstaan"


def _measured(rule: Row[Any], number: int) -> str:
    if rule.grootheid == "volume":
        return w.measure(number, rule.eenheid)
    return w.euro(number) if rule.grootheid == "bedrag" else w.times(number, "regel", "regels")


def _said(rule: Row[Any], outcome: str) -> str:
    if rule.bericht is None:
        rejected = "De regel ging daarover en is zonder vraag afgewezen."
        return rejected if outcome == "afgewezen" else "De regel bleef daarbinnen."
    found = f"Met deze regel zou het {_measured(rule, rule.waarde)} worden, dus"
    if rule.uiterlijk is None:
        return f"{found} is de regel afgewezen."
    asked = f"{found} beslist een persoon"
    if outcome == "wacht op oordeel":
        return f"{asked}, uiterlijk op {w.day(rule.uiterlijk)}."
    if rule.uitkomst == "verlopen":
        return f"{asked}; dat gebeurde niet voor {w.day(rule.uiterlijk)}, en toen is de regel toegekend."
    return f"{asked}: {outcome} door {rule.besloten_door} op {w.moment(rule.besloten_op)}."
