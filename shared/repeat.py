"""Requests that are safe to repeat: the same Idempotency-Key gives the first answer again, and no second effect."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Header
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import vault
from shared.contracts import Model
from shared.db import tables as t
from shared.errors import Refused

M = TypeVar("M", bound=Model)
Sleutel = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        description="Herhaal een verzoek veilig met dezelfde sleutel: u krijgt het eerste antwoord opnieuw",
    ),
]


def once(session: Session, sleutel: str | None, asked: tuple[str, Model], make: Callable[[], M], answer: type[M]) -> M:
    """What `make` gives, or the answer of the first time: `asked` is the address and the body of the request.

    The key holds if and only if this transaction is committed; a request at the same time waits for it. Raises
    Refused (409) when the key was used for something else, and whatever `make` raises, which uses up no key.
    """
    if sleutel is None:
        return make()
    eigenaar: str = session.info["organisatie"]
    sleutel = vault.mark(eigenaar, "herhaling", sleutel).hex()  # a caller may have put a BSN in it
    verzoek = vault.mark(eigenaar, "verzoek", asked[0], asked[1].model_dump_json())
    claim = insert(t.herhaling).values(eigenaar=eigenaar, sleutel=sleutel, verzoek=verzoek)
    claimed = claim.on_conflict_do_nothing().returning(t.herhaling.c.sleutel)
    own = (t.herhaling.c.eigenaar == eigenaar, t.herhaling.c.sleutel == sleutel)
    if session.execute(claimed).scalar_one_or_none() is not None:
        made = make()
        sealed = vault.seal(made.model_dump_json().encode(), eigenaar, "herhaling")
        session.execute(update(t.herhaling).where(*own).values(antwoord=sealed))
        return made
    first = session.execute(select(t.herhaling.c.verzoek, t.herhaling.c.antwoord).where(*own)).one()
    if first.verzoek != verzoek:
        detail = "Gebruik voor een ander verzoek een nieuwe Idempotency-Key."
        raise Refused(409, "Deze sleutel is al voor een ander verzoek gebruikt", detail=detail)
    return answer.model_validate_json(vault.unseal(first.antwoord, eigenaar, "herhaling"))
