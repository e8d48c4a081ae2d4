"""Fetch one pinned wheel from the package index that pip is told to use, before there is a pip.

Standard library only: it brings pip itself to a machine that has none (a bare Debian).
"""

import base64
import hashlib
import json
import os
import re
import sys
from configparser import Error, RawConfigParser
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit
from urllib.request import Request, urlopen

SECONDS = 30
MAX_BYTES = 16 << 20  # pip's wheel has 2 MB, a page of the index less
# Both forms of the Simple Repository API: PEP 691 (JSON), PEP 503 (HTML).
FORMS = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
LINK = re.compile(r"""<a\s[^>]*?href=["']([^"']+)["']""", re.IGNORECASE)
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def configured() -> str | None:
    """The address of the index that pip's settings name, or None where they name none.

    Variables, then the user's file, then the machine's: https://pip.pypa.io, "Configuration".
    """
    named = os.environ.get("PIP_INDEX_URL")
    return named or _in_files(_pip_files())


def fetch_wheel(lock: Path, index: str, folder: Path) -> Path:
    """Bring the pure wheel that `lock` pins into `folder`, checked against the hashes there.

    Raises `OSError` if the index does not answer or has no such file, `ValueError` if what it gave
    is not what was pinned.
    """
    text = lock.read_text(encoding="utf-8")
    pin = next(filter(None, map(PIN.match, text.splitlines())))
    name = f"{pin['name']}-{pin['version']}-py3-none-any.whl"
    content = _get(_address(index, pin["name"], name))
    if hashlib.sha256(content).hexdigest() not in HASH.findall(text):
        raise ValueError(f"{name} from the package index is not the file that {lock.name} pins")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def _address(index: str, project: str, file: str) -> str:
    page = f"{index.rstrip('/')}/{project}/"
    for link in _links(_get(page).decode()):
        address = urljoin(page, urldefrag(link).url)
        if unquote(urlsplit(address).path).rpartition("/")[2] == file:
            return address
    raise FileNotFoundError(f"the package index has no {file}")


def _links(page: str) -> list[str]:
    try:
        return [file["url"] for file in json.loads(page)["files"]]
    except ValueError:
        return LINK.findall(page)


def _get(address: str) -> bytes:
    """Of at most `MAX_BYTES`; name and password may stand in the address, as pip allows."""
    parts = urlsplit(address)
    login, _, host = parts.netloc.rpartition("@")
    request = Request(urlunsplit(parts._replace(netloc=host)), headers={"Accept": FORMS})  # noqa: S310 - the user's own setting
    if login:
        token = base64.b64encode(unquote(login).encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            content: bytes = answer.read(MAX_BYTES + 1)
    except HTTPError as error:
        with error:
            raise URLError(f"{parts.hostname} answered {error.code}, {error.reason}") from None
    if len(content) > MAX_BYTES:
        raise URLError(f"{urlsplit(address).hostname} sent more than {MAX_BYTES} bytes")
    return content


def _pip_files() -> list[Path]:
    """Where pip looks, the most general first: what a later one says counts."""
    own = os.environ.get("PIP_CONFIG_FILE")
    if own == os.devnull:
        return []
    config = Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config"))
    places = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf")]
    places += [Path.home() / ".pip/pip.conf", config / "pip/pip.conf"]
    if sys.platform == "darwin":
        places.append(Path.home() / "Library/Application Support/pip/pip.conf")
    return [*places, Path(own)] if own else places


def _in_files(files: list[Path]) -> str | None:
    settings = RawConfigParser()
    try:
        settings.read(files, encoding="utf-8")
    except (Error, OSError, ValueError):
        return None  # pip, which comes next, says what is wrong with it
    for section in ("install", "global"):
        for option in ("index-url", "index_url"):
            if settings.has_option(section, option):
                return settings.get(section, option)
    return None
