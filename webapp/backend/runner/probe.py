"""The runner's other job: what a link leads to, without downloading it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from files.cookies import private_copy
from runner.metadata import MAX_ENTRIES, is_list, only_entry, preview, without_login
from runner.options import common
from runner.thumbnails import fetch_thumbnail


@dataclass(frozen=True, slots=True)
class ProbeJob:
    """What to look at, and the folder for its picture."""

    url: str
    folder: str
    cookies: str | None = None
    max_entries: int = MAX_ENTRIES


def probe(job: ProbeJob) -> dict[str, Any]:
    """Look at the link; return what `metadata.preview` says and the picture's name, or None.

    Raises:
        Exception: whatever yt-dlp raises; `failures.classify` knows what it means.

    """
    from runner.downloader import Downloader

    folder = Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    options = common(folder, None) | {
        "extract_flat": "in_playlist",
        "playlistend": job.max_entries + 1,  # one more tells that there are more
    }
    with (
        private_copy(folder, job.cookies) as cookies,
        Downloader(options | {"cookiefile": cookies}) as downloader,
    ):
        info = downloader.extract_info(job.url, download=False)
        if is_list(info) and len(list(info["entries"])) == 1:
            info = downloader.process_ie_result(only_entry(info), download=False)
        found = preview(without_login(info), job.max_entries)
        return found | {"thumbnail": fetch_thumbnail(downloader, info, folder)}
