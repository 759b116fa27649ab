"""Reading a return message back: what the other party refused of what we sent, and why."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Row, cast, column, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from services.messaging.retour import SCHONE_CODES, TECHNISCH
from shared import level2
from shared.db import ledger
from shared.db import tables as t
from shared.db.people import pseudonyms
from shared.judging import record, scope_of, verdict
from shared.rules import Finding, Scope, applying, by_retourcode, check_answer
from shared.standard.catalogue import messages
from shared.standard.document import Document
from shared.standard.node import Node


def apply_return(session: Session, row: Row[Any], document: Document, scope: Scope) -> None:
    """Record with the heen message what the return message says of it, and link the two.

    An answer that does not fit its heen message is refused as a whole, so that the right one can still come (OP355).
    """
    heen = _heen(session, row, document)
    if heen is None or heen.status not in ("klaar", "afgeleverd"):
        record(session, scope, _stray(document) if heen is None else [Finding("DUBBEL_ANTWOORD", 3, "", "Header", 1)])
        _link(session, row, None, "afgekeurd")
        return
    _link(session, row, heen, "goedgekeurd")
    sent = ledger.document_of(heen)
    if faults := [*check_answer(document, sent), *_judged(session, scope, document)]:
        record(session, scope, faults)
        _link(session, row, None, "afgekeurd")
        return
    findings = list(_told(document, sent))
    record(session, scope_of(heen, scope.vandaag), findings)
    ledger.set_status(session, verdict(heen.soort, findings), heen.id)


def _link(session: Session, row: Row[Any], heen: Row[Any] | None, status: str) -> None:
    values = {"antwoord_op": heen.id if heen else None, "status": status}
    session.execute(update(t.bericht).where(t.bericht.c.id == row.id).values(values))


def _stray(document: Document) -> list[Finding]:
    """An answer to nothing of ours; of a 325 the standard has a code for that (TR337)."""
    return check_answer(document, None) or [Finding("GEEN_HEENBERICHT", 3, "", "Header", 1)]


def _judged(session: Session, scope: Scope, document: Document) -> Iterator[Finding]:
    """What the rules across messages find in a return message, which leaves no rows of its own in the ledger."""
    nodes, people = list(document.nodes()), pseudonyms(scope.eigenaar, document)
    for rule, known in applying(scope.type, in_memory=False):
        for klasse in rule.on:
            if klasse != "Header" and (found := [node for node in nodes if node.name == klasse]):
                offenders = session.scalars(rule.function(scope, _rows(scope, found, people)))
                yield from (Finding(known.code, known.niveau, known.retourcode, klasse, o) for o in offenders)


def _rows(scope: Scope, nodes: Sequence[Node], people: Mapping[str, str]) -> Any:
    """Nodes of one class as rows for a SELECT, like those of its table and sent along as one parameter."""
    table, fields = t.classes[nodes[0].name], nodes[0].type.fields
    names = dict.fromkeys(("bericht", "volgnummer", "bsn", *fields))
    columns = [column(name, table.c[name].type) for name in names]
    shown = cast(literal([_row(scope, node, people) for node in nodes], JSON), JSONB)
    return func.jsonb_to_recordset(shown).table_valued(*columns, name="antwoord_regel").render_derived(with_types=True)


def _row(scope: Scope, node: Node, people: Mapping[str, str]) -> dict[str, str]:
    client = node.above("Client") or node
    place = {"bericht": str(scope.bericht), "volgnummer": str(node.volgnummer)}
    return {**node.values, **place, "bsn": people.get(client.get("bsn"), "")}


def _heen(session: Session, row: Row[Any], document: Document) -> Row[Any] | None:
    """The message of ours that is answered: by its Identificatie, which is unique per kind (TR056)."""
    field = "bericht_identificatie" if document.type.keeps_header else "declaratie_identificatie"
    return session.execute(
        select(t.bericht)
        .where(
            t.bericht.c.eigenaar == row.eigenaar,
            t.bericht.c.tegenpartij == row.tegenpartij,
            t.bericht.c.richting == "uitgaand",
            t.bericht.c.standaard == row.standaard,
            t.bericht.c.soort == messages()[document.type.heen or ""].soort,
            t.bericht.c.identificatie == document.header.get(f"{field}_identificatie"),
        )
        .with_for_update()
    ).one_or_none()


def _told(document: Document, heen: Document) -> Iterator[Finding]:
    """The faults that a return message reports, placed on the classes of the heen message."""
    if any(TECHNISCH in node.retourcodes for node in document.nodes()) and (own := level2.check(heen)):
        yield from own  # the other party says 0001 and no more; we can say why
        return
    places = {_signature(node): node.volgnummer for node in heen.nodes()}
    for node in document.nodes():
        klasse = "Declaratie" if node.name == "DeclaratieAntwoord" else node.name
        alone = klasse in ("Header", "Declaratie")
        volgnummer = 1 if alone else places.get(_signature(node), 0)
        for retourcode in sorted(set(node.retourcodes) - SCHONE_CODES):
            rule = by_retourcode(heen.type, retourcode)
            unknown = (retourcode, 2 if retourcode == TECHNISCH else 3)
            code, niveau = (rule.code, rule.niveau) if rule else unknown
            yield Finding(code, niveau, retourcode, klasse, volgnummer)


def _signature(node: Node) -> tuple[object, ...]:
    """What makes a class recognisable in its copy: the client that it belongs to, and its reference or its content."""
    client = node.above("Client")
    content = "" if node.name == "Client" else frozenset(node.values.items())
    own = node.get("product_referentie_referentie_nummer") or content
    return (node.name, client.get("bsn") if client else "", own)
