"""What lies beside the medium: subtitles, its picture, what the site told, for media servers too.

The names follow what Jellyfin, Kodi and Plex document: `NAME.en.srt`, `NAME.jpg`, `NAME.nfo` beside
`NAME.mkv` (https://jellyfin.org/docs/general/server/metadata/nfo/,
https://kodi.wiki/view/NFO_files/Episodes). Kodi alone calls the picture `NAME-thumb.jpg`: who
wishes notes for media servers gets both. None of them costs the medium: what is missing leaves a
note.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.links import anonymous
from domain.naming import episode
from domain.nfo import nfo
from runner.metadata import date_of
from runner.notes import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.requests import DownloadRequest

Info = dict[str, Any]
Notes = list[dict[str, str]]
STEM = "media"
SECRET = {"cookies", "http_headers"}
"""Keys of yt-dlp's that may hold what lets somebody in."""
MAX_BYTES = 8_000_000
CONVERT_SECONDS = 20


def write_sidecars(
    request: DownloadRequest,
    info: Info,
    made: Path,
    picture: Path | None,
    ffmpeg: str | None,
    notes: Notes,
) -> list[str]:
    """Write what is wished beside `made`; the names of all that lies there, each `media...`."""
    folder = made.parent
    for what, write in (
        ("thumbnail", lambda: _picture(request, picture, folder, ffmpeg)),
        ("info", lambda: _info(info, folder)),
        ("nfo", lambda: _nfo(info, folder)),
    ):
        if what in request.beside and not _attempt(write):
            notes.append(missing(what if what == "thumbnail" else "metadata"))
    return sorted(path.name for path in _found(request, folder) if path != made)


def _attempt(write: Any) -> bool:  # noqa: ANN401 - any of the writers
    with contextlib.suppress(OSError, ValueError, TypeError, subprocess.SubprocessError):
        return bool(write())
    return False


def _found(request: DownloadRequest, folder: Path) -> Iterator[Path]:
    """What lies there of what is wished; never what a former run has left of the streams."""
    endings = [f".*.{kind}" for kind in ("srt", "vtt") if kind in request.beside]
    fixed = {"thumbnail": (".jpg", "-thumb.jpg"), "info": (".info.json",), "nfo": (".nfo",)}
    endings += [ending for what in request.beside for ending in fixed.get(what, ())]
    for ending in endings:
        yield from folder.glob(f"{STEM}{ending}")


def _picture(
    request: DownloadRequest, picture: Path | None, folder: Path, ffmpeg: str | None
) -> bool:
    if picture is None:
        return False
    target = folder / f"{STEM}.jpg"
    if not _as_jpg(picture, target, ffmpeg):
        return False
    if "nfo" in request.beside:
        shutil.copyfile(target, folder / f"{STEM}-thumb.jpg")
    return True


def _as_jpg(picture: Path, target: Path, ffmpeg: str | None) -> bool:
    if picture.suffix == ".jpg":
        shutil.copyfile(picture, target)
        return True
    if ffmpeg is None:
        return False
    command = [
        *(ffmpeg, "-nostdin", "-loglevel", "error", "-y", "-protocol_whitelist", "file"),
        *("-i", f"file:{picture}", "-frames:v", "1", "-q:v", "2", f"file:{target}"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=CONVERT_SECONDS)
    return target.is_file()


def _info(info: Info, folder: Path) -> bool:
    """What yt-dlp's own `.info.json` holds, without what lets somebody in."""
    from yt_dlp import YoutubeDL

    told = _harmless(YoutubeDL.sanitize_info(info, remove_private_keys=True))
    text = json.dumps(told, ensure_ascii=False)
    if len(text) > MAX_BYTES:  # thousands of formats or captions: what people read stays
        text = json.dumps({k: v for k, v in told.items() if not isinstance(v, list | dict)})
    (folder / f"{STEM}.info.json").write_text(text, encoding="utf-8")
    return True


def _harmless(value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case dict():
            return {key: _harmless(held) for key, held in value.items() if key not in SECRET}
        case list():
            return [_harmless(held) for held in value]
        case str() if "://" in value and "@" in value and not any(c.isspace() for c in value):
            return anonymous(value)
    return value


def _nfo(info: Info, folder: Path) -> bool:
    """An episode of the channel, as media servers read it; the year is its season."""
    date = date_of(info) or ""
    numbers = episode(date, str(info.get("id") or ""))
    lines = {
        "title": info.get("title"),
        "showtitle": info.get("channel") or info.get("uploader"),
        "season": numbers and numbers[0],
        "episode": numbers and numbers[1],
        "plot": info.get("description"),
        "aired": date,
        "premiered": date,
        "year": date[:4],
        "runtime": round(info["duration"] / 60) if info.get("duration") else None,
        "studio": info.get("channel") or info.get("uploader"),
        "uniqueid": info.get("id"),
    }
    (folder / f"{STEM}.nfo").write_bytes(nfo("episodedetails", lines))
    return True
