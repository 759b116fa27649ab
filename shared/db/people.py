"""Persons in the ledger: in all rows a pseudonym stands for a BSN, in one place the BSN itself, sealed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import distinct, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import vault
from shared.db import tables as t
from shared.standard.document import Document
from shared.standard.node import leaves_of


def pseudonyms(eigenaar: str, document: Document) -> dict[str, str]:
    """The BSNs in a message, each with what stands for it in the rows of an organisation."""
    named = [nodes for nodes in document.by_class().values() if "bsn" in nodes[0].type.fields]
    found = {bsn for nodes in named for (bsn,) in leaves_of(nodes, "bsn") if bsn is not None}
    return vault.pseudonyms(eigenaar, sorted(found))


def keep_people(session: Session, eigenaar: str, known: Iterable[tuple[str, str]]) -> None:
    """Keep BSNs, sealed, by their pseudonyms; those that are there stay as they are."""
    wanted = {name: bsn for bsn, name in known}
    unknown = session.scalars(_UNKNOWN, {"eigenaar": eigenaar, "namen": " ".join(wanted)}) if wanted else ()
    rows = [
        {"eigenaar": eigenaar, "bsn": name, "verzegeld": vault.seal(wanted[name].encode(), eigenaar, "persoon")}
        for name in unknown
    ]
    if rows:
        session.execute(insert(t.persoon).on_conflict_do_nothing(), rows)


_UNKNOWN = text("""SELECT naam FROM unnest(string_to_array(:namen, ' ')) naam
    WHERE NOT EXISTS (SELECT FROM persoon WHERE eigenaar = :eigenaar AND bsn = naam)""")


def bsn_of(session: Session, eigenaar: str, pseudoniem: str) -> str:
    """The BSN that a pseudonym stands for."""
    query = select(t.persoon.c.verzegeld).where(t.persoon.c.eigenaar == eigenaar, t.persoon.c.bsn == pseudoniem)
    return vault.unseal(session.execute(query).scalar_one(), eigenaar, "persoon").decode()


def shown(verzegeld: bytes, eigenaar: str, *, whole: bool) -> str:
    """A sealed BSN as somebody may see it: whole, or its last three digits."""
    bsn = vault.unseal(verzegeld, eigenaar, "persoon").decode()
    return bsn if whole else "*" * (len(bsn) - 3) + bsn[-3:]


def people_of(session: Session, berichten: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The pseudonyms of the clients in the rows of messages."""
    row, names = t.client.c, func.string_agg(distinct(t.client.c.bsn), " ")
    query = select(row.bericht, names).where(row.bericht == func.any(list(berichten)), row.bsn.is_not(None))
    return {bericht: found.split(" ") for bericht, found in session.execute(query.group_by(row.bericht))}
