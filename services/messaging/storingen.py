"""Jobs that failed: why, and those that were put aside after too many attempts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.db import tables as t
from shared.db.session import Namens, transaction
from shared.errors import not_found
from shared.logs import frames

_PARKED = """
    SELECT job.id, storing.bericht, storing.taak, storing.reden, storing.moment, job.attempts AS pogingen
    FROM storing JOIN procrastinate_jobs job
        ON job.task_name = 'messaging.' || storing.taak AND job.args ->> 'bericht' = storing.bericht::text
        AND job.args ->> 'organisatie' = storing.eigenaar
    WHERE job.status = 'failed' AND storing.eigenaar = :eigenaar {one} ORDER BY job.id
"""


@contextmanager
def noted(namens: Namens, taak: str, berichten: Sequence[str]) -> Iterator[None]:
    """Keep why the work inside fails, in a transaction of its own, and let it fail.

    Of several messages nobody knows which one it was: they are tried one by one after that.
    """
    try:
        yield
    except Exception as error:
        if len(berichten) == 1:
            with transaction(namens) as session:
                _keep(session, namens.organisatie, taak, UUID(berichten[0]), _reason(error))
        raise


def _keep(session: Session, eigenaar: str, taak: str, bericht: UUID, reden: str) -> None:
    values = insert(t.storing).values(eigenaar=eigenaar, bericht=bericht, taak=taak, reden=reden)
    changes = {"reden": values.excluded.reden, "moment": values.excluded.moment}
    session.execute(values.on_conflict_do_update(index_elements=["eigenaar", "bericht", "taak"], set_=changes))


def _reason(error: Exception) -> str:
    """The kind of error and where it arose; never its text, which may quote a row."""
    place = frames(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.name} ({place.filename.rpartition('/')[2]}, regel {place.lineno})"


def parked(session: Session, eigenaar: str) -> list[Row[Any]]:
    """The jobs of an organisation that were put aside."""
    return list(session.execute(text(_PARKED.format(one="")), {"eigenaar": eigenaar}))


def release(session: Session, eigenaar: str, job: int) -> Row[Any]:
    """Put a job back in the queue. Raises Refused (404)."""
    query = text(_PARKED.format(one="AND job.id = :job"))
    row = session.execute(query, {"eigenaar": eigenaar, "job": job}).one_or_none()
    if row is None:
        raise not_found("Storing")
    session.execute(text("SELECT procrastinate_retry_job_v2(:job, now(), NULL, NULL, NULL)"), {"job": job})
    return row
