"""Secrets in the files of the work tree and in the whole history, found by detect-secrets and one detector of our own.

What is found is told by place and kind, never by its text. What is known to be no secret stands in `leaks.toml`.
"""

import hashlib
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from detect_secrets.core.scan import scan_line
from detect_secrets.settings import transient_settings

from tools.lock import ROOT

_DETECTORS = (
    "Artifactory AWSKey AzureStorageKey BasicAuth Cloudant DiscordBotToken GitHubToken GitLabToken IbmCloudIam "
    "IbmCosHmac JwtToken Keyword Mailchimp Npm OpenAI PrivateKey PypiToken SendGrid Slack Softlayer SquareOAuth "
    "Stripe TelegramBotToken TwilioKey"
)
_OWN = {"name": "OwnSecretDetector", "path": f"file://{Path(__file__).with_name('leak_detector.py')}"}
_FILTERS = [
    {"path": f"detect_secrets.filters.heuristic.{name}"} for name in ("is_templated_secret", "is_indirect_reference")
]
KNOWN = {each["value"] for each in tomllib.loads(Path(__file__).with_name("leaks.toml").read_text())["known"]}


@dataclass(frozen=True)
class Line:
    """A line of text, and where it stands."""

    place: str
    text: str


@dataclass(frozen=True)
class Finding:
    """A secret: where, of what kind, and a hash to tell one from another."""

    place: str
    kind: str
    hash: str


def tracked(root: Path = ROOT) -> Iterator[Line]:
    """The lines of every file that git has or would add, as they are in the work tree."""
    for name in _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0"):
        if name and (root / name).is_file():
            text = (root / name).read_text("utf-8", errors="replace")
            yield from (Line(f"{name}:{number}", line) for number, line in enumerate(text.splitlines(), 1))


def history(root: Path = ROOT) -> Iterator[Line]:
    """The lines that any commit on any branch ever added, and those of the messages."""
    place = commit = ""
    log = _git(root, "log", "--all", "-m", "-p", "-U0", "--text", "--no-color", "--no-ext-diff", "--no-renames")
    for line in log.splitlines():
        if line.startswith("commit "):
            commit = place = line.split()[1][:12]
        elif line.startswith("+++ "):
            place = f"{commit}:{line[4:].removeprefix('b/')}"
        elif line.startswith(("+", "    ")):
            yield Line(place, line[1:])


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True)  # noqa: S603, S607
    return done.stdout.decode("utf-8", errors="replace")


def find(lines: Iterable[Line]) -> list[Finding]:
    """The secrets in lines; a line that stands in more places is looked at once."""
    seen: dict[str, str] = {}
    for line in lines:
        seen.setdefault(line.text.strip(), line.place)
    plugins = [{"name": f"{name}Detector"} for name in _DETECTORS.split()]
    found = []
    with transient_settings({"plugins_used": [*plugins, _OWN], "filters_used": _FILTERS}):
        for text, place in seen.items():
            for secret in scan_line(text):
                value = secret.secret_value or ""
                if value not in KNOWN:
                    found.append(Finding(place, secret.type, hashlib.sha256(value.encode()).hexdigest()[:12]))
    return found


def main() -> int:
    """Look through the tracked files and the history; 1 when there is a secret."""
    lines = [*tracked(), *history()]
    found = find(lines)
    for finding in found:
        print(f"secrets: {finding.place}: {finding.kind} ({finding.hash})", file=sys.stderr)
    print(f"secrets: {len(lines)} lines of files and history, {len(found)} secrets")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
