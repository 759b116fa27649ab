"""The stage of the demo: the parties with their own API clients, what is told, and what must hold."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.clients import Api
from shared.standard.catalogue import messages

SECONDS = 90
"""How long an answer may take; long enough to survive a worker that is killed and comes back."""
T = TypeVar("T")


class StoryBrokenError(Exception):
    """Something that the story promises did not happen."""


def euros(cents: int) -> str:
    """An amount in euros, Dutch: € 1.234,56."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}€ {whole:,}".replace(",", ".") + f",{rest:02}"


@dataclass
class Party:
    """An organisation behind its own keys: it sees its own side only."""

    code: str
    naam: str
    apis: Mapping[str, Api]

    def call(self, method: str, service: str, path: str, status: int = 200, **options: Any) -> Any:
        """One call that must give this status; its JSON. Raises StoryBrokenError."""
        response = self.apis[service].call(method, f"/v1{path}", **options)
        if response.status_code != status:
            raise StoryBrokenError(f"{method} {path}: {response.status_code} in plaats van {status}: {response.text}")
        return response.json()

    def get(self, service: str, path: str) -> Any:
        """GET of a JSON resource."""
        return self.call("GET", service, path)

    def xml(self, bericht: str, part: str = "xml") -> bytes:
        """The XML of a message (`xml`) or of its answer (`antwoord`), once it is there."""
        path = f"/v1/berichten/{bericht}/{part}"
        messaging = self.apis["messaging"]
        return wait(part, lambda: r.content if (r := messaging.call("GET", path)).status_code == 200 else None)

    def answered(self, bericht: str) -> dict[str, Any]:
        """A message that was sent, once the other party has answered it."""
        return wait(f"antwoord op bericht {bericht}", lambda: self._answered(bericht))

    def _answered(self, bericht: str) -> dict[str, Any] | None:
        found: dict[str, Any] = self.get("messaging", f"/berichten/{bericht}")
        return found if found["status"] in ("goedgekeurd", "afgekeurd", "mislukt") else None


def wait(what: str, look: Callable[[], T | None]) -> T:
    """The first thing that `look` finds. Raises StoryBrokenError after a while."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(0.05)
    raise StoryBrokenError(f"na {SECONDS} s nog niet gekomen: {what}")


@dataclass
class Stage:
    """The parties, and what is said and checked on the way."""

    gemeente: Party
    jeugdhulp: Party
    begeleiding: Party
    kill_worker: Callable[[], None] | None = None
    checks: int = 0

    @property
    def parties(self) -> tuple[Party, Party, Party]:
        """All of them."""
        return (self.gemeente, self.jeugdhulp, self.begeleiding)

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        print(f"\n\033[1m{title}\033[0m", flush=True)

    def tell(self, van: Party, naar: Party, bericht: str, text: str) -> None:
        """A message that goes from one to another, in a line."""
        print(f"  {van.naam} → {naar.naam}  {bericht}: {text}", flush=True)

    def note(self, text: str) -> None:
        """Something that happens at one party."""
        print(f"    {text}", flush=True)

    def disturb(self) -> None:
        """Kill the worker, once, when the demo was asked to: the story must go on as if nothing happened."""
        kill, self.kill_worker = self.kill_worker, None
        if kill:
            kill()

    def declare(self, aanbieder: Party, standaard: str, maand: str) -> dict[str, Any]:
        """Have a provider send the declaratie of a month; the declaratie once it is answered."""
        kind = "JW" if standaard == "ijw" else "WMO"
        body = {"standaard": standaard, "gemeente": self.gemeente.code, "maand": maand}
        made = aanbieder.call("POST", "billing", "/declaraties", 202, json=body)
        text = f"{made['regels']} regel(s), {euros(made['ingediend_bedrag'])} over {maand}"
        self.tell(aanbieder, self.gemeente, f"{kind}323", text)
        self.disturb()
        aanbieder.answered(made["bericht"])
        listed = aanbieder.get("billing", "/declaraties")["declaraties"]
        found: dict[str, Any] = next(item for item in listed if item["bericht"] == made["bericht"])
        self.tell(self.gemeente, aanbieder, f"{kind}325", f"toegekend {euros(found['toegekend_bedrag'])}")
        return found

    def expect(self, what: str, got: Any, wanted: Any) -> None:
        """What must hold, shown when it does. Raises StoryBrokenError."""
        if got != wanted:
            raise StoryBrokenError(f"{what}: {got!r} in plaats van {wanted!r}")
        self.checks += 1
        print(f"    \033[32m✓\033[0m {what}", flush=True)

    def accepted(self, van: Party, naar: Party, bericht: str, kind: str, text: str) -> None:
        """Tell of a message and wait until the other party has accepted it."""
        self.tell(van, naar, kind, text)
        found = van.answered(bericht)
        answer = messages()[kind].antwoord
        self.expect(
            f"{answer}: {found['status']}, {len(found['bevindingen'])} bevindingen", found["status"], "goedgekeurd"
        )
