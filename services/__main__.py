"""The `zorgketen` command: `zorgketen COMMAND --help` tells what each does."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from shared.config import SERVICES
from shared.errors import Refused
from shared.standard.identifiers import is_valid_agb, is_valid_gemeentecode

OK, FINDINGS, UNUSABLE, INTERRUPTED = 0, 1, 2, 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zorgketen",
        description="Toewijzen, berichten uitwisselen en declareren volgens iWmo en iJw 3.2.",
        epilog="Instellingen komen uit de omgeving: DATABASE_URL en ZORGKETEN_…; zie README.md.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMANDO")
    serve = commands.add_parser("serve", help="start de diensten en de worker, of één ervan", description=_SERVE)
    serve.add_argument("process", nargs="?", choices=[*SERVICES, "worker"], help="alleen dit proces")
    serve.add_argument("--demo", action="store_true", help="maak de organisaties van de demo en toon hun sleutels")
    demo = commands.add_parser("demo", help="vertel het hele verhaal op echte berichten", description=_DEMO)
    demo.add_argument("--kill-worker", action="store_true", help="dood de worker halverwege met kill -9")
    _add_database(commands)
    validate = commands.add_parser("validate", help="controleer berichten op niveau 1 en 2", description=_VALIDATE)
    validate.add_argument("files", nargs="+", metavar="BESTAND", help="XML-bestand, of - voor standaardinvoer")
    validate.add_argument(
        "--xsd-dir",
        type=Path,
        default=os.environ.get("ZORGKETEN_XSD_DIR") or None,
        metavar="MAP",
        help="map met gepubliceerde XSD's, een submap per release; standaard ZORGKETEN_XSD_DIR",
    )
    validate.add_argument("--json", action="store_true", help="één JSON-regel per bestand")
    rules = commands.add_parser("rules", help="toon elke regel van de standaard en waar hij is gebouwd")
    rules.add_argument("--json", action="store_true", help="één JSON-regel per regel en standaard")
    codes = commands.add_parser("codes", help="zoek op wat een code betekent", description=_CODES)
    codes.add_argument("lijst", nargs="?", metavar="LIJST", help="codelijst, zoals WJ001; zonder: alle lijsten")
    codes.add_argument("code", nargs="?", metavar="CODE", help="code van die lijst; zonder: alle codes")
    codes.add_argument("--json", action="store_true", help="één JSON-regel per lijst of code")
    xsd = commands.add_parser("xsd", help="schrijf de XSD's van alle berichten")
    xsd.add_argument("folder", type=Path, metavar="MAP", help="doelmap; per standaard een submap")
    organisatie = commands.add_parser("organisatie", help="maak een organisatie bekend en geef haar een sleutel")
    organisatie.add_argument("code", type=_organisatiecode, help="gemeentecode (4 cijfers) of AGB-code (8 cijfers)")
    organisatie.add_argument("naam", help="naam")
    organisatie.add_argument(
        "--kanaal", choices=["lokaal", "map", "http"], default="lokaal", help="hoe zij berichten krijgt"
    )
    organisatie.add_argument("--adres", default="", help="map of URL van het kanaal")
    audit = commands.add_parser("audit", help="bewijs dat het logboek van verwerkingen ongewijzigd is")
    audit.add_argument("handeling", choices=["verify"], help="verify: loop elke keten van regels na")
    audit.add_argument("--organisatie", metavar="CODE", help="alleen van deze organisatie")
    sleutels = commands.add_parser("sleutels", help="vernieuw de sleutel die BSN's en berichten verzegelt")
    sleutels.add_argument("handeling", choices=["nieuw", "hersleutel"], help=_SLEUTELS)
    docs = commands.add_parser("docs", help="maak de documentatie uit de catalogus")
    docs.add_argument("folder", type=Path, metavar="MAP", help="doelmap")
    docs.add_argument("--check", action="store_true", help="schrijf niets; faal als er iets zou veranderen")
    return parser


def _add_database(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands on the database as a whole."""
    migrate = commands.add_parser("migrate", help="breng de database op het schema van deze versie")
    migrate.add_argument("--to", default="head", metavar="REVISIE", help="head (standaard), base of een revisie")
    backup = commands.add_parser(
        "backup", help="schrijf een versleutelde back-up en lees die terug", description=_BACKUP
    )
    backup.add_argument("file", type=Path, metavar="BESTAND", help="nieuw bestand")
    restore = commands.add_parser("restore", help="zet een back-up terug in een lege database", description=_RESTORE)
    restore.add_argument("file", type=Path, metavar="BESTAND", help="bestand van 'zorgketen backup'")


def _organisatiecode(value: str) -> str:
    if not (is_valid_gemeentecode(value) or is_valid_agb(value)):
        raise argparse.ArgumentTypeError("dit is geen gemeentecode (4 cijfers) en geen AGB-code (8 cijfers)")
    return value


