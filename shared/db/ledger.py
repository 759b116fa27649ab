"""Writing and reading the ledger: messages with their rows, and what holds now."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, Sequence, Subquery, and_, case, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from shared import vault
from shared.aside import aside
from shared.config import settings
from shared.db import audit, people
from shared.db import tables as t
from shared.errors import Refused, not_found
from shared.standard.catalogue import MessageType, message_of
from shared.standard.codec import Unread
from shared.standard.document import Document, Node, Value
from shared.standard.kinds import decode_trusted
from shared.standard.published import versies


def next_number(session: Session, name: str) -> int:
    """The next number of one of the sequences; never given out twice."""
    return session.execute(select(Sequence(name, metadata=t.metadata).next_value())).scalar_one()


def next_allocation(session: Session, eigenaar: str, standaard: str) -> int:
    """The next ToewijzingNummer that stands nowhere in the ledger of an organisation under a law (TR332).

    It may have brought 301s with numbers of its own, which the sequence would come to some day (ADR 0008).
    """
    return session.execute(free_number(eigenaar, standaard)).scalar_one()


def free_number(eigenaar: str, standaard: str) -> Select[int]:
    """Draws a ToewijzingNummer until no row of an organisation has it: that number."""
    row, number = t.toegewezen_product.c, Sequence("toewijzing_nummer", metadata=t.metadata).next_value()
    drawn = select(number.label("nummer")).cte("getrokken", recursive=True)
    same = (row.toewijzing_nummer == drawn.c.nummer, row.eigenaar == eigenaar, row.standaard == standaard)
    again = select(number).select_from(drawn).where(looked_up(select(1).where(*same).correlate(drawn)))
    return select(func.max(drawn.union_all(again).c.nummer))


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as it is put into the ledger."""

    eigenaar: str
    tegenpartij: str
    richting: str
    status: str
    xml: bytes
    document: Document
    sleutel: str | None = None
    antwoord_op: UUID | None = None


def parties(document: Document) -> tuple[str, str]:
    """Who really sends a message and who receives it; a return message keeps the header of its heen (IV028)."""
    pair = (document.header.get("afzender"), document.header.get("ontvanger"))
    return (pair[1], pair[0]) if document.type.keeps_header else pair


def store(session: Session, entry: Entry) -> tuple[UUID, bool]:
    """Put a message into the ledger as its exact bytes; `store_rows` adds its rows. Its id, and True.

    A delivery whose `sleutel` was stored before gives the id of then, and False. Raises Refused (409) when that
    one had another content.
    """
    header, message = entry.document.header, entry.document.type
    bericht = uuid4()
    with aside(vault.seal, entry.xml, entry.eigenaar, "bericht") as sealed:
        known = people.pseudonyms(entry.eigenaar, entry.document)
        people.keep_people(session, entry.eigenaar, known.items())
    statement = insert(t.bericht).values(
        id=bericht,
        eigenaar=entry.eigenaar,
        tegenpartij=entry.tegenpartij,
        richting=entry.richting,
        standaard=message.standaard,
        soort=message.soort,
        identificatie=_own_identificatie(message, header),
        dagtekening=date.fromisoformat(_own_dagtekening(message, header)),
        status=entry.status,
        xml=sealed.result(),
        sleutel=_marked(entry),
        antwoord_op=entry.antwoord_op,
    )
    once = statement.on_conflict_do_nothing(index_elements=["eigenaar", "sleutel"]).returning(t.bericht.c.id)
    if session.execute(once).scalar_one_or_none() is None:
        return _earlier(session, entry), False
    audit.note(session, f"bericht {entry.richting}", bericht, known.values())
    return bericht, True


def _marked(entry: Entry) -> str | None:
    """The key of a delivery as it is kept: a caller may have put a BSN in it."""
    return None if entry.sleutel is None else vault.mark(entry.eigenaar, "levering", entry.sleutel).hex()


def _earlier(session: Session, entry: Entry) -> UUID:
    query = select(t.bericht.c.id, t.bericht.c.xml).where(
        t.bericht.c.eigenaar == entry.eigenaar, t.bericht.c.sleutel == _marked(entry)
    )
    row = session.execute(query).one()
    if xml_of(row, entry.eigenaar) != entry.xml:
        detail = "Gebruik voor een ander bericht een nieuwe Idempotency-Key."
        raise Refused(409, "Deze sleutel is al voor een ander bericht gebruikt", detail=detail)
    return row.id  # type: ignore[no-any-return]


def _own_identificatie(message: MessageType, header: Node) -> str:
    return header.get("identificatie_retour" if message.keeps_header else "bericht_identificatie_identificatie")


def _own_dagtekening(message: MessageType, header: Node) -> str:
    return header.get("dagtekening_retour" if message.keeps_header else "bericht_identificatie_dagtekening")


def claim_identificatie(session: Session, eigenaar: str, afzender: str, document: Document, bericht: UUID) -> bool:
    """Note that a sender used an Identificatie for a message; False when another message had it before (TR056)."""
    values = {
        "eigenaar": eigenaar,
        "afzender": afzender,
        "standaard": document.type.standaard,
        "soort": document.type.soort,
        "identificatie": _own_identificatie(document.type, document.header),
        "bericht": bericht,
    }
    claimed = insert(t.identificatie).values(values).on_conflict_do_nothing().returning(t.identificatie.c.bericht)
    return session.execute(claimed).scalar_one_or_none() is not None


