"""Background work: jobs are rows of the same Postgres, deferred in the transaction of their cause.

The job table is the outbox. A worker that is killed leaves its jobs `doing`; every other worker, or the
same one once it is back, takes them up again when its heartbeat is old, so every task is idempotent.
"""

import logging
import time
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DEFAULT_QUEUE, Job
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from shared.config import settings
from shared.db.session import SERVICE, conninfo, current_engine

app = App(connector=SyncPsycopgConnector())  # the tasks; a worker gives it a connector that runs them
_outbox = App(connector=SyncPsycopgConnector())  # never opened: jobs are deferred on the caller's connection
RETRY = RetryStrategy(max_attempts=12, exponential_wait=2)
"""A task that fails is tried again after 2, 4, 8, … seconds, twelve times in two hours; then it is parked as failed."""


def defer(session: Session, task: str, *, lock: str, at: datetime | None = None, **arguments: str) -> None:
    """Defer a task in this transaction: it runs, not before `at`, if and only if the transaction is committed.

    Jobs of a task with the same lock run one at a time, in the order in which they were deferred. Arguments are
    identifiers of rows, never content.
    """
    connection = session.connection().connection.driver_connection
    task_of = _outbox.configure_task(task, lock=f"{task}/{lock}", connection=connection, schedule_at=at)
    task_of.defer(**arguments)


ALLEEN = "alleen"
"""The queue of what takes nothing along: it may have to wait for somebody elsewhere."""


def defer_messages(
    session: Session, task: str, organisatie: str, locks: Mapping[UUID, str], alone: Container[UUID] = ()
) -> None:
    """As `defer`, a task on messages of an organisation: by the id of each its lock."""
    jobs = []
    for bericht, lock in locks.items():
        queue = ALLEEN if bericht in alone else DEFAULT_QUEUE
        task_of = _outbox.configure_task(task, lock=f"{task}/{lock}", queue=queue)
        jobs.append(task_of.make_new_job(organisatie=organisatie, bericht=str(bericht)))
    if jobs:
        connection = session.connection().connection.driver_connection
        _outbox.job_manager.batch_defer_jobs(jobs, connection)


Work = Callable[[str, Sequence[str]], None]
"""What a task does for an organisation with some of its messages, in that order."""
TOGETHER = 25
"""With so many messages at most a job is done: of one transaction they share what it costs."""
_log = logging.getLogger(__name__)


def together(name: str) -> Callable[[Work], Work]:
    """A task on a message, which takes along what waits for the same task and organisation: `organisatie`, `bericht`.

    When that fails the others wait again and the one is tried alone, so a message that cannot be done stops no other.
    """

    def register(work: Work) -> Work:
        @app.task(name=name, retry=RETRY, pass_context=True)
        def run(context: JobContext, organisatie: str, bericht: str) -> None:
            if others := _taken(context.job):
                try:
                    work(organisatie, [bericht, *others.values()])
                except Exception:
                    _end(_PUT_BACK, list(others))
                    _log.warning("%s met %d berichten mislukt: alleen verder", name, len(others) + 1)
                else:
                    _end(_DONE, list(others))
                    return
            work(organisatie, [bericht])

        return work

    return register


_FETCH = """
    UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE id IN (
        SELECT id FROM procrastinate_jobs job
        WHERE status = 'todo' AND task_name = :task AND args ->> 'organisatie' = :organisatie
            AND queue_name = :queue AND (scheduled_at IS NULL OR scheduled_at <= now())
            AND NOT EXISTS (SELECT FROM procrastinate_jobs other WHERE other.lock = job.lock
                AND (other.status = 'doing' OR other.status = 'todo' AND other.id < job.id))
        ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
    ) RETURNING id, args ->> 'bericht'
"""
"""As procrastinate_fetch_job: of each lock the first that waits, and only when none is at work."""
_PUT_BACK = "UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE id = ANY (:ids) AND status = 'doing'"
_DONE = "DELETE FROM procrastinate_jobs WHERE id = ANY (:ids) AND status = 'doing'"


def _taken(job: Job) -> dict[int, str]:
    """Other jobs that this worker does now, in their order, and the message of each; if it dies they are retried."""
    key, now = (job.task_name, str(job.task_kwargs["organisatie"])), time.monotonic()
    if job.queue == ALLEEN or _quiet.get(key, 0.0) > now:
        return {}
    if found := _fetched(job):
        return found
    _quiet[key] = now + QUIET
    return {}


QUIET = 0.25
"""Seconds in which nobody looks again where nothing waited: looking costs more than it gives while little comes in."""
_quiet: dict[tuple[str, str], float] = {}


def _fetched(job: Job) -> dict[int, str]:
    wanted = {"worker": job.worker_id, "task": job.task_name, "queue": job.queue, "most": TOGETHER - 1}
    with suppress(IntegrityError), current_engine().begin() as connection:  # another worker took one of the same lock
        found = connection.execute(text(_FETCH), wanted | {"organisatie": job.task_kwargs["organisatie"]})
        return dict(sorted((key, bericht) for key, bericht in found))
    return {}


def _end(statement: str, ids: list[int]) -> None:
    """Let go of jobs that were taken along; once more when the connection was lost, as nobody else frees them."""
    for again in (True, False):
        try:
            with current_engine().begin() as connection:
                connection.execute(text(statement), {"ids": ids})
        except OperationalError:
            if not again:
                raise
        else:
            return


@app.periodic(cron="* * * * * */5")  # the sixth field is the seconds
@app.task(name="jobs.retry_stalled", pass_context=True, queueing_lock="jobs.retry_stalled")
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Take up again what a worker left behind when it was killed."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=settings().stalled_seconds):
        with suppress(ConnectorException):  # another worker was first, or Postgres is away: there is a next time
            await manager.retry_job(job)


def run_worker(concurrency: int = 4, *, wait: bool = True) -> None:
    """Run the jobs until SIGTERM or SIGINT, finishing those that have started; without `wait`, until none is left."""
    chosen = settings()
    address = conninfo(chosen.database_url, chosen.db_schema, *SERVICE)
    with app.replace_connector(PsycopgConnector(conninfo=address)) as worker_app:
        worker_app.run_worker(
            concurrency=concurrency,
            fetch_job_polling_interval=0.5,
            update_heartbeat_interval=chosen.stalled_seconds / 5,
            stalled_worker_timeout=chosen.stalled_seconds,
            shutdown_graceful_timeout=30,
            delete_jobs="successful",
            wait=wait,
            install_signal_handlers=wait,
        )