_SERVE = """Start allocation, billing, messaging en de worker samen en houdt ze in de lucht tot Ctrl-C; met een
naam alleen dat proces. Zonder DATABASE_URL start ook een eigen Postgres onder ZORGKETEN_HOME."""
_DEMO = """Een gemeente en twee aanbieders wisselen echte berichten uit, van toewijzing tot betaalvoorstel, in een
eigen, leeg schema. Eindcode 0 als elke verwachting uitkwam."""
_BACKUP = """Eén moment van de hele database, versleuteld met ZORGKETEN_BACKUP_SLEUTEL of anders met het bestand
backup-sleutel onder ZORGKETEN_HOME. Zonder die sleutel is de back-up waardeloos: bewaar hem ergens anders."""
_RESTORE = """Controleert eerst het hele bestand en zet het dan terug in één transactie, die alleen slaagt als elke
tabel dezelfde rijen heeft als bij de back-up. Weigert een database die niet leeg is."""
_VALIDATE = """Niveau 1 (XSD) en, als dat klopt, niveau 2 (regels binnen het bericht). Zonder database en zonder
server. Eindcode 0: alles geldig; 1: bevindingen; 2: een bestand is niet te lezen."""
_CODES = """Codes van de standaard en de foutcodes van VECOZO en het GGk: wat zij betekenen en, bij een retour- of
foutcode, wat u nu doet. Zonder database en zonder server. Eindcode 2 als de lijst of de code niet bestaat."""


_SLEUTELS = """nieuw: maak een versie en verzegel alles daarmee; hersleutel: alleen dat laatste, als u de sleutel zelf
heeft toegevoegd of het werk was afgebroken"""


def _serve(options: argparse.Namespace) -> int:
    from services import serve

    return serve.one(options.process) if options.process else serve.everything(demo=options.demo)


def _demo(options: argparse.Namespace) -> int:
    from services.demo.run import run

    return run(kill_worker=options.kill_worker)


def _migrate(options: argparse.Namespace) -> int:
    from shared.config import settings
    from shared.db.migrate import migrate
    from shared.db.start import database

    with database(migrated=False) as url:
        migrate(url, settings().db_schema, options.to)
    print(f"De database staat op {options.to}.")
    return OK


def _backup(options: argparse.Namespace) -> int:
    from services.backup import backup
    from shared.db.start import database

    with database(migrated=False) as url:
        for line in backup(url, options.file):
            print(line)
    return OK


def _restore(options: argparse.Namespace) -> int:
    from services.backup import restore
    from shared.db.start import database

    with database(migrated=False) as url:
        for line in restore(url, options.file):
            print(line)
    return OK


def _validate(options: argparse.Namespace) -> int:
    from services.validate import report

    return max(report(name, as_json=options.json, xsd_dir=options.xsd_dir) for name in options.files)


def _rules(options: argparse.Namespace) -> int:
    from services.catalogue import rule_rows

    for row in rule_rows():
        if options.json:
            print(json.dumps(asdict(row), ensure_ascii=False))
        else:
            place = row.implementatie or "nog niet gebouwd"
            print(
                f"{row.standaard:5} {row.code:6} niveau {row.niveau}  {row.retourcode:6} {place}\n      {row.betekenis}"
            )
    return OK


def _codes(options: argparse.Namespace) -> int:
    from services.codes import report

    return report(options.lijst, options.code, as_json=options.json)


def _xsd(options: argparse.Namespace) -> int:
    from shared.standard.xsd import write

    for path in write(options.folder):
        print(path)
    return OK


def _organisatie(options: argparse.Namespace) -> int:
    from services.organisations import give_key, register
    from shared.calendar import system_clock
    from shared.db.session import owner
    from shared.db.start import database
    from shared.security import YEAR, new_key

    if options.kanaal != "lokaal" and not options.adres:
        raise Refused(422, "Geef met --adres de map of de URL van het kanaal")
    key = new_key()
    with database(), owner() as session:
        register(session, options.code, options.naam, options.kanaal, options.adres)
        if options.kanaal == "lokaal":
            give_key(session, options.code, key, "eerste sleutel", system_clock() + YEAR)
    print(f"{options.code} {options.naam} is bekend.")
    if options.kanaal == "lokaal":
        print(f"API-sleutel, een jaar geldig; wordt maar één keer getoond: {key}")
    return OK


def _audit(options: argparse.Namespace) -> int:
    from services.audit import verify

    return verify(options.organisatie)


def _sleutels(options: argparse.Namespace) -> int:
    from services import sleutels

    return sleutels.renew() if options.handeling == "nieuw" else sleutels.reseal()


def _docs(options: argparse.Namespace) -> int:
    from services.catalogue import write_docs

    return write_docs(options.folder, check=options.check)


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "serve": _serve,
    "demo": _demo,
    "migrate": _migrate,
    "backup": _backup,
    "restore": _restore,
    "validate": _validate,
    "rules": _rules,
    "codes": _codes,
    "xsd": _xsd,
    "organisatie": _organisatie,
    "audit": _audit,
    "sleutels": _sleutels,
    "docs": _docs,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except (Refused, RuntimeError, OSError) as error:
        print(f"zorgketen: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
