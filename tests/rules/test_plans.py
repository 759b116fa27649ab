"""Every rule across messages finds its rows through an index, however much was exchanged before.

Also when Postgres has no statistics: of a partner that is new it knows no more than that.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from psycopg import RawCursor
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from services import catalogue  # importing it registers the rules
from shared.db import tables as t
from shared.db.nummers import free_number
from shared.db.session import DIENST, act_for
from shared.judging import rows_of
from shared.rules import Scope, facts, registered
from shared.standard.catalogue import messages
from shared.statements import compiled, pattern
from tests.builders import AANBIEDER, GEMEENTE

assert catalogue
GROWING = {table.name for table in t.classes.values()} | {"bericht", "bevinding"}
NARROWING = (
    "antwoord_op = ",
    "id = ",
    "bericht = ",
    "bsn = ",
    "toewijzing_nummer = ",
    "toewijzing_nummer IS NULL",
    "referentie_nummer = ",
    "referentie_aanbieder = ",
    "declaratie_nummer = ",
    "declaratie_periode_begindatum > ",
)
"""What an index must be searched by: rows of one message, client, allocation, request, declaratie or reference, of
task-based care, or of the months after one."""
SOORTEN = ("301", "305", "307", "315", "317", "319", "323", "325")
RULES = [
    (code, klasse, soort)
    for code, rule in sorted(registered().items())
    if not rule.in_memory
    for klasse in rule.on
    for soort in SOORTEN
    if klasse in messages()[f"JW{soort}"].classes and f"JW{soort}" in facts()["ijw", code].berichten
]
"""Each rule with the classes that it looks at, in each message that it holds for."""

FILL = """
INSERT INTO organisatie (code, naam, hier, kanaal) VALUES (:gemeente, 'G', true, 'lokaal');
INSERT INTO bericht
  (id, eigenaar, tegenpartij, richting, standaard, soort, identificatie, dagtekening, status, xml)
  SELECT md5(soort || n)::uuid, :gemeente, :aanbieder, 'inkomend', 'ijw', soort, 'B' || n, '2026-05-06',
    CASE WHEN n > 0 THEN 'goedgekeurd' ELSE 'gecontroleerd' END, ''
  FROM generate_series(0, 1000) n, unnest(array['301', '305', '307', '315', '317', '319', '323', '325']) soort;
UPDATE bericht SET antwoord_op = md5('3231')::uuid WHERE id = md5('3250')::uuid;
INSERT INTO client (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn)
  SELECT :gemeente, md5(soort || n)::uuid, 1, 'ijw', :aanbieder, n
  FROM generate_series(0, 1000) n, unnest(array['301', '305', '307', '315', '317', '319', '323']) soort;
INSERT INTO toegewezen_product
  (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn, toewijzing_nummer, toewijzingsdatum, toewijzingstijd,
   referentie_aanbieder)
  SELECT :gemeente, md5('301' || n)::uuid, i, 'ijw', :aanbieder, n, 4 * n + i, '2026-01-01', '12:00', 'T' || 4 * n + i
  FROM generate_series(0, 1000) n, generate_series(1, 4) i;
INSERT INTO start_product
  (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn, toewijzing_nummer, begindatum, status_aanlevering)
  SELECT :gemeente, md5('305' || n)::uuid, i, 'ijw', :aanbieder, n, 4 * n + i, '2026-01-01', 1 + 2 * (n % 9 / 8)
  FROM generate_series(0, 1000) n, generate_series(1, 4) i;
INSERT INTO stop_product
  (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn, toewijzing_nummer, begindatum, status_aanlevering)
  SELECT :gemeente, md5('307' || n)::uuid, i, 'ijw', :aanbieder, n, 4 * n + i, '2026-01-01', 1 + 2 * (n % 9 / 8)
  FROM generate_series(0, 1000) n, generate_series(1, 4) i;
INSERT INTO aangevraagd_product
  (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn, referentie_aanbieder)
  SELECT :gemeente, md5('315' || n)::uuid, i, 'ijw', :aanbieder, n, 'T' || 4 * n + i
  FROM generate_series(0, 1000) n, generate_series(1, 4) i;
INSERT INTO verzoek (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn, referentie_aanbieder)
  SELECT :gemeente, md5('317' || n)::uuid, 1, 'ijw', :aanbieder, n, 'W' || n FROM generate_series(0, 1000) n;
INSERT INTO ongewijzigd_product (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn, toewijzing_nummer)
  SELECT :gemeente, md5('317' || n)::uuid, i, 'ijw', :aanbieder, n, 4 * n + i
  FROM generate_series(0, 1000) n, generate_series(1, 2) i;
INSERT INTO te_wijzigen_product (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn, toewijzing_nummer)
  SELECT :gemeente, md5('317' || n)::uuid, i, 'ijw', :aanbieder, n, 4 * n + i + 2
  FROM generate_series(0, 1000) n, generate_series(1, 2) i;
INSERT INTO nieuw_product (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn)
  SELECT :gemeente, md5('317' || n)::uuid, 1, 'ijw', :aanbieder, n FROM generate_series(0, 1000) n;
INSERT INTO antwoord (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn, referentie_aanbieder)
  SELECT :gemeente, md5('319' || n)::uuid, 1, 'ijw', :aanbieder, n, 'W' || n FROM generate_series(0, 1000) n;
