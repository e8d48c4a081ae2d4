"""Cookies of sites, for what needs a login: one file a site, which only its owner may read.

`DATA_DIR/cookies/example.org.txt`, in the Netscape format that browsers' add-ons export, serves
example.org and everything below it. A runner gets a copy in its staging folder: never an argument,
never in a log, and what yt-dlp writes back changes nothing.
"""

from __future__ import annotations

import contextlib
import stat
from typing import TYPE_CHECKING

from domain.failures import DownloadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COPY = "cookies.txt"


def cookies_for(folder: Path, host: str) -> str | None:
    """The cookies to use for a host (`videos.example.org:80`), as text; None if there are none.

    Raises:
        DownloadError: when others than the owner can read the file.

    """
    labels = host.partition(":")[0].split(".")
    for start in range(len(labels)):
        file = folder / f"{'.'.join(labels[start:])}.txt"
        if file.name != ".txt" and file.is_file():
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                raise DownloadError(
                    "cookies-open",
                    f"{file.name} can be read by others, so it is not used.",
                    f"Make it private: chmod 600 {file}",
                )
            return file.read_text(encoding="utf-8", errors="replace")
    return None


@contextlib.contextmanager
def private_copy(folder: Path, text: str | None) -> Iterator[str | None]:
    """Keep what only we may read in `folder` for as long as the block lasts; None for None."""
    if text is None:
        yield None
        return
    file = folder / COPY
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    try:
        yield str(file)
    finally:
        file.unlink(missing_ok=True)
