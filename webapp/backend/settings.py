"""The backend's settings: the only reader of the environment.

The shell beats the `.env` at the root of the project, `.env` beats the defaults; a bare `uvicorn`
therefore behaves as it does under the guard. Every bad value is reported in one message.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import quote, urlsplit

from net.bucket_place import BucketPlace, parse_place
from net.egress import Allowed, BadEntryError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
SQLITE = "sqlite:///"
MODES = {"700": 0o700, "750": 0o750}
ShowFolders = Literal["auto", "yes", "no"]
SHOW_FOLDERS: tuple[ShowFolders, ...] = get_args(ShowFolders)
LOG_LEVELS = ("debug", "info", "warning", "error")
MAX_CONCURRENCY = 64
SPONSORBLOCK = "https://sponsor.ajay.app"
EVERYWHERE = ("0.0.0.0/0", "::/0")
THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")
"""Nobody's page can make a foreign name of these, and every health check asks for one of them."""
ROOT_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._-]+)+")
OWN_PATHS = {"api", "assets", "guard", "health", "library", "ready", "subscriptions"}
"""A path below one of these could not be told from the app's own once a proxy has taken it away."""

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


class SettingsError(Exception):
    """One or more settings are not usable; the message names each with its fix."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator chose; paths are absolute."""

    data_dir: Path
    data_dir_mode: int
    """Of the folder when it is made: 0o700, or 0o750 for the group to read."""
    media_dir: Path
    """Where files are made and, unless there is a bucket, kept."""
    bucket: BucketPlace | None
    """Where finished files are kept; None: in the media folder."""
    import_dir: Path | None
    """Where files lie that may be taken over; None: only below the media folder."""
    database_url: str
    concurrency: int
    allowed: Allowed
    access_token: str
    open_access: Networks
    """Who is answered without a token, beside this machine."""
    trusted_proxies: Networks
    """Who may say for whom it asks (X-Forwarded-For), and whether that came by TLS."""
    api_hosts: tuple[str, ...]
    root_path: str
    """What every address begins with, such as `/media`; empty at the root of a server."""
    web_url: str
    log_level: str
    disk_reserve_mb: int
    sponsorblock_api: str
    rate_limit: int
    """Bytes/s of each download; 0 = as fast as it goes."""
    show_folders: ShowFolders
    """Of this machine, on which folders may be shown."""
    ca_file: Path | None = None
    """Certificates of authorities that are trusted beside the public ones."""
    guard_token_file: Path | None = None
    """Where the guard that started this process keeps its token; None: no guard did."""
    guard_run: str = ""
    """What the guard shows that started this process; empty: no guard did."""
    environment: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """As it was read, for the programs that are started; it may hold secrets."""

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
    read = _Reader(environ, root)
    data_dir = read.folder("DATA_DIR", "data")
    chosen = Settings(
        data_dir=data_dir,
        data_dir_mode=_mode(read.text("DATA_DIR_MODE", "700"), read.problems),
        media_dir=read.folder("MEDIA_DIR", f"{data_dir}/media"),
        bucket=_bucket(read),
        import_dir=read.folder("IMPORT_DIR", "") if read.text("IMPORT_DIR") else None,
        database_url=_database_url(
            read.secret("DATABASE_URL", "DATABASE_URL_FILE") or f"sqlite:///{data_dir}/app.db",
            read.secret("DATABASE_PASSWORD", "DATABASE_PASSWORD_FILE"),
            root,
            read.problems,
        ),
        concurrency=read.count("DOWNLOAD_CONCURRENCY", 3, 1, MAX_CONCURRENCY),
        allowed=_allowed(read.words("ALLOW_HOSTS"), read.problems),
        access_token=read.secret("ACCESS_TOKEN", "ACCESS_TOKEN_FILE"),
        open_access=_networks("OPEN_ACCESS", read.words("OPEN_ACCESS", "no"), read.problems),
        trusted_proxies=_networks(
            "TRUSTED_PROXIES", read.words("TRUSTED_PROXIES", "127.0.0.1,::1"), read.problems
        ),
        root_path=_root_path(read.text("ROOT_PATH"), read.problems),
        api_hosts=(*THIS_MACHINE, *(name.lower() for name in read.words("API_HOSTS"))),
        web_url=read.text("WEB_URL", f"http://localhost:{read.text('WEB_PORT', '3000')}"),
        log_level=_log_level(read.text("LOG_LEVEL", "info"), read.problems),
        disk_reserve_mb=read.count("DISK_RESERVE_MB", 200, 0, 10**9),
        sponsorblock_api=_api(read.text("SPONSORBLOCK_API", SPONSORBLOCK), read.problems),
        rate_limit=read.count("RATE_LIMIT", 0, 0, 10**12),
        show_folders=_show_folders(read.text("SHOW_FOLDERS", "auto"), read.problems),
        ca_file=_certificates(read.text("CA_FILE"), root, read.problems),
        guard_token_file=Path(guard) if (guard := read.text("GUARD_TOKEN_FILE", "")) else None,
        guard_run=read.text("GUARD_RUN"),
        environment=environ,
    )
    _demand_apart(chosen, read.problems)
    if read.problems:
        raise SettingsError(
            "The backend cannot start:\n  "
            + "\n  ".join(read.problems)
            + "\nFix the value in .env or in the shell; .env.example lists every setting."
        )
    return chosen


