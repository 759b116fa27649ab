"""Writing and reading the ledger: messages as they came and went. What holds of them now is said in `geldig`."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import vault
from shared.aside import aside
from shared.config import settings
from shared.db import audit, people
from shared.db import tables as t
from shared.db.rows import Exchanged
from shared.errors import Refused, not_found
from shared.standard.catalogue import MessageType, message_of
from shared.standard.codec import Unread
from shared.standard.document import Document, Value
from shared.standard.kinds import decode_around_trusted, decode_growing_trusted, decode_trusted
from shared.standard.node import Node
from shared.standard.published import versies


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as it is put into the ledger of an organisation; `bsns` are those in it where its document has none."""

    tegenpartij: str
    richting: str
    status: str
    xml: bytes
    document: Document
    sleutel: str | None = None
    antwoord_op: UUID | None = None
    bsns: Collection[str] | None = None


def parties(document: Document) -> tuple[str, str]:
    """Who really sends a message and who receives it; a return message keeps the header of its heen (IV028)."""
    pair = (document.header.get("afzender"), document.header.get("ontvanger"))
    return (pair[1], pair[0]) if document.type.keeps_header else pair


def store(session: Session, eigenaar: str, entries: Sequence[Entry]) -> list[tuple[UUID, bool]]:
    """Put messages into the ledger as their exact bytes; `store_rows` adds their rows. Of each its id, and True.

    A delivery whose `sleutel` was stored before gives the id of then, and False. Raises Refused (409) when that
    one had another content.
    """
    with aside(_sealed, eigenaar, entries) as sealed:
        known = [_known(eigenaar, entry) for entry in entries]
        people.keep_people(session, eigenaar, {bsn: name for found in known for bsn, name in found.items()}.items())
    rows = [_row(eigenaar, entry) | {"xml": xml} for entry, xml in zip(entries, sealed.result(), strict=True)]
    once = insert(t.bericht).on_conflict_do_nothing(index_elements=["eigenaar", "sleutel"]).returning(t.bericht.c.id)
    fresh, stored = set(session.scalars(once, rows)), list[tuple[UUID, bool]]()
    for entry, row, found in zip(entries, rows, known, strict=True):
        if row["id"] in fresh:
            audit.note(session, f"bericht {entry.richting}", row["id"], found.values())
            stored.append((row["id"], True))
        else:
            stored.append((_earlier(session, eigenaar, entry), False))
    return stored


def _known(eigenaar: str, entry: Entry) -> dict[str, str]:
    """The BSNs in a message and their pseudonyms."""
    found = entry.bsns
    return people.pseudonyms(eigenaar, entry.document) if found is None else vault.pseudonyms(eigenaar, sorted(found))


def _sealed(eigenaar: str, entries: Sequence[Entry]) -> list[bytes]:
    return [vault.seal(entry.xml, eigenaar, "bericht") for entry in entries]


def _row(eigenaar: str, entry: Entry) -> dict[str, Any]:
    header, message = entry.document.header, entry.document.type
    return {
        "id": uuid4(),
        "eigenaar": eigenaar,
        "tegenpartij": entry.tegenpartij,
        "richting": entry.richting,
        "standaard": message.standaard,
        "soort": message.soort,
        "identificatie": _own_identificatie(message, header),
        "dagtekening": dagtekening(entry.document),
        "status": entry.status,
        "sleutel": _marked(eigenaar, entry),
        "antwoord_op": entry.antwoord_op,
    }


def _marked(eigenaar: str, entry: Entry) -> str | None:
    """The key of a delivery as it is kept: a caller may have put a BSN in it."""
    return None if entry.sleutel is None else vault.mark(eigenaar, "levering", entry.sleutel).hex()


def _earlier(session: Session, eigenaar: str, entry: Entry) -> UUID:
    query = select(t.bericht.c.id, t.bericht.c.xml).where(
        t.bericht.c.eigenaar == eigenaar, t.bericht.c.sleutel == _marked(eigenaar, entry)
    )
    row = session.execute(query).one()
    if xml_of(row, eigenaar) != entry.xml:
        detail = "Gebruik voor een ander bericht een nieuwe Idempotency-Key."
        raise Refused(409, "Deze sleutel is al voor een ander bericht gebruikt", detail=detail)
    return row.id  # type: ignore[no-any-return]


def _own_identificatie(message: MessageType, header: Node) -> str:
    return header.get("identificatie_retour" if message.keeps_header else "bericht_identificatie_identificatie")


