"""Errors that a user can act on: one shape for the API, the worker and the command line."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where.

    `code` is a rule code, an XSD error name or a name of our own; `pad` an XPath, a JSON path or
    empty; `melding` is Dutch, says what is wrong and what to do next, and never repeats the input.
    """

    code: str
    pad: str
    melding: str
    regel: int | None = None


@dataclass(eq=False)
class Refused(Exception):
    """Input that is refused as a whole: nothing was changed.

    `status` is the HTTP status that the web layer answers with (RFC 9457), `titel` the Dutch title,
    `faults` everything that was found, at once.
    """

    status: int
    titel: str
    faults: list[Fault] = field(default_factory=list)
    detail: str = ""

    def __str__(self) -> str:
        places = "; ".join(f"{fault.code} {fault.pad}: {fault.melding}" for fault in self.faults)
        return ": ".join(part for part in (self.titel, self.detail, places) if part)


def not_found(what: str) -> Refused:
    """The same answer for an object of somebody else and one that does not exist."""
    return Refused(404, f"{what} niet gevonden", detail="Controleer het kenmerk in het adres.")
