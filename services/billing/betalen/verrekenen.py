"""Netting: what is open with one provider, and what of it can be paid now. Plain arithmetic in eurocents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Post:
    """Something to be paid once: a granted line, or an instalment; credits and what is taken back negative."""

    soort: str
    bedrag: int
    standaard: str | None = None
    declaratie: UUID | None = None
    prestatie: int | None = None
    declaratie_nummer: str | None = None
    referentie: str | None = None
    taakbekostiging: str | None = None
    termijn: int | None = None

    @property
    def is_line(self) -> bool:
        """A granted line; anything else comes from an instalment plan."""
        return self.soort == "prestatie"


@dataclass(frozen=True, slots=True)
class Voorschot:
    """What of an advance that was paid is not taken back yet, more than 0."""

    taakbekostiging: str
    termijn: int
    rest: int


@dataclass(frozen=True, slots=True)
class Afrekening:
    """What would be paid to a provider: its lines, what is taken back of advances, and the net amount."""

    posten: Sequence[Post]
    verrekeningen: Sequence[Post]

    @property
    def regels(self) -> int:
        """The sum of granted lines."""
        return sum(post.bedrag for post in self.posten if post.is_line)

    @property
    def termijnen(self) -> int:
        """The sum of instalments and new advances."""
        return sum(post.bedrag for post in self.posten if not post.is_line)

    @property
    def verrekend(self) -> int:
        """What is taken back of earlier advances, 0 or more."""
        return -sum(post.bedrag for post in self.verrekeningen)

    @property
    def bedrag(self) -> int:
        """What goes to the bank; negative when the provider owes more than it gets."""
        return self.regels + self.termijnen - self.verrekend

    @property
    def can_be_settled(self) -> bool:
        """Whether it is settled now: the provider owes nothing, though perhaps nothing goes to the bank either."""
        return self.bedrag >= 0


def settle(posten: Sequence[Post], voorschotten: Sequence[Voorschot]) -> Afrekening:
    """Net what is open with a provider: advances are taken back from granted lines, never more than these come to.

    >>> lines = [Post("prestatie", 100), Post("prestatie", -30)]
    >>> settle(lines, [Voorschot("T1", 1, 50)]).bedrag
    20
    >>> settle(lines, [Voorschot("T1", 1, 90)]).verrekend
    70
    >>> settle([Post("prestatie", -30)], []).can_be_settled
    False
    """
    limit = max(0, sum(post.bedrag for post in posten if post.is_line))
    return Afrekening(tuple(posten), tuple(_taken_back(limit, voorschotten)))


def _taken_back(limit: int, voorschotten: Sequence[Voorschot]) -> Iterator[Post]:
    for each in voorschotten:
        part = min(limit, each.rest)
        if part > 0:
            limit -= part
            yield Post("verrekening", -part, taakbekostiging=each.taakbekostiging, termijn=each.termijn)


def values(post: Post) -> dict[str, Any]:
    """The columns of betaalregel that a post fills."""
    return {name: getattr(post, name) for name in Post.__slots__}
