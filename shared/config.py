"""Settings, from the environment only (prefix ZORGKETEN_; DATABASE_URL has none)."""

import os
import secrets
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES = {"allocation": 8001, "billing": 8002, "messaging": 8003}
"""The three services and the ports that they listen on by default."""


def _data_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "zorgketen"


class Settings(BaseSettings):
    """What an installation can set."""

    model_config = SettingsConfigDict(env_prefix="ZORGKETEN_", env_ignore_empty=True, extra="ignore")

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
    xsd_dir: Path | None = None
    """A folder of published XSDs, a subfolder per release; level 1 then goes by those."""
    partner_sleutels: dict[str, str] = Field(default_factory=dict)
    """API keys of partners elsewhere, by organisation code, for the HTTP channel."""
    stalled_seconds: int = 30
    """After how long without a heartbeat the jobs of a worker are taken up again."""


def settings() -> Settings:
    """The settings as the environment has them now."""
    return Settings()


@cache
def installation_secret() -> bytes:
    """The secret of this installation, at least 256 bits; made at first use, readable by its owner only."""
    chosen = settings()
    if chosen.secret:
        return chosen.secret.encode()
    path = chosen.home / "secret"
    chosen.home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=chosen.home, prefix="secret-") as file:  # of mode 600
            file.write(secrets.token_urlsafe(32))
            file.flush()
            with suppress(FileExistsError):  # somebody was first; nobody ever sees half a secret
                path.hardlink_to(file.name)
    return path.read_bytes()
