"""`zorgketen audit verify`: walk the processing log of organisations and prove that nothing in it was changed."""

from services.organisations import codes
from shared.db import audit
from shared.db.session import Namens, transaction
from shared.db.start import database

OK, BROKEN = 0, 1


def verify(organisatie: str | None) -> int:
    """Check the log of one organisation, or of all; print a line for each."""
    with database():
        wrong = [code for code in codes() if organisatie in (None, code) and not _holds(code)]
    return BROKEN if wrong else OK


def _holds(code: str) -> bool:
    with transaction(Namens(code, "audit verify")) as session:
        chain = audit.verify(session, code)
    outcome = "klopt" if chain.fout is None else f"is veranderd vanaf regel {chain.fout}"
    print(f"{code:8} {chain.regels} regels, {outcome}; laatste hash {chain.hash.hex()[:16]}")
    return chain.fout is None
