"""Settings, from the environment only (prefix ZORGKETEN_; DATABASE_URL has none)."""

import os
import secrets
import tempfile
from contextlib import suppress
from functools import cache
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
    """The settings as the environment has them now."""
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
