"""Background work: jobs are rows of the same Postgres, deferred in the transaction of their cause.

The job table is the outbox. A worker that is killed leaves its jobs `doing`; every other worker, or the
same one once it is back, takes them up again when its heartbeat is old, so every task is idempotent.
"""

from contextlib import suppress
from datetime import datetime

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from sqlalchemy.orm import Session

from shared.config import settings
from shared.db.session import SERVICE, conninfo

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
