"""The classes of a message as rows: what a leaf says is what stands there, however it is written and brought."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.db import ledger, rows
from shared.db import tables as t
from shared.standard.codec import encode
from shared.standard.document import Document
from shared.standard.kinds import decode_trusted
from shared.standard.node import Lines
from tests.builders import AANBIEDER, GEMEENTE, message

MANY = rows._BY_COPY + 5
ODD = ["a\tb", "a\nb", "a\rb", "a\\b", "\\N", "\\.", "", " ", "é", "'", '"', "%s", "\\"]


def declaratie(references: list[str]) -> Document:
    """A declaratie with a line for each of some references."""
    document = message("JW323", {f"Prestatie[{number}]": {} for number in range(4, MANY + 1)})
    for line, reference in zip(document.root.all("Prestatie"), references, strict=False):
        line.values["product_referentie_referentie_nummer"] = reference
    return document


def stored(session: Session, *documents: Document) -> list[UUID]:
    """The messages, each with its rows, one after the other."""
    known = [{"code": code, "naam": code, "hier": True, "kanaal": "lokaal"} for code in (GEMEENTE, AANBIEDER)]
    session.execute(insert(t.organisatie).on_conflict_do_nothing(), known)
    entries = [ledger.Entry(AANBIEDER, "inkomend", "ontvangen", b"<x/>", document) for document in documents]
    keys = [key for key, _ in ledger.store(session, GEMEENTE, entries)]
    parts = ([(key, AANBIEDER, document)] for key, document in zip(keys, documents, strict=True))
    rows.store_parts(session, GEMEENTE, parts)
    return keys


def references(session: Session, bericht: UUID) -> list[str]:
    query = "SELECT product_referentie_referentie_nummer FROM prestatie WHERE bericht = :b ORDER BY volgnummer"
    return list(session.scalars(text(query), {"b": bericht}))


@pytest.mark.parametrize("odd", ODD)
def test_many_rows_and_few_say_what_the_message_says(session: Session, odd: str) -> None:
    few, many = message("JW323"), declaratie([odd, "plain", odd + odd])
    next(few.root.all("Prestatie")).values["product_referentie_referentie_nummer"] = odd
    small, large = stored(session, few, many)
    assert references(session, small)[0] == odd
    assert references(session, large)[:3] == [odd, "plain", odd + odd]
    assert len(references(session, large)) == MANY


@given(st.lists(st.lists(st.none() | st.text("ab\t\n\r\\N.", max_size=4), min_size=2, max_size=2), min_size=1))
def test_what_is_copied_reads_back(values: list[list[str | None]]) -> None:
    """As Postgres reads it: by lines and tabs, a backslash before what stands for itself or a control character."""
    plain = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}

    def read(field: str) -> str | None:
        return None if field == rows._NULL else re.sub(r"\\(.)", lambda mark: plain[mark[1]], field)

    lines = rows._text(values).split("\n")
    assert lines.pop() == ""
    assert [[read(field) for field in line.split("\t")] for line in lines] == values


def test_no_value_stays_none_and_parts_of_a_kind_follow_each_other(session: Session) -> None:
    first, second = stored(session, declaratie(["A"] * MANY), declaratie(["B"] * MANY))
    assert set(references(session, first)) == {"A"}
    assert set(references(session, second)) == {"B"}
    empty = "SELECT count(*) FROM prestatie WHERE product_referentie_vorig_referentie_nummer IS NULL AND bericht = :b"
    absent = [line for line in declaratie([]).root.all("Prestatie") if len(line.values) < len(line.type.fields)]
    assert 0 < session.scalar(text(empty), {"b": first}) <= len(absent)


@pytest.mark.parametrize("name", ["JW323", "WMO323"])
def test_lines_kept_as_their_leaves_are_the_rows_that_nodes_are(session: Session, name: str) -> None:
    document = message(name)
    read = decode_trusted(document.type, encode(document))
    assert isinstance(read.by_class()["Prestatie"], Lines)
    lines = select(t.prestatie).order_by(t.prestatie.c.volgnummer)
    found = [
        [row[2:] for row in session.execute(lines.where(t.prestatie.c.bericht == key))]
        for key in stored(session, document, read)
    ]
    assert len(found[0]) == len(document.by_class()["Prestatie"])
    assert found[0] == found[1]
