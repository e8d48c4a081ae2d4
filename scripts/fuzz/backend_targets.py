"""What the backend reads: queries, headers, addresses and titles that others chose."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from hypothesis import strategies as st

from domain.naming import DEFAULT, place
from net.egress import Allowed, BadEntryError, RefusedError
from scripts.fuzz.engine import Hold, Target
from scripts.fuzz.guard_targets import JSON, of_files, texts
from store.paging import ORDERS, Cursor
from web.ranges import RangeResponse

RANGES = ["bytes=", "-", ",", " ", "0", "9", "99", "100", "101", "9" * 30, "\t", "bytes", "="]
FILE = bytes(range(100))
TITLES = [
    "/",
    "..",
    "\0",
    "\u202e",
    "CON",
    ".",
    " ",
    "é",
    "🎬",
    "\n",
    "a" * 300,
    "\ud800",
    "\\",
    "%2f",
]
HOSTS = [
    "127.0.0.1",
    ":",
    "[",
    "]",
    "::1",
    "/",
    "8",
    "10.0.0.0",
    "nas.local",
    "-",
    ".",
    "80",
    "%lo",
]
NAME_BYTES = 255  # of a name that file systems take


def cursor(_: Path, given: tuple[str, str]) -> None:
    """What we wrote, or refused."""
    text, sort = given
    try:
        read = Cursor.read(text, sort)  # type: ignore[arg-type]
    except ValueError:
        return
    assert Cursor.read(str(read), sort) == read  # type: ignore[arg-type]
    str(read).encode("ascii")
    assert "\0" not in str(read.value)


def names(_: Path, title: str) -> None:
    """A name that every file system takes, in this folder."""
    name = place(DEFAULT, "", {"title": title, "key": "ABCDEF"}) + ".mp4"
    assert len(name.encode()) <= NAME_BYTES
    assert name == Path(name).name
    assert not re.search(r'[/\\:*?"<>|\x00-\x1f\x7f]', name)
    assert not name.startswith((".", " "))


def entries(_: Path, text: str) -> None:
    """Understood, and written again as it was meant; or refused."""
    try:
        allowed = Allowed.parse([text])
    except BadEntryError:
        return
    assert Allowed.parse(allowed.texts()) == allowed


def addresses(_: Path, address: ipaddress.IPv4Address) -> None:
    """What is not public stays closed, however it is spelled."""
    if address.is_global and not address.is_multicast:
        return
    number = int(address)
    spelled = [
        str(address),
        *(
            str(ipaddress.IPv6Address(prefix | number))
            for prefix in (0, 0xFFFF << 32, 0x64FF9B << 96)
        ),
        str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))),
        f"::ffff:{address}%lo",
    ]
    for host in spelled:
        try:
            Allowed().check(host, 80, resolve=lambda _: set())
        except RefusedError:
            continue
        raise AssertionError(host)


@contextmanager
def ranges(folder: Path) -> Iterator[Hold]:
    """A part of the file, all of it, or a problem; nothing else, and never more than there is."""
    path = folder / "file.bin"
    path.write_bytes(FILE)
    transport = httpx.ASGITransport(RangeResponse(path))

    async def ask(value: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/", headers=[(b"Range", value.encode("latin-1", "replace"))])

    with asyncio.Runner() as runner:

        def hold(value: str) -> None:
            answer = runner.run(ask(value))
            assert answer.status_code in {200, 206, 400, 416}, answer.status_code
            if answer.status_code in {400, 416}:
                assert answer.headers["content-type"] == "application/problem+json"
            elif answer.headers["content-type"].startswith("multipart/"):
                assert len(answer.content) < len(FILE) * 100
            else:
                assert answer.content in FILE

        yield hold


_CURSORS = st.one_of(
    texts(["W", "=", "-", "_", "ey", "A"]),
    JSON.map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode()),
    st.lists(JSON, min_size=2, max_size=2).map(
        lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    ),
)
_NETWORKS = ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"]
_NETWORKS += ["172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4"]

TARGETS = [
    Target("cursors", st.tuples(_CURSORS, st.sampled_from(list(ORDERS))), of_files(cursor)),
    Target("ranges", texts(RANGES), ranges),
    Target("file names", texts(TITLES), of_files(names)),
    Target("ALLOW_HOSTS", texts(HOSTS), of_files(entries)),
    Target(
        "addresses",
        st.sampled_from(_NETWORKS).flatmap(lambda net: st.ip_addresses(v=4, network=net))
        | st.ip_addresses(v=4),
        of_files(addresses),
    ),
]
