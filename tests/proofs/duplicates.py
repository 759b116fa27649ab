"""`make duplicates`: what is delivered many times at once is processed once and answered once.

Over real HTTP and through a real worker: (1) the same Idempotency-Key and bytes, (2) a new key for an Identificatie
that was used, with the same content or another, (3) an Identificatie that another sender or kind of message used.
"""

import argparse
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import httpx

from services.organisations import DEMO
from shared.db.session import conninfo
from shared.standard.codec import encode
from shared.standard.identifiers import is_valid_bsn
from tests.builders import message
from tests.proofs.installed import installed, own_home, rows

GEMEENTE, JEUGDHULP, BEGELEIDING = DEMO
Answer = tuple[int, str]
Counts = dict[str, tuple[object, object]]
"""What was counted and what it had to be, by what it is."""


@dataclass(frozen=True)
class World:
    """Where messaging answers, the keys of the organisations, a look into the database, and a wait for the worker."""

    url: str
    keys: Mapping[str, str]
    ask: Callable[[str], Sequence[Sequence[Any]]]
    settle: Callable[[], None]

    def at_once(self, times: int, code: str, delivery: Callable[[int], tuple[bytes, str]]) -> list[Answer]:
        """Deliver so many times, all at the same moment; the status and the id that each got."""
        ready = Barrier(times)

        def one(number: int) -> Answer:
            data, key = delivery(number)
            own = {"Authorization": f"Bearer {self.keys[code]}", "Content-Type": "application/xml"}
            ready.wait()
            headers = {**own, "Idempotency-Key": key}
            answer = client.post(f"{self.url}/v1/berichten", content=data, headers=headers)
            return answer.status_code, answer.json().get("id", "")

        many = httpx.Limits(max_connections=times)
        with httpx.Client(timeout=120, limits=many) as client, ThreadPoolExecutor(times) as pool:
            return list(pool.map(one, range(times)))

    def count(self, table: str, condition: str) -> int:
        """How many rows there are."""
        return int(self.ask(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0])


def bsns(choice: random.Random) -> Iterator[str]:
    """Different BSNs of nobody: 9999….."""
    for number in choice.sample(range(100_000), 100_000):
        if is_valid_bsn(bsn := f"9999{number:05}"):
            yield bsn


def messages(choice: random.Random, letter: str, count: int) -> Iterator[tuple[str, dict[str, object]]]:
    """The Identificatie of each message, and what makes it differ from the example of a JW301."""
    for number, bsn in zip(range(1, count + 1), bsns(choice), strict=False):
        yield (
            f"{letter}{number:05}",
            {
                "Header[1].bericht_identificatie_identificatie": f"{letter}{number:05}",
                "Client[1].bsn": bsn,
                "ToegewezenProduct[1].toewijzing_nummer": f"{ord(letter)}{2 * number:05}",
                "ToegewezenProduct[2].toewijzing_nummer": f"{ord(letter)}{2 * number + 1:05}",
                "ToegewezenProduct[1].referentie_aanbieder": "",
            },
        )


def same(world: World, choice: random.Random, count: int, times: int) -> Counts:
    """The same key and bytes, sent by the municipality: one message each, processed and answered once."""
    answers, told = Counter[int](), 0
    for identificatie, changes in messages(choice, "A", count):
        data = encode(message("JW301", changes))
        got = world.at_once(times, GEMEENTE, lambda _, data=data, key=identificatie: (data, f"sleutel {key}"))  # type: ignore[misc]
        answers.update(status for status, _ in got)
        told += len({bericht for _, bericht in got}) == 1
    world.settle()
    ours, theirs = f"eigenaar = '{GEMEENTE}' AND soort = '301'", f"eigenaar = '{JEUGDHULP}' AND soort = '301'"
    return {
        "antwoorden 202": (dict(answers), {202: count * times}),
        "berichten met één kenmerk": (told, count),
        "verstuurd en goedgekeurd": (_statuses(world, f"{ours} AND identificatie LIKE 'A%'"), {"goedgekeurd": count}),
        "ontvangen en verwerkt": (_statuses(world, f"{theirs} AND identificatie LIKE 'A%'"), {"goedgekeurd": count}),
        "beantwoord": (_answered(world, f"{theirs} AND identificatie LIKE 'A%'"), {1: count}),
        "toewijzingen bij de aanbieder": (_products(world, "A"), 2 * count),
    }


def again(world: World, choice: random.Random, count: int, times: int) -> Counts:
    """A key of its own for each delivery, half of them with another content: one is processed, the others get 9056."""
    answers, kept = Counter[int](), 0
    for identificatie, changes in messages(choice, "B", count):
        contents = [encode(message("JW301", {**changes, "Client[1].communicatie_taal": t})) for t in ("Deens", "Fins")]
        got = world.at_once(times, JEUGDHULP, lambda n, c=contents, i=identificatie: (c[n % 2], f"{i}/{n}"))  # type: ignore[misc]
        answers.update(status for status, _ in got)
        kept += len({bericht for _, bericht in got})
    world.settle()
    came = f"eigenaar = '{JEUGDHULP}' AND soort = '301' AND identificatie LIKE 'B%'"
    processed = f"SELECT n FROM (SELECT count(*) FILTER (WHERE status = 'goedgekeurd') n FROM bericht WHERE {came}"
    refused = (
        "SELECT count(DISTINCT bericht) FROM bevinding WHERE code = 'TR056' AND retourcode = '9056' AND bericht IN "
    )
    return {
        "antwoorden 202": (dict(answers), {202: count * times}),
        "kenmerken": (kept, count * times),
        "verwerkt per Identificatie": (
            Counter(n for (n,) in world.ask(f"{processed} GROUP BY identificatie) x")),
            {1: count},
        ),
        "afgewezen met 9056": (
            world.ask(f"{refused} (SELECT id FROM bericht WHERE {came})")[0][0],
            count * (times - 1),
        ),
        "beantwoord": (_answered(world, came), {1: count * times}),
        "toewijzingen bij de aanbieder": (_products(world, "B"), 2 * count),
    }


