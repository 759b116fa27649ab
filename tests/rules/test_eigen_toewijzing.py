"""The rules on a 301 when the municipality that sent it judges it: it sees its own message, and its other providers."""

from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services import catalogue  # importing it registers the rules
from shared.db import tables as t
from shared.judging import check_rows, found, scope_of
from tests.builders import AANBIEDER, ANDER_BSN, GEMEENTE
from tests.rules.test_levels34 import keep, made, regels

assert catalogue
CODES = ("TR332", "TR379", "TR385")
ELDERS = "65656056"
MERK = "Header[1].bericht_identificatie_identificatie"
ZONDER = {"ToegewezenProduct[1].referentie_aanbieder": ""}
VERWIJDERD = ZONDER | {"ToegewezenProduct[1]": {"einddatum": "2026-04-01", "reden_wijziging": "13"}}


@pytest.fixture
def gemeente(session: Session) -> Session:
    session.execute(insert(t.organisatie).values(code=GEMEENTE, naam="G", hier=True, kanaal="lokaal"))
    return session


def codes(session: Session, wijzig: Mapping[str, object], standaard: str = "JW") -> list[tuple[str, int]]:
    """What the municipality finds in a 301 that it has just made for the provider of the examples."""
    bericht = keep(session, made(f"{standaard}301", wijzig), GEMEENTE, AANBIEDER, "klaar")
    check_rows(session, [scope_of(bericht, date.max)], header=False)
    return [(finding.code, finding.volgnummer) for finding in found(session, bericht.id) if finding.code in CODES]


def send(session: Session, tegenpartij: str, name: str = "JW301", **wijzig: object) -> None:
    keep(session, made(name, {MERK: "E001"} | ZONDER | wijzig), GEMEENTE, tegenpartij, "afgeleverd")


def test_a_first_allocation_is_not_its_own_rival(gemeente: Session) -> None:
    assert codes(gemeente, ZONDER) == []


def test_a_change_keeps_its_number(gemeente: Session) -> None:
    send(gemeente, AANBIEDER)
    assert codes(gemeente, ZONDER) == []


def test_another_provider_has_the_numbers(gemeente: Session) -> None:
    send(gemeente, ELDERS)
    assert codes(gemeente, ZONDER) == [("TR332", 1), ("TR332", 2)]


def test_another_client_has_a_number(gemeente: Session) -> None:
    send(gemeente, AANBIEDER, **{"Client[1].bsn": ANDER_BSN, "ToegewezenProduct[2]": False})
    assert codes(gemeente, ZONDER) == [("TR332", 1)]


def test_the_numbers_of_the_other_law_are_others(gemeente: Session) -> None:
    send(gemeente, ELDERS, "WMO301")
    assert codes(gemeente, ZONDER) == []


def test_a_reference_needs_a_request_that_came_in(gemeente: Session) -> None:
    assert codes(gemeente, {}) == [("TR379", 1)]
    keep(gemeente, made("JW315", {MERK: "E002"}), GEMEENTE, AANBIEDER, "goedgekeurd")
    assert codes(gemeente, {}) == []


@pytest.mark.parametrize(("status", "expected"), [("goedgekeurd", [("TR385", 1)]), ("gecontroleerd", [])])
def test_a_deletion_after_a_line_was_granted(gemeente: Session, status: str, expected: list[tuple[str, int]]) -> None:
    send(gemeente, AANBIEDER)
    assert codes(gemeente, VERWIJDERD) == []
    declaratie = made("JW323", regels([{}], "M", {MERK: "E003"}))
    keep(gemeente, declaratie, GEMEENTE, AANBIEDER, status)
    assert codes(gemeente, VERWIJDERD | {MERK: "B0002"}) == expected