def dagtekening(document: Document) -> date:
    """The day on which a message was made; a return message keeps that of its heen beside its own (IV028)."""
    name = "dagtekening_retour" if document.type.keeps_header else "bericht_identificatie_dagtekening"
    return date.fromisoformat(document.header.get(name))


def claim_identificaties(session: Session, eigenaar: str, sent: Iterable[Exchanged]) -> set[UUID]:
    """Note that senders used an Identificatie for a message: those that no other message had before (TR056)."""
    rows = [
        {
            "eigenaar": eigenaar,
            "afzender": afzender,
            "standaard": document.type.standaard,
            "soort": document.type.soort,
            "identificatie": _own_identificatie(document.type, document.header),
            "bericht": bericht,
        }
        for bericht, afzender, document in sent
    ]
    claimed = insert(t.identificatie).on_conflict_do_nothing().returning(t.identificatie.c.bericht)
    return set(session.scalars(claimed, rows)) if rows else set()


def document_of(row: Row[Any], unread: Unread | None = None) -> Document:
    """The tree of a stored message, without the lines that are `unread`."""
    message = message_of(row.standaard, row.soort)
    return decode_trusted(message, xml_of(row, row.eigenaar), unread)


def growing_of(row: Row[Any]) -> Iterator[Document]:
    """As `document_of`, of a large message in parts (`decode_growing_trusted`)."""
    return decode_growing_trusted(message_of(row.standaard, row.soort), xml_of(row, row.eigenaar))


def around_of(row: Row[Any]) -> Document:
    """As `document_of`, without lines, and of some without the clients that have them."""
    return decode_around_trusted(message_of(row.standaard, row.soort), xml_of(row, row.eigenaar))


def xml_of(row: Any, eigenaar: str) -> bytes:
    """The exact bytes of a stored message."""
    return vault.unseal(row.xml, eigenaar, "bericht")


def new_header(message: MessageType, afzender: str, ontvanger: str, identificatie: str, dag: date) -> dict[str, Value]:
    """The Header of a new message of ours; a return message has one of its own (see messaging)."""
    basis, own = versies(message.namespace, settings().xsd_dir)
    patterns = {element.name: element.pattern for element in message.classes["Header"].elements}
    return {
        "bericht_code": patterns["BerichtCode"],
        "bericht_versie": patterns["BerichtVersie"],
        "bericht_subversie": patterns["BerichtSubversie"],
        "afzender": afzender,
        "ontvanger": ontvanger,
        "bericht_identificatie_identificatie": identificatie,
        "bericht_identificatie_dagtekening": dag,
        "xsd_versie_basisschema_xsd_versie": basis,
        "xsd_versie_bericht_xsd_versie": own,
    }


def serialize(session: Session, *parts: str) -> None:
    """Let the transactions that name the same parts run one after the other."""
    serialize_all(session, [parts])


def serialize_all(session: Session, wanted: Iterable[tuple[str, ...]]) -> None:
    """As `serialize` for each of them, in one order for all who ask, so that none waits for another's last."""
    session.execute(_LOCK, {"namen": sorted("/".join(parts) for parts in wanted)})


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(naam, 0)) FROM unnest(CAST(:namen AS text[])) naam")


def get(session: Session, bericht: UUID, *, lock: bool = False) -> Row[Any]:
    """A stored message by its id. Raises Refused (404)."""
    return some(session, [bericht], lock=lock)[0]


def some(session: Session, berichten: Sequence[UUID], *, lock: bool = False) -> list[Row[Any]]:
    """Stored messages, in the order in which they are asked for. Raises Refused (404)."""
    query = select(t.bericht).where(t.bericht.c.id == func.any(list(berichten))).order_by(t.bericht.c.volgorde)
    locked = query.with_for_update(key_share=True)  # who only refers to a message need not wait
    rows = {row.id: row for row in session.execute(locked if lock else query)}
    if rows.keys() != set(berichten):
        raise not_found("Bericht")
    return [rows[bericht] for bericht in berichten]


def partners(session: Session, codes: Iterable[str]) -> dict[str, Row[Any]]:
    """The organisations that have a way to receive messages, by their codes."""
    query = select(t.organisatie).where(t.organisatie.c.code == func.any([*codes]))
    return {row.code: row for row in session.execute(query)}


def set_status(session: Session, status: str, *berichten: UUID) -> None:
    """Move messages to their next status."""
    if berichten:
        session.execute(update(t.bericht).where(t.bericht.c.id == func.any(list(berichten))).values(status=status))
