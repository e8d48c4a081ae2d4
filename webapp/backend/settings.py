"""The backend's settings: the only reader of the environment.

The shell beats the `.env` at the root of the project, `.env` beats the defaults; a bare `uvicorn`
therefore behaves as it does under the guard. Every bad value is reported in one message.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from net.egress import Allowed, BadEntryError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
SQLITE = "sqlite:///"
LOG_LEVELS = ("debug", "info", "warning", "error")
MAX_CONCURRENCY = 64


class SettingsError(Exception):
    """One or more settings are not usable; the message names each with its fix."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator chose; paths are absolute."""

    data_dir: Path
    media_dir: Path
    database_url: str
    concurrency: int
    allowed: Allowed
    access_token: str
    open_access: bool
    api_hosts: tuple[str, ...]
    web_url: str
    log_level: str
    disk_reserve_mb: int
    rate_limit: int
    """Bytes/s of each download; 0 = as fast as it goes."""

    @property
    def distributed(self) -> bool:
        """Whether other processes, on this machine or another, may share the queue."""
        return not self.database_url.startswith("sqlite:")


def load() -> Settings:
    """Read `.env` and the environment.

    Raises:
        SettingsError: naming every value that is not usable.

    """
    env_file = ROOT / ".env"
    values: dict[str, str | None] = {}
    if env_file.is_file():
        from dotenv import dotenv_values

        values = dotenv_values(env_file)
    return parse({name: value for name, value in values.items() if value} | os.environ)


def parse(environ: Mapping[str, str], root: Path = ROOT) -> Settings:
    """Turn names and texts into settings; a name that is missing or empty has its default.

    Raises:
        SettingsError: naming every value that is not usable.

    """
    problems: list[str] = []

    def text(name: str, default: str) -> str:
        return environ.get(name, "").strip() or default

    def words(name: str, default: str = "") -> tuple[str, ...]:
        return tuple(word.strip() for word in text(name, default).split(",") if word.strip())

    data_dir = (root / Path(text("DATA_DIR", "data")).expanduser()).resolve()
    database_url = _database_url(
        text("DATABASE_URL", f"sqlite:///{data_dir}/app.db"), root, problems
    )

    def count(name: str, default: int, least: int, most: int) -> int:
        value = text(name, str(default))
        if value.isascii() and value.isdigit() and least <= int(value) <= most:
            return int(value)
        problems.append(f"{name}={value}: give a whole number from {least} to {most}.")
        return default

    concurrency = count("DOWNLOAD_CONCURRENCY", 3, 1, MAX_CONCURRENCY)
    disk_reserve_mb = count("DISK_RESERVE_MB", 200, 0, 10**9)
    rate_limit = count("RATE_LIMIT", 0, 0, 10**12)
    log_level = text("LOG_LEVEL", "info").lower()
    if log_level not in LOG_LEVELS:
        problems.append(f"LOG_LEVEL={log_level}: choose one of {', '.join(LOG_LEVELS)}.")
    try:
        allowed = Allowed.parse(words("ALLOW_HOSTS"))
    except BadEntryError as error:
        problems.append(f"ALLOW_HOSTS: {error}")
        allowed = Allowed()
    if problems:
        raise SettingsError(
            "The backend cannot start:\n  "
            + "\n  ".join(problems)
            + "\nFix the value in .env or in the shell; .env.example lists every setting."
        )
    return Settings(
        data_dir=data_dir,
        media_dir=(root / Path(text("MEDIA_DIR", f"{data_dir}/media")).expanduser()).resolve(),
        database_url=database_url,
        concurrency=concurrency,
        allowed=allowed,
        access_token=text("ACCESS_TOKEN", ""),
        open_access=text("OPEN_ACCESS", "no").lower() in {"yes", "true", "on", "1"},
        api_hosts=tuple(name.lower() for name in words("API_HOSTS", "localhost,127.0.0.1,[::1]")),
        web_url=text("WEB_URL", f"http://localhost:{text('WEB_PORT', '3000')}"),
        log_level=log_level,
        disk_reserve_mb=disk_reserve_mb,
        rate_limit=rate_limit,
    )


def _database_url(value: str, root: Path, problems: list[str]) -> str:
    scheme = urlsplit(value).scheme
    if scheme in {"postgresql", "postgres"}:  # both names are in use for the same thing
        return "postgresql+psycopg" + value[len(scheme) :]
    if scheme == "postgresql+psycopg":
        return value
    if value.startswith(SQLITE) and len(value) > len(SQLITE):
        return f"{SQLITE}{root / value[len(SQLITE) :]}"
    problems.append(
        f"DATABASE_URL={value.partition(':')[0]}:...: give sqlite:///FILE or postgresql://..."
    )
    return value
