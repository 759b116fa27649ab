"""The database that a process works on: the one of DATABASE_URL, or our own Postgres below `home`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from shared.config import settings
from shared.db import postgres
from shared.db.migrate import migrate
from shared.db.session import current_engine
from shared.db.settings import check


@contextmanager
def database(*, migrated: bool = True) -> Iterator[str]:
    """The URL of the database, for as long as the block lasts; also in DATABASE_URL, for child processes.

    Raises PostgresUnavailable when our own server cannot run here.
    """
    chosen = settings()
    if chosen.database_url:
        if migrated:
            migrate(chosen.database_url, chosen.db_schema)
            check(current_engine())
        yield chosen.database_url
        return
    with postgres.start(chosen.home) as lease:
        os.environ["DATABASE_URL"] = lease.url
        try:
            if migrated:
                migrate(lease.url, chosen.db_schema)
                check(current_engine())
            yield lease.url
        finally:
            os.environ.pop("DATABASE_URL", None)
