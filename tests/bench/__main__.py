"""`make bench`: run every benchmark, print a JSON line each, fail when a ratio is above its limit."""

import argparse
import sys
from collections.abc import Iterator

from tests.bench import allocation, invoice, invoice_large, level12
from tests.bench.frame import Result


def main() -> int:
    """Run them all; 1 when a limit is passed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--lines", type=int, default=invoice_large.LINES, help="earlier lines below the large one")
    failed = False
    for result in _results(parser.parse_args().lines):
        print(result.line(), flush=True)
        failed = failed or result.ratio > result.limit
    return int(failed)


def _results(lines: int) -> Iterator[Result]:
    yield from level12.run()
    yield from invoice.run()
    yield from allocation.run()
    yield from invoice_large.run(lines)


if __name__ == "__main__":
    sys.exit(main())
