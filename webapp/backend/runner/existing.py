"""The runner's fourth job: what files tell that others have made.

yt-dlp's `.info.json` tells most; then what is written into the file, as ffmpeg shows it; then the
file's name. All of it is somebody else's data, so that it is read in here.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.formats import of_suffix
from domain.imports import YOUTUBE, named
from domain.links import MAX_URL_LENGTH, host_of
from domain.names import suffix
from domain.signatures import HEAD_BYTES, not_media
from domain.texts import line, sanitized
from runner.metadata import extract_metadata, is_list, without_login
from runner.thumbnails import MAX_BYTES, extract_frame, suffix_of
from runner.trim import DURATION

PROBE_SECONDS = 20
MAX_INFO_BYTES = 32_000_000
SIZE = re.compile(
    rb"^ {1,8}Stream #[^\n]{0,80}?: Video: [^\n]{0,400}?\b(\d{2,5})x(\d{2,5})\b", re.MULTILINE
)
ADDRESS = re.compile(r"https?://[^\s]+")
WATCHED = re.compile(r"https?://(?:www\.)?(?:youtube\.com/watch\?v=|youtu\.be/)([\w-]{11})\b")
DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
LINE = re.compile(r"(?:\\.|[^\n\\])+", re.DOTALL)  # a line break with "\" before it ends none

Info = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadJob:
    """Which files to read, each with what belongs to it, and a folder for their pictures."""

    files: list[dict[str, Any]]
    folder: str
    ffmpeg: str | None
    archive: dict[str, str]
    """From an id to the site that yt-dlp's archive names with it, lower case."""


def read_existing(job: ReadJob) -> Info:
    """Return what is known of each file, in their order, or `problem`: why it is no medium.

    That is the kind of `LEFT_OUT` with its values.
    """
    folder = Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    return {"files": [_read(job, folder, number) for number in range(len(job.files))]}


def _read(job: ReadJob, folder: Path, number: int) -> Info:
    path = Path(job.files[number]["path"])
    try:
        with path.open("rb") as file:
            what = not_media(file.read(HEAD_BYTES))
    except OSError as error:
        return {"problem": {"kind": "left-unreadable", "why": str(error.strerror)}}
    if what:
        return {"problem": {"kind": "left-not-media", "what": what}}
    tags, measured = _looked(job.ffmpeg, path)
    if job.ffmpeg and measured.get("duration") is None:
        return {"problem": {"kind": "left-damaged"}}
    beside = [Path(one) for one in job.files[number]["sidecars"]]
    info = _info(beside) or _of_tags(tags)
    title, medium = named(path.stem)
    info.setdefault("title", title)
    if medium and not info.get("id"):
        info |= _of_id(medium, job.archive)
    info |= {name: value for name, value in measured.items() if value}
    info = without_login(sanitized(info))
    known = extract_metadata(info)
    if not info.get("webpage_url") and not info.get("extractor_key"):
        known |= {"platform": None, "media_key": None}
    return known | {
        "url": line(info.get("webpage_url"), MAX_URL_LENGTH) or "",
        "thumbnail": _picture(job, path, beside, folder, number, measured.get("duration")),
    }


def _info(beside: list[Path]) -> Info | None:
    """What yt-dlp wrote beside the file; None when there is nothing that can be read."""
    for path in beside:
        if not path.name.lower().endswith(".info.json"):
            continue
        with contextlib.suppress(OSError, ValueError, RecursionError):
            with path.open("rb") as file:
                told = json.loads(file.read(MAX_INFO_BYTES))
            if isinstance(told, dict) and not is_list(told):
                found = {name: value for name, value in told.items() if _is_plain(name, value)}
                addresses = (_address(told.get(name)) for name in ("webpage_url", "original_url"))
                return found | {"webpage_url": next(filter(None, addresses), None)}
    return None


TEXTS = ("id", "title", "uploader", "channel", "extractor_key", "upload_date")
NUMBERS = ("width", "height", "timestamp")


def _is_plain(name: str, value: object) -> bool:
    """Whether it is one of what is looked at, and of the kind that it should be."""
    if name in NUMBERS:
        return isinstance(value, int | float)
    return name in (*TEXTS, "webpage_url_domain") and isinstance(value, str)


def _address(value: object) -> str | None:
    return value if isinstance(value, str) and ADDRESS.fullmatch(value) else None


def _looked(ffmpeg: str | None, path: Path) -> tuple[dict[str, str], Info]:
    """What is written into the file, by lower case names; and how long and large it is."""
    if ffmpeg is None:
        return {}, {}
    command = [
        *(ffmpeg, "-nostdin", "-protocol_whitelist", "file,pipe", "-i", f"file:{path}"),
        *("-f", "ffmetadata", "pipe:1"),
    ]
    try:
        told = subprocess.run(command, check=False, capture_output=True, timeout=PROBE_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return {}, {}
    measured: Info = {}
    if found := DURATION.search(told.stderr):
        measured["duration"] = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
    if size := SIZE.search(told.stderr):
        measured |= {"width": int(size[1]), "height": int(size[2])}
    text = told.stdout.decode(errors="replace").partition("\n[")[0]
    unescaped = re.compile(r"\\(.)", re.DOTALL)
    tags = (line.partition("=") for line in LINE.findall(text) if line[0] not in ";#[")
    return {
        name.lower(): unescaped.sub(r"\1", value) for name, equals, value in tags if name and equals
    }, measured


def _of_tags(tags: dict[str, str]) -> Info:
    """As yt-dlp, and music programs, write them."""
    found: Info = {"title": tags.get("title")}
    found["uploader"] = tags.get("artist") or tags.get("album_artist")
    if day := DAY.match(tags.get("date", "")):
        found["upload_date"] = "".join(day.groups())
    addresses = (_address(tags.get(name, "").strip()) for name in ("purl", "comment"))
    if address := next(filter(None, addresses), None):
        found |= {"webpage_url": address, "webpage_url_domain": host_of(address)}
        if watched := WATCHED.match(address):
            found |= _of_id(watched[1], {})
    return {name: value for name, value in found.items() if value}


def _of_id(medium: str, archive: dict[str, str]) -> Info:
    """What an id in a name stands for: as the archive says, or where only YouTube has such ids."""
    site = archive.get(medium)
    if site == "youtube" or (site is None and YOUTUBE.fullmatch(medium)):
        address = f"https://www.youtube.com/watch?v={medium}"
        return {"id": medium, "extractor_key": "Youtube", "webpage_url": address}
    return {"id": medium}


def _picture(
    job: ReadJob, path: Path, beside: list[Path], folder: Path, number: int, duration: float | None
) -> str | None:
    """Keep the picture that lies beside it, or one of the video's; the file's name."""
    for one in beside:
        with contextlib.suppress(OSError):
            if one.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}:
                with one.open("rb") as file:
                    data = file.read(MAX_BYTES + 1)
                kind = suffix_of(data)
                if kind and len(data) <= MAX_BYTES:
                    (folder / f"{number}.{kind}").write_bytes(data)
                    return f"{number}.{kind}"
    format_ = of_suffix(suffix(path.name))
    if format_ is None or format_.kind != "video":
        return None
    made = extract_frame(job.ffmpeg, path, duration, folder)
    if made is None:
        return None
    target = f"{number}.{suffix(made)}"
    shutil.move(folder / made, folder / target)
    return target