INSERT INTO woonplaatsbeginsel (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn)
  SELECT :gemeente, md5('319' || n)::uuid, 1, 'ijw', :aanbieder, n FROM generate_series(0, 1000) n;
INSERT INTO declaratie
  (eigenaar, bericht, volgnummer, standaard, tegenpartij, declaratie_nummer, declaratie_periode_begindatum)
  SELECT :gemeente, md5('323' || n)::uuid, 1, 'ijw', :aanbieder, 'D' || n, date '1930-01-01' + n * interval '1 month'
  FROM generate_series(0, 1000) n;
INSERT INTO prestatie
  (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn, ouder, toewijzing_nummer, ingediend_bedrag_debet_credit,
   product_referentie_referentie_nummer, product_referentie_vorig_referentie_nummer)
  SELECT :gemeente, md5('323' || n)::uuid, i, 'ijw', :aanbieder, n, 1, 4 * n + i % 4,
    CASE i % 8 WHEN 7 THEN 'C' ELSE 'D' END, n || 'P' || i, CASE i % 8 WHEN 7 THEN n - 1 || 'P' || i - 1 END
  FROM generate_series(0, 1000) n, generate_series(1, 8) i;
INSERT INTO bevinding (eigenaar, bericht, klasse, volgnummer, code, niveau, retourcode)
  SELECT :gemeente, md5('323' || n)::uuid, 'Prestatie', 3, 'TR340', 3, '9340' FROM generate_series(1, 1000) n;
"""
"""A thousand messages of each kind with four allocations, requests, starts and stops and eight lines, and one more of
each (0) that is judged."""


@pytest.fixture
def ledger(session: Session) -> Session:
    """Filled tables of which nothing is known; what an earlier vacuum saw of them is forgotten."""
    session.execute(text(f"TRUNCATE {', '.join(sorted(GROWING))} CASCADE"))
    for statement in FILL.strip().split(";\n"):
        session.execute(text(statement.rstrip(";")), {"gemeente": GEMEENTE, "aanbieder": AANBIEDER})
    return session


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All nodes of a plan, from the top."""
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes of a plan that read one of the growing tables or an index of one."""
    for node in nodes(plan):
        found = node.get("Relation Name") in GROWING or any(name in node.get("Index Name", "") for name in GROWING)
        if found and node["Node Type"] != "ModifyTable":
            yield node


def walking(plan: dict[str, Any]) -> list[tuple[str, str]]:
    """The scans that are narrowed by nothing, each with what it is searched by."""
    found = [(scan["Node Type"], scan.get("Index Cond", scan.get("Recheck Cond", ""))) for scan in scans(plan)]
    return [(kind, searched) for kind, searched in found if not any(name in searched for name in NARROWING)]


def plan_of(session: Session, select: Any) -> dict[str, Any]:
    """What Postgres makes of a SELECT."""
    query = select.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    found = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {query}").scalar_one()
    plan: dict[str, Any] = found[0]["Plan"]
    return plan


def plans_of_rule(session: Session, code: str, klasse: str, scope: Scope) -> list[dict[str, Any]]:
    """What Postgres makes of a rule: of its SELECT where it runs so (325), else for one message and for a list."""
    if scope.soort == "325":
        return [plan_of(session, registered()[code].function(scope, rows_of(scope, klasse)))]
    any_such = pattern(scope.standaard, scope.soort, municipality=scope.by_municipality)
    asked = registered()[code].function(any_such, rows_of(any_such, klasse))
    statement = compiled(t.bevinding, ("volgnummer",), asked, any_such)
    values = [ask(scope) for ask in statement.parameters]
    return [
        cursor.execute(b"EXPLAIN (FORMAT JSON) " + sql, told).fetchall()[0][0][0]["Plan"]
        for cursor in [RawCursor(session.connection().connection.driver_connection)]  # type: ignore[arg-type]
        for sql, told in ((statement.one, values), (statement.some, [[value] for value in values]))
    ]


def judged(session: Session, soort: str) -> Scope:
    """The message of a kind that is judged."""
    bericht: UUID = session.execute(text("SELECT md5(:name)::uuid"), {"name": f"{soort}0"}).scalar_one()
    return Scope(bericht, GEMEENTE, AANBIEDER, "ijw", soort, date(2026, 5, 7))


def as_the_services_see_it(session: Session) -> None:
    """Row level security adds conditions of its own to every plan."""
    session.execute(text(f"SET LOCAL ROLE {DIENST}"))
    act_for(session, GEMEENTE)


@pytest.mark.parametrize("analyzed", [True, False])
def test_every_rule_looks_up_what_it_needs(ledger: Session, analyzed: bool) -> None:
    if analyzed:
        ledger.execute(text(f"ANALYZE {', '.join(sorted(GROWING))}, bericht, bevinding"))
    as_the_services_see_it(ledger)
    walks = [
        (code, soort, scan)
        for code, klasse, soort in RULES
        for plan in plans_of_rule(ledger, code, klasse, judged(ledger, soort))
        for scan in walking(plan)
    ]
    assert walks == []


@pytest.mark.parametrize("analyzed", [True, False])
def test_so_does_drawing_a_number_that_is_free(ledger: Session, analyzed: bool) -> None:
    if analyzed:
        ledger.execute(text("ANALYZE toegewezen_product"))
    as_the_services_see_it(ledger)
    plan = plan_of(ledger, free_number().params(eigenaar=GEMEENTE, standaard="ijw"))
    assert [*scans(plan)]
    assert walking(plan) == []