def document_of(row: Row[Any], unread: Unread | None = None) -> Document:
    """The tree of a stored message, without the lines that are `unread`."""
    message = message_of(row.standaard, row.soort)
    return decode_trusted(message, xml_of(row, row.eigenaar), unread)


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
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("/".join(parts), 0))))


def get(session: Session, bericht: UUID, *, lock: bool = False) -> Row[Any]:
    """A stored message by its id. Raises Refused (404)."""
    query = select(t.bericht).where(t.bericht.c.id == bericht)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise not_found("Bericht")
    return row


def is_known(session: Session, organisatie: str) -> bool:
    """Whether an organisation has a way to receive messages."""
    query = select(t.organisatie.c.code).where(t.organisatie.c.code == organisatie)
    return session.execute(query).scalar_one_or_none() is not None


def set_status(session: Session, bericht: UUID, status: str) -> None:
    """Move a message to its next status."""
    session.execute(update(t.bericht).where(t.bericht.c.id == bericht).values(status=status))


def looked_up(query: Select[Any]) -> ColumnElement[bool]:
    """EXISTS, looked up row by row through an index: OFFSET 0 keeps Postgres from making it a join.

    A join is as fast only while the statistics know the exchange, and of a new partner they know nothing.
    """
    return exists(query.offset(0))


def holds(table: Any) -> ColumnElement[bool]:
    """The condition that a row stands in a message that was not refused (see tables.GELDIG)."""
    holder = t.bericht.alias()
    return looked_up(select(1).where(holder.c.id == table.c.bericht, holder.c.status.in_(t.GELDIG)))


def current_allocations(*conditions: ColumnElement[bool]) -> Subquery:
    """The allocations as they stand: of each number the version with the latest Toewijzingsdatum and -tijd (IV013).

    `conditions` narrow the rows of toegewezen_product that are looked at; what was deleted (reason 13)
    is included, as its number still exists.
    """
    row = t.toegewezen_product
    numbered = (row.c.eigenaar, row.c.standaard, row.c.tegenpartij, row.c.toewijzing_nummer)
    latest = (row.c.toewijzingsdatum.desc(), row.c.toewijzingstijd.desc(), t.bericht.c.volgorde.desc())
    query: Select[Any] = (
        select(row)
        .join(t.bericht, and_(t.bericht.c.id == row.c.bericht, t.bericht.c.status.in_(t.GELDIG)))
        .where(*conditions)
        .ext(distinct_on(*numbered))
        .order_by(*numbered, *latest)
    )
    return query.subquery("toewijzing")


def vervallen(row: Any) -> ColumnElement[bool]:
    """The condition that an allocation was taken back altogether (OP087: reason 01 or 13 on its first day)."""
    return and_(row.c.reden_wijziging.in_(("01", "13")), row.c.einddatum == row.c.ingangsdatum).is_(True)


LOKAAL = "LOKAAL-"
"""How the codes of what local rules find begin."""


def rejected_line(line: Any, *, local: bool = True) -> ColumnElement[bool]:
    """The condition that a prestatie, or the Client that it stands in, has a finding; of a `local` rule or not."""
    places = (("Prestatie", line.c.volgnummer), ("Client", line.c.ouder))
    return or_(*(_found(line, klasse, volgnummer, local=local) for klasse, volgnummer in places))


def _found(line: Any, klasse: str, volgnummer: Any, *, local: bool) -> ColumnElement[bool]:
    finding = t.bevinding.alias()
    place = (finding.c.bericht == line.c.bericht, finding.c.klasse == klasse, finding.c.volgnummer == volgnummer)
    return looked_up(select(1).where(*place, *([] if local else [~finding.c.code.startswith(LOKAAL)])))


def granted(line: Any, judged: UUID | None = None) -> ColumnElement[bool]:
    """The condition that a prestatie stands in an answered declaratie (or in `judged`) and was not rejected."""
    holder = t.bericht.alias()
    answered = looked_up(select(1).where(holder.c.id == line.c.bericht, holder.c.status == "goedgekeurd"))
    return and_(answered if judged is None else answered | (line.c.bericht == judged), ~rejected_line(line))


def credited(line: Any, judged: UUID | None = None) -> ColumnElement[bool]:
    """The condition that a debit has a granted credit that names it.

    `judged` is a message under judgement: its credits without findings count as granted (OP366).
    """
    credit = t.prestatie.alias()
    return looked_up(
        select(1).where(
            credit.c.eigenaar == line.c.eigenaar,
            credit.c.standaard == line.c.standaard,
            credit.c.tegenpartij == line.c.tegenpartij,
            credit.c.ingediend_bedrag_debet_credit == "C",
            credit.c.product_referentie_vorig_referentie_nummer == line.c.product_referentie_referentie_nummer,
            credit.c.toewijzing_nummer == line.c.toewijzing_nummer,
            granted(credit, judged),
        )
    )


def signed(line: Any) -> ColumnElement[int]:
    """The amount of a line in eurocents, credits negative."""
    amount: ColumnElement[int] = line.c.ingediend_bedrag_bedrag
    return case((line.c.ingediend_bedrag_debet_credit == "C", -amount), else_=amount)