def others(world: World, choice: random.Random, count: int, times: int) -> Counts:
    """The same Identificatie of two senders, in three kinds of messages: none is taken for a repetition."""
    kinds = [(code, kind) for code in (JEUGDHULP, BEGELEIDING) for kind in ("JW305", "JW307", "WMO305")]
    answers, ids = Counter[int](), set()
    for identificatie, changes in messages(choice, "C", count):
        for code, kind in kinds:
            header = {"Header[1].bericht_identificatie_identificatie": identificatie, "Header[1].afzender": code}
            data = encode(message(kind, {**header, "Client[1].bsn": changes["Client[1].bsn"]}))
            key = f"{identificatie}/{kind}"
            got = world.at_once(times, GEMEENTE, lambda _, data=data, key=f"{key}/{code}": (data, key))  # type: ignore[misc]
            answers.update(status for status, _ in got)
            ids |= {bericht for _, bericht in got}
    world.settle()
    came = f"SELECT id FROM bericht WHERE eigenaar = '{GEMEENTE}' AND richting = 'inkomend' AND identificatie LIKE 'C%'"
    wanted = count * len(kinds)
    return {
        "antwoorden 202": (dict(answers), {202: wanted * times}),
        "kenmerken": (len(ids), wanted),
        "ontvangen": (len(world.ask(came)), wanted),
        "herhaling genoemd": (world.count("bevinding", f"code = 'TR056' AND bericht IN ({came})"), 0),
        "beantwoord": (_answered(world, f"id IN ({came})"), {1: wanted}),
    }


def _statuses(world: World, condition: str) -> dict[str, int]:
    return {row[0]: row[1] for row in world.ask(f"SELECT status, count(*) FROM bericht WHERE {condition} GROUP BY 1")}


def _answered(world: World, condition: str) -> dict[int, int]:
    """How many messages have how many answers that arrived."""
    answers = "SELECT antwoord_op, count(*) n FROM bericht WHERE status = 'afgeleverd' GROUP BY 1"
    asked = f"SELECT id FROM bericht WHERE {condition}"
    found = world.ask(f"SELECT coalesce(n, 0) FROM ({asked}) a LEFT JOIN ({answers}) b ON a.id = b.antwoord_op")
    return dict(Counter(int(row[0]) for row in found))


def _products(world: World, letter: str) -> int:
    numbers = f"toewijzing_nummer::text LIKE '{ord(letter)}%'"
    held = f"SELECT id FROM bericht WHERE eigenaar = '{JEUGDHULP}' AND status = 'goedgekeurd'"
    return world.count("toegewezen_product", f"eigenaar = '{JEUGDHULP}' AND {numbers} AND bericht IN ({held})")


def shown(title: str, counts: Counts) -> bool:
    """Print what was counted; whether all of it is what it had to be."""
    print(title)
    for name, (got, wanted) in counts.items():
        print(f"  {'goed' if got == wanted else 'FOUT'}  {name}: {got}" + ("" if got == wanted else f", niet {wanted}"))
    sys.stdout.flush()
    return all(got == wanted for got, wanted in counts.values())


@contextmanager
def _installation() -> Iterator[World]:
    with own_home() as home, installed(home) as made:
        database = conninfo(made.database, "zorgketen")

        def ask(sql: str) -> Sequence[Sequence[Any]]:
            return rows(database, sql)

        def settle() -> None:
            waiting = "status IN ('todo', 'doing') AND task_name LIKE 'messaging%'"
            while ask(f"SELECT 1 FROM procrastinate_jobs WHERE {waiting} LIMIT 1"):
                time.sleep(0.5)

        yield World(made.urls["messaging"], made.keys, ask, settle)


def main() -> int:
    """Prove it; 0 when it held."""
    parser = argparse.ArgumentParser(description="Wat vaker wordt aangeleverd, wordt één keer verwerkt.")
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--variants", type=int, default=20, help="Identificaties van elke variant")
    parser.add_argument("--times", type=int, default=50, help="aanleveringen tegelijk")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    options = parser.parse_args()
    choice, times = random.Random(options.seed), options.times
    print(f"seed {options.seed}, {options.messages} berichten × {times} aanleveringen tegelijk", flush=True)
    with _installation() as world:
        held = [
            shown("Dezelfde sleutel en bytes", same(world, choice, options.messages, times)),
            shown("Een gebruikte Identificatie met een nieuwe sleutel", again(world, choice, options.variants, times)),
            shown("Een andere afzender of berichtsoort", others(world, choice, options.variants, 2)),
        ]
    print("PASS" if all(held) else "FAIL")
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
