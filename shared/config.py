"""Settings, from the environment only (prefix ZORGKETEN_; DATABASE_URL has none)."""

import os
import secrets
import tempfile
from contextlib import suppress
from functools import cache, lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES = {"allocation": 8001, "billing": 8002, "messaging": 8003}
"""The three services and the ports that they listen on by default."""


def _data_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "zorgketen"


def is_guarded(url: str) -> bool:
    """Whether nobody on the way can change what an address answers: https, or this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    with suppress(ValueError):
        host = "localhost" if ip_address(host).is_loopback else host
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host == "localhost"))


class Settings(BaseSettings):
    """What an installation can set."""

    model_config = SettingsConfigDict(
        env_prefix="ZORGKETEN_", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    """Postgres to use; empty: our own, below `home`."""
    db_schema: str = "zorgketen"
    """The Postgres schema that the services share."""
    home: Path = Field(default_factory=_data_home)
    """Where our own Postgres and the installation's secret live."""
    host: str = "127.0.0.1"
    allocation_url: str = "http://127.0.0.1:8001"
    billing_url: str = "http://127.0.0.1:8002"
    messaging_url: str = "http://127.0.0.1:8003"
    secret: str = ""
    """Signs what the services say to each other; empty: made once and kept below `home`."""
    sleutels: str = Field(default="", repr=False)
    """The keys that seal BSNs and messages, as JSON (see shared/vault.py); empty: kept in a file below `home`."""
    proxy_geheim: str = Field(default="", repr=False)
    """What the proxy that checks client certificates shows in X-Proxy-Geheim; empty: certificates give no access."""
    backup_sleutel: str = Field(default="", repr=False)
    """Seals the backups; empty: made at the first backup and kept below `home`. Keep a copy elsewhere."""
    xsd_dir: Path | None = None
    """A folder of published XSDs, a subfolder per release; level 1 then goes by those."""
    partner_sleutels: dict[str, str] = Field(default_factory=dict)
    """API keys of partners elsewhere, by organisation code, for the HTTP channel."""
    stalled_seconds: int = 30
    """After how long without a heartbeat the jobs of a worker are taken up again."""
    receive_seconds: float = Field(default=25, gt=0)
    """How long a client may take to send its whole request, and to take in an answer; then it is cut off."""
    keep_alive_seconds: int = Field(default=15, gt=0)
    """How long a connection may stay open without a request."""
    max_connections: int = Field(default=2000, gt=0)
    """Connections to one process at a time; the next is told to come back later."""
    max_requests: int = Field(default=200, gt=0)
    """Requests at work in one process at a time, those that wait for a thread included; half of them of one client."""
    max_threads: int = Field(default=20, gt=0)
    """Threads that do the work of a process: as many as it has connections to the database."""
    max_body_memory_mb: int = Field(default=256, gt=0)
    """Megabytes of request bodies that one process holds at a time."""
    requests_per_second: float = Field(default=1000, gt=0)
    """Requests of one credential, or of one address that shows none; twice as many may come at once."""
    failed_sign_ins_per_minute: float = Field(default=60, gt=0)
    """Keys and tokens that are no good, of one address."""
    proxy_adressen: str = "127.0.0.1"
    """The addresses of the proxies that may say for whom they ask (X-Forwarded-For), separated by commas."""
    oidc_issuer: str = ""
    """Where people sign in (OpenID Connect), letter for letter as its tokens say; empty: people do not sign in."""
    oidc_audience: str = ""
    """What the issuer calls this API: the `aud` of the tokens that it gives for us."""
    oidc_client_id: str = ""
    """What the issuer calls our browsable page, a public client; empty: nobody signs in there."""

    @model_validator(mode="after")
    def _people(self) -> Self:
        """A half or careless choice would let in the wrong people: refuse to start instead."""
        if self.oidc_issuer and (not is_guarded(self.oidc_issuer) or set("?#") & set(self.oidc_issuer)):
            raise ValueError("ZORGKETEN_OIDC_ISSUER: geef het adres met https:// op, zonder ? en #")
        if bool(self.oidc_issuer) != bool(self.oidc_audience) or (self.oidc_client_id and not self.oidc_issuer):
            raise ValueError("geef ZORGKETEN_OIDC_ISSUER en ZORGKETEN_OIDC_AUDIENCE samen op, of geen van beide")
        if self.oidc_issuer and self.oidc_audience == self.oidc_client_id:
            raise ValueError("geef ZORGKETEN_OIDC_AUDIENCE een andere waarde dan ZORGKETEN_OIDC_CLIENT_ID")
        return self


def settings() -> Settings:
    """The settings as the environment has them now; made again when that has changed."""
    return _made(tuple(item for item in os.environ.items() if item[0].startswith(_OURS)))


_OURS = ("ZORGKETEN_", "DATABASE_URL", "XDG_DATA_HOME", "HOME")


@lru_cache(8)
def _made(_: tuple[tuple[str, str], ...]) -> Settings:
    return Settings()


def keep_once(path: Path, text: str) -> None:
    """Write a file that only its owner can read, unless somebody was first; nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}-") as file:  # of mode 600
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(file.name)


@cache
def installation_secret() -> bytes:
    """The secret of this installation, at least 256 bits; made at first use, readable by its owner only."""
    chosen = settings()
    return chosen.secret.encode() if chosen.secret else made_once(chosen.home / "secret")


def made_once(path: Path) -> bytes:
    """The secret in a file, of 256 bits and of mode 600; made when it is not there."""
    if not path.exists():
        keep_once(path, secrets.token_urlsafe(32))
    return path.read_bytes()
