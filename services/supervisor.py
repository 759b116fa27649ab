"""The processes of an installation: three services and a worker, started, watched and stopped together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx

from shared.config import SERVICES, settings

PROCESSES = (*SERVICES, "worker")
PARENT = "ZORGKETEN_SUPERVISOR"
"""Tells a process the pid of its supervisor."""
GRACE = 35.0
"""Seconds that a process gets to finish what it is doing before it is killed."""


@dataclass
class Installation:
    """Running processes by name; `stop` ends them all."""

    environment: Mapping[str, str]
    say: Callable[[str], None]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopping: bool = False

    def start(self, name: str) -> None:
        """Start one process in a group of its own, so that a Ctrl-C reaches us first."""
        command = [sys.executable, "-m", "services", "serve", name]
        environment = {**os.environ, **self.environment, PARENT: str(os.getpid())}
        self.running[name] = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603

    def watch(self) -> None:
        """Start again what has died."""
        for name, process in list(self.running.items()):
            if process.poll() is not None and not self.stopping:
                self.say(f"{name} is gestopt (code {process.returncode}) en wordt opnieuw gestart")
                self.start(name)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Watch from a thread of its own while the block runs."""
        done = threading.Event()

        def guard() -> None:
            while not done.wait(0.5):
                self.watch()

        thread = threading.Thread(target=guard, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def stop(self) -> None:
        """Ask every process to finish, and kill what does not within the grace."""
        self.stopping = True
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def installation(
    names: Sequence[str], environment: Mapping[str, str], say: Callable[[str], None]
) -> Iterator[Installation]:
    """Run processes until the block ends. Raises TimeoutError when a service does not become ready."""
    group = Installation(environment, say)
    try:
        for name in names:
            group.start(name)
        for name in names:
            if name in SERVICES:
                _await_ready(group, environment[f"ZORGKETEN_{name.upper()}_URL"], name)
        yield group
    finally:
        group.stop()


def _await_ready(group: Installation, url: str, name: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if group.running[name].poll() is not None:
            raise TimeoutError(f"{name} kon niet starten; zie de melding hierboven.")
        try:
            if httpx.get(f"{url}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{name} op {url} is na {seconds:.0f} s niet klaar.")


def addresses() -> dict[str, str]:
    """The environment with the address of each service, as the settings have it."""
    chosen = settings()
    return {f"ZORGKETEN_{name.upper()}_URL": getattr(chosen, f"{name}_url") for name in SERVICES}


def end_on_sigterm() -> None:
    """Have SIGTERM unwind like Ctrl-C does, so that everything that was started is stopped."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)


def follow_supervisor() -> None:
    """End this process when its supervisor is gone, however that ended."""
    parent = int(os.environ.get(PARENT, "0"))

    def follow() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    if parent:
        threading.Thread(target=follow, daemon=True).start()


def until_interrupted(group: Installation) -> None:
    """Watch over the processes until SIGINT or SIGTERM."""
    with group.guarded(), suppress(KeyboardInterrupt):
        signal.pause()
