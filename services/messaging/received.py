"""Reading a return message back: what the other party refused of what we sent, and why."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from services.messaging.retour import SCHONE_CODES, TECHNISCH
from shared import level2
from shared.db import ledger
from shared.db import tables as t
from shared.judging import record, scope_of, verdict
from shared.rules import Finding, Scope, by_retourcode
from shared.standard.catalogue import messages
from shared.standard.document import Document, Node


def apply_return(session: Session, row: Row[Any], document: Document, scope: Scope) -> None:
    """Record with the heen message what the return message says of it, and link the two."""
    heen = _heen(session, row, document)
    if heen is None or heen.status not in ("klaar", "afgeleverd"):
        code = "GEEN_HEENBERICHT" if heen is None else "DUBBEL_ANTWOORD"
        record(session, scope, [Finding(code, 3, "", "Header", 1)])
        ledger.set_status(session, row.id, "afgekeurd")
        return
    findings = list(_told(document, ledger.document_of(heen)))
    record(session, scope_of(heen, scope.vandaag), findings)
    ledger.set_status(session, heen.id, verdict(heen.soort, findings))
    session.execute(update(t.bericht).where(t.bericht.c.id == row.id).values(antwoord_op=heen.id))
    ledger.set_status(session, row.id, "goedgekeurd")


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
