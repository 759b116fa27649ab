"""`python -m tests.rules.judge --lines 200000 --seed 1`: the second opinion against the SQL.

Prints the seed, and of each rule how often it was broken and kept; PASS when both agree on every line and every rule
was broken and kept at least once, FAIL (exit code 1) otherwise.
"""

import argparse
import os
import sys

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db.session import owner_engine
from shared.db.start import database
from tests.conftest import empty_schema
from tests.rules.judge.compare import Tally, run
from tests.rules.judge.verdict import CODES

SCHEMA = "zorgketen_judge"


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare the SQL of the 323 with an independent judge.")
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with database(migrated=False) as url:
        schema = f"{SCHEMA}_{os.getpid()}"
        empty_schema(url, schema)
        os.environ["ZORGKETEN_DB_SCHEMA"] = schema
        try:
            with Session(owner_engine()) as session:
                tally = run(session, given.seed, given.lines, session.commit)
        finally:
            with owner_engine().begin() as connection:
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    return report(tally, given.seed)


def report(tally: Tally, seed: int) -> int:
    """Print what was found; the exit code."""
    print(f"seed {seed}: {tally.lines} lines, {tally.granted} without a finding")
    for code in sorted(CODES):
        print(f"{code}  broken {tally.hits[code]:>7}  kept {tally.passes[code]:>7}")
    print(*tally.differences, sep="\n")
    if tally.unseen:
        print("never broken or never kept:", *tally.unseen)
    failed = bool(tally.differences or tally.unseen)
    print("FAIL" if failed else "PASS")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
