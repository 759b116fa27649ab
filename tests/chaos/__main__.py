"""`python -m tests.chaos run|sabotage`: see `--help`."""

import argparse
import secrets
import sys

from services.supervisor import end_on_sigterm


def main() -> int:
    """Run a command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="dood processen onder last en kijk of alles klopt")
    run.add_argument("--duration", type=float, default=600, help="seconden")
    run.add_argument("--seed", type=int, help="dezelfde seed geeft hetzelfde plan")
    run.add_argument("--kills", type=int, help="hoe vaak er ten minste gedood moet zijn")
    run.add_argument("--messages", type=int, help="hoeveel berichten er ten minste bevestigd moeten zijn")
    run.add_argument("--punten", default="", help="dood alleen op deze punten, met komma's ertussen")
    run.add_argument("--fout", help="elk verhaal heeft deze fout")
    run.add_argument("--eerste", action="store_true", help="stop bij de eerste schending")
    sabotage = commands.add_parser("sabotage", help="plant twaalf fouten en laat zien wat ze vindt")
    sabotage.add_argument("--alleen", default="", help="alleen de fouten met dit in hun naam")
    options = parser.parse_args()
    end_on_sigterm()
    if options.command == "sabotage":
        from tests.chaos import sabotage as planted

        return planted.run(options.alleen)
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    from tests.chaos import run

    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    kills = int(options.duration / 10) if options.kills is None else options.kills
    messages = int(options.duration * 5) if options.messages is None else options.messages
    punten = tuple(filter(None, options.punten.split(",")))
    return run.run(run.Plan(options.duration, seed, kills, messages, punten, options.fout, options.eerste))


if __name__ == "__main__":
    sys.exit(main())
