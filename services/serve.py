"""`zorgketen serve`: one process, or all of them under a supervisor."""

import gc
import importlib
from collections.abc import Callable

from services import organisations, supervisor
from shared import logs
from shared.calendar import system_clock
from shared.config import SERVICES, settings
from shared.db.session import owner
from shared.db.start import database
from shared.jobs import run_worker
from shared.server import server


def one(name: str) -> int:
    """Run a service or the worker in this process until SIGTERM or SIGINT."""
    logs.configure()
    supervisor.follow_supervisor()
    with database():
        run = _worker() if name == "worker" else _service(name)
        gc.collect()
        gc.freeze()  # what was imported is no garbage; looking at it takes as long as reading ten thousand lines
        run()
    return 0


def _worker() -> Callable[[], None]:
    for service in ("messaging", "allocation"):
        importlib.import_module(f"services.{service}.tasks")
    return run_worker


def _service(name: str) -> Callable[[], None]:
    app = importlib.import_module(f"services.{name}.app").app
    port = int(getattr(settings(), f"{name}_url").rpartition(":")[2])
    return server(app, host=settings().host, port=port).run


def everything(*, demo: bool) -> int:
    """Run the services and the worker together until SIGTERM or SIGINT."""
    supervisor.end_on_sigterm()
    with database(), supervisor.installation(supervisor.PROCESSES, supervisor.addresses(), print) as group:
        for name in SERVICES:
            print(f"{name:11} {getattr(settings(), f'{name}_url')}/v1/docs", flush=True)
        if demo:
            _show_demo()
        print("Stoppen met Ctrl-C.", flush=True)
        supervisor.until_interrupted(group)
    return 0


def _show_demo() -> None:
    with owner() as session:
        keys = organisations.register_demo(session, system_clock())
    print("\nDemo-organisaties; stuur de sleutel mee als 'Authorization: Bearer …':")
    for code, key in keys.items():
        print(f"  {code:8} {organisations.DEMO[code]:24} {key}")
    print(flush=True)
