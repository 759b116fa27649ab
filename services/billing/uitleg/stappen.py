"""The calculation behind a judgement, step by step, with its numbers in sentences."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row

from services.billing.queries import identity
from services.billing.rules.geldigheid import VERWIJDERD
from services.billing.rules.lines import EURO, MINUUT, UUR
from services.billing.rules.volume import HUISHOUDELIJKE_HULP
from services.billing.uitleg import woorden as w
from services.billing.uitleg.models import Bijdrage, Stap
from services.billing.uitleg.rekenen import Verloop
from shared.calendar import Periode
from shared.db.spans import OUTPUT

Found = Row[Any]
PER_DAG, PER_WEEK, PER_MAAND = "1", "2", "4"


def allocation_step(line: Found, allocation: Found | None) -> Stap:
    """Which version held, and what it allows."""
    number = line.toewijzing_nummer
    if allocation is None:
        text = f"Op dat moment was er geen toewijzing {number} van deze cliënt bij deze aanbieder."
        return _told("toewijzing", text, "TR338", klopt=False)
    text = (
        f"Toewijzing {number} gold in de versie van {w.day(allocation.toewijzingsdatum)}"
        f" {allocation.toewijzingstijd:%H:%M:%S} (de laatste, IV013): {_size(allocation)},"
        f" {w.period(allocation.ingangsdatum, allocation.einddatum)}."
    )
    if allocation.reden_wijziging == VERWIJDERD:
        return _told("toewijzing", f"{text} De gemeente had haar verwijderd.", "TR384", klopt=False)
    return _told("toewijzing", text, None, klopt=None)


def _size(allocation: Found) -> str:
    if allocation.omvang_volume is not None:
        often = w.FREQUENTIES.get(allocation.omvang_frequentie, "")
        return f"{w.amount(allocation.omvang_volume, allocation.omvang_eenheid)} {often}"
    return f"budget {w.euro(allocation.budget)}" if allocation.budget is not None else "zonder omvang en zonder budget"


def _told(subject: str, text: str, rule: str | None, *, klopt: bool | None) -> Stap:
    return Stap(onderwerp=subject, tekst=text, regel=rule, maat=None, gevonden=None, grens=None, klopt=klopt)


def tariff_steps(line: Found, tarief: Found | None, numbers: Found) -> Iterator[Stap]:
    """The tariff of the line and its amount against what was agreed; a line in euros has no tariff."""
    if line.eenheid == EURO:
        yield _told("tarief", "De regel is in euro's ingediend: er hoort geen tarief bij.", None, klopt=None)
        return
    begin = w.day(line.product_periode_begindatum)
    if tarief is None:
        other = " wel voor een andere eenheid" if numbers.geprijsd else ""
        text = f"Voor product {line.product_code} per {w.per_unit(line.eenheid)} was op {begin} geen tarief vastgelegd"
        yield _told("tarief", f"{text},{other}." if other else f"{text}.", "TR418", klopt=False)
    else:
        yield _tariff(line, tarief, int(numbers.goed_tarief), begin)
    if numbers.goed_bedrag is not None:
        yield _amount(line, tarief, int(numbers.goed_bedrag))


def _tariff(line: Found, tarief: Found, right: int, begin: str) -> Stap:
    source = "contract" if tarief.contract == tarief.nummer else f"raamcontract bij contract {tarief.nummer},"
    text = (
        f"Op {begin}, de eerste dag van de productperiode, gold in {source} {tarief.contract} het tarief"
        f" {w.euro(tarief.tarief)} per {w.per_unit(tarief.eenheid)}"
    )
    if tarief.eenheid != line.eenheid:
        text += f"; per minuut is dat {w.euro(tarief.tarief)} / 60 = {w.euro(right)} (IV081)"
    text += f". De regel heeft {w.euro(line.product_tarief)}."
    return _compared(
        "tarief", text, ("TR418", "eurocenten"), (line.product_tarief, right), line.product_tarief == right
    )


def _compared(subject: str, text: str, rule: tuple[str, str], values: tuple[int, int], fits: bool) -> Stap:
    found, limit = values
    return Stap(
        onderwerp=subject, tekst=text, regel=rule[0], maat=rule[1], gevonden=found, grens=limit, klopt=bool(fits)
    )


def _amount(line: Found, tarief: Found | None, right: int) -> Stap:
    volume = w.amount(line.geleverd_volume, line.eenheid)
    if tarief is not None and (tarief.eenheid, line.eenheid) == (UUR, MINUUT):
        how = f"{volume} × {w.euro(tarief.tarief)} per uur / 60, afgerond op hele centen"
    else:
        how = f"{volume} × {w.euro(line.product_tarief)}"
    billed = line.ingediend_bedrag_bedrag
    text = f"Bedrag: {how} = {w.euro(right)}. Ingediend is {w.euro(billed)}."
    return _compared("bedrag", text, ("TR346", "eurocenten"), (billed, right), billed == right)


def period_step(line: Found, allocation: Found, numbers: Found) -> Stap | None:
    """What the allocation allows in the product period (TR321); None without a volume."""
    if allocation.omvang_volume is None:
        return None
    if not numbers.eenheid_past:
        text = (
            f"Toegewezen is in {w.per_unit(allocation.omvang_eenheid)}, ingediend in {w.per_unit(line.eenheid)}:"
            " dat is niet te vergelijken."
        )
        return _told("periode", text, "TR341", klopt=False)
    most, times, unit = int(numbers.hoogstens), int(numbers.keren), line.eenheid
    text = (
        f"{_counted(line, allocation, numbers)} Hoogstens {times} × {_one(allocation, unit)} = {w.amount(most, unit)}."
        f" Ingediend is {w.amount(line.geleverd_volume, unit)}."
    )
    values, fits = (line.geleverd_volume, most), line.geleverd_volume <= most
    return _compared("periode", text, ("TR321", w.units(unit)), values, fits)


def _one(allocation: Found, unit: str) -> str:
    """The volume of an allocation in the unit of a line."""
    volume = w.amount(allocation.omvang_volume, allocation.omvang_eenheid)
    return f"{volume} ({allocation.omvang_volume * 60} minuten)" if unit != allocation.omvang_eenheid else volume


def _counted(line: Found, allocation: Found, numbers: Found) -> str:
    """Which days, weeks, Sundays or months of the product period were counted."""
    begin, eind, often = numbers.eerste_dag, numbers.laatste_dag, allocation.omvang_frequentie
    if begin > eind:
        return "Geen dag van de productperiode valt binnen de toewijzing."
    days = f"Van de productperiode valt {w.period(begin, eind)} binnen de toewijzing"
    if often == PER_DAG:
        return f"{days}: {w.times(int(numbers.keren), 'dag', 'dagen')} (IV077)."
    if often == PER_MAAND:
        return f"{days}: een maand telt in haar geheel, ook een gebroken maand (IV078)."
    if often != PER_WEEK:
        return f"{days}: de omvang geldt voor de hele looptijd."
    return f"{days}: {_weeks(line, allocation, numbers)}"


def _weeks(line: Found, allocation: Found, numbers: Found) -> str:
    times = int(numbers.keren)
    if line.standaard == "iwmo" and allocation.product_categorie == HUISHOUDELIJKE_HULP:
        return "bij huishoudelijke hulp (Wmo) mag in één periode zes keer het weekvolume, ongeacht de weken."
    if allocation.omvang_eenheid in OUTPUT:
        there = Periode(numbers.eerste_dag, numbers.laatste_dag).sundays
        rest = ", en één keer voor de laatste gebroken week van de toewijzing" if times > there else ""
        return f"bij output tellen de zondagen: {w.times(there, 'zondag', 'zondagen')}{rest} (IV077)."
    first, last = (each.isocalendar().week for each in (numbers.eerste_dag, numbers.laatste_dag))
    which = f"week {first}" if times == 1 else f"week {first} tot en met {last}"
    return f"{w.times(times, 'week wordt', 'weken worden')} geraakt, {which} (IV076, IV077)."


def run_step(allocation: Found, numbers: Found, course: Verloop) -> Stap:
    """What was granted over the whole run with this line, against the volume of the whole run (TR322)."""
    unit = allocation.omvang_eenheid
    text = (
        f"Over de hele looptijd {w.period(allocation.ingangsdatum, allocation.einddatum)} telt de omvang"
        f" {w.times(int(numbers.keren_in_totaal), 'keer', 'keer')}: hoogstens {w.measure(course.grens, unit)}."
        f" {_course(course, lambda number: w.measure(number, unit))}"
    )
    measure = w.units(MINUUT if unit == UUR else unit)
    return _filled("looptijd", text, ("TR322", measure), course)


def budget_step(course: Verloop) -> Stap:
    """What was granted with this line, against the budget (TR369)."""
    text = f"Het budget is {w.euro(course.grens)}. {_course(course, w.euro)}"
    return _filled("budget", text, ("TR369", "eurocenten"), course)


def _course(course: Verloop, say: Any) -> str:
    total = course.toegekend + course.deel
    lines = w.times(len(course.eerder), "regel", "regels")
    return (
        f"Eerder toegekend, credits afgetrokken: {say(course.toegekend)} ({lines});"
        f" met deze regel ({say(course.deel)}) wordt dat {say(total)}."
    )


def _filled(subject: str, text: str, rule: tuple[str, str], course: Verloop) -> Stap:
    step = _compared(subject, text, rule, (course.toegekend + course.deel, course.grens), course.fits)
    parts = [
        Bijdrage(id=identity(each.bericht, each.volgnummer), referentie=each.referentie, aantal=each.deel)
        for each in course.eerder
    ]
    return step.model_copy(update={"meegeteld": parts})


def credit_step(line: Found, debit: Found | None, broken: set[str]) -> Stap:
    """Which debit a credit takes back, and whether it could (TR323, TR390)."""
    named = line.product_referentie_vorig_referentie_nummer
    if debit is None:
        text = f"Er is geen debetregel met referentie {named} op deze toewijzing van deze cliënt."
    elif "TR390" in broken:
        text = f"Debetregel {named} was al teruggenomen door een toegekende creditregel."
    elif "TR323" in broken:
        text = (
            f"Op dat moment was er geen debetregel {named} die was beantwoord en toegekend"
            " en die in alles gelijk is aan deze creditregel."
        )
    else:
        text = f"De creditregel neemt debetregel {named} in haar geheel terug: {w.euro(line.ingediend_bedrag_bedrag)}."
    return _told("credit", text, "TR390" if "TR390" in broken else "TR323", klopt=not broken & {"TR323", "TR390"})