class _Reader:
    """Values by name; `problems` gathers what is wrong with them."""

    def __init__(self, environ: Mapping[str, str], root: Path) -> None:
        self._environ, self._root = environ, root
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self._environ.get(name, "").strip() or default

    def words(self, name: str, default: str = "") -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name, default).split(",") if word.strip())

    def folder(self, name: str, default: str) -> Path:
        return (self._root / Path(self.text(name, default)).expanduser()).resolve()

    def count(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if value.isascii() and value.isdigit() and least <= int(value) <= most:
            return int(value)
        self.problems.append(f"{name}={value}: give a whole number from {least} to {most}.")
        return default

    def secret(self, name: str, file: str) -> str:
        """The value, or what is in a file: so that it stands in nobody's environment."""
        given, path = self.text(name), self.text(file)
        if given and path:
            self.problems.append(f"{name} and {file} are both set: keep one of them.")
        if not path:
            return given
        try:
            return (self._root / path).read_text(encoding="utf-8").strip("\r\n")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            self.problems.append(f"{file}={path} cannot be read: {reason}.")
            return ""


def _bucket(read: _Reader) -> BucketPlace | None:
    place, problems = parse_place(
        url=read.text("MEDIA_URL"),
        endpoint=read.text("MEDIA_ENDPOINT"),
        region=read.text("MEDIA_REGION"),
        access_key=read.secret("MEDIA_ACCESS_KEY", "MEDIA_ACCESS_KEY_FILE"),
        secret_key=read.secret("MEDIA_SECRET_KEY", "MEDIA_SECRET_KEY_FILE"),
        redirect=read.text("MEDIA_REDIRECT", "no"),
    )
    read.problems += problems
    return place


def _demand_apart(chosen: Settings, problems: list[str]) -> None:
    """What is taken over gets a name below the media folder: not what lies there already."""
    imported, media = chosen.import_dir, chosen.media_dir
    if imported and (imported.is_relative_to(media) or media.is_relative_to(imported)):
        problems.append(
            f"IMPORT_DIR={imported}: it and the media folder {media} lie in each other; leave it"
            " out, what lies below the media folder can be imported there."
        )
    if imported and chosen.bucket:
        problems.append(
            "IMPORT_DIR: files are taken over without copying them, which a bucket (MEDIA_URL)"
            " cannot; leave one of them out."
        )


def _mode(given: str, problems: list[str]) -> int:
    if given not in MODES:
        problems.append(f"DATA_DIR_MODE={given}: give 700 (only you) or 750 (your group reads).")
        return MODES["700"]
    return MODES[given]


def _api(given: str, problems: list[str]) -> str:
    try:
        parts = urlsplit(given)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        problems.append(f"SPONSORBLOCK_API={given}: give an address such as {SPONSORBLOCK}.")
    return given.rstrip("/")


def _log_level(given: str, problems: list[str]) -> str:
    if given.lower() not in LOG_LEVELS:
        problems.append(f"LOG_LEVEL={given}: choose one of {', '.join(LOG_LEVELS)}.")
    return given.lower()


def _certificates(given: str, root: Path, problems: list[str]) -> Path | None:
    if not given:
        return None
    import ssl  # only those who set it pay for it

    file = root / Path(given).expanduser()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError:
        problems.append(f"CA_FILE={given}: no certificate is in it; PEM is what is read.")
    except OSError as error:
        problems.append(f"CA_FILE={given} cannot be read: {error.strerror}.")
    return file


def _show_folders(given: str, problems: list[str]) -> ShowFolders:
    chosen = next((one for one in SHOW_FOLDERS if one == given.lower()), None)
    if chosen is None:
        problems.append(f"SHOW_FOLDERS={given}: choose one of {', '.join(SHOW_FOLDERS)}.")
    return chosen or "auto"


def _allowed(given: tuple[str, ...], problems: list[str]) -> Allowed:
    try:
        return Allowed.parse(given)
    except BadEntryError as error:
        problems.append(f"ALLOW_HOSTS: {error}")
        return Allowed()


def _root_path(given: str, problems: list[str]) -> str:
    path = given.rstrip("/")
    first = path.partition("/")[2].partition("/")[0]
    if path and not ROOT_PATH.fullmatch(path):
        problems.append(f"ROOT_PATH={given}: give a path such as /media, of letters, digits, . _ -")
    elif first in OWN_PATHS:
        problems.append(f"ROOT_PATH={given}: /{first} is an address of the app; take another.")
    return path


def _networks(name: str, given: tuple[str, ...], problems: list[str]) -> Networks:
    match [word.lower() for word in given]:
        case ["no" | "false" | "off" | "0"]:
            return ()
        case ["yes" | "true" | "on" | "1"]:
            given = EVERYWHERE
    try:
        return tuple(ipaddress.ip_network(each, strict=False) for each in given)
    except ValueError as error:
        problems.append(f"{name}: give yes, no, or addresses or networks: {error}.")
        return ()


def _database_url(value: str, password: str, root: Path, problems: list[str]) -> str:
    scheme = urlsplit(value).scheme
    # Both names are in use for the same thing; the driver is the one that is installed.
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        url = "postgresql+psycopg" + value[len(scheme) :]
        return _with_password(url, password, problems) if password else url
    if value.startswith(SQLITE) and len(value) > len(SQLITE):
        return f"{SQLITE}{root / value[len(SQLITE) :]}"
    problems.append(
        f"DATABASE_URL={value.partition(':')[0]}:...: give sqlite:///FILE or postgresql://..."
    )
    return value


def _with_password(url: str, password: str, problems: list[str]) -> str:
    """Whatever signs it is made of: in an address they would have to be written as %40 and so."""
    before, at, after = url.partition("@")
    user = before.partition("://")[2]
    if not at or not user or ":" in user:
        problems.append("DATABASE_PASSWORD: DATABASE_URL must name a user, and no password.")
    return f"{before}:{quote(password, safe='')}@{after}"
