"""`make bench`: run every benchmark, print a JSON line each, fail when a ratio is above its limit."""

import sys

from tests.bench import invoice, level12


def main() -> int:
    """Run them all; 1 when a limit is passed."""
    failed = False
    for benchmark in (level12, invoice):
        for result in benchmark.run():
            print(result.line(), flush=True)
            failed = failed or result.ratio > result.limit
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
