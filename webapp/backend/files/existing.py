"""Finds the media that lie below a folder, with what belongs to each.

The rules are those of the shelf: no link is followed, no other disk entered, nothing hidden read.
"""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from domain.formats import of_suffix
from domain.imports import ImportRefusal, left_out
from domain.names import suffix
from domain.naming import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILES = 200_000
UNFINISHED = re.compile(r"\.(part|ytdl|temp\.\w+|f\d+(-\w+)?\.\w+|part-Frag\d+)$", re.IGNORECASE)
"""What yt-dlp has not finished: a part, or one stream of several."""
BESIDE = re.compile(
    r"(info\.json|description|nfo|jpe?g|png|webp|([\w-]{1,40}\.)?(srt|vtt|ass|lrc|ttml))",
    re.IGNORECASE,
)
"""What may follow the name of a medium in that of a file which belongs to it."""
OTHERS = {"mov", "flv", "ts", "m2ts", "3gp", "mpg", "mpeg", "wmv", "ogv", "ogg", "oga", "aac"}
OTHERS |= {"wma", "mka", "m4b", "aiff", "divx", "vob"}
"""Suffixes of media that the library has no format for."""


@dataclass(frozen=True, slots=True)
class Existing:
    """A medium; names are below the folder that was looked through."""

    name: str
    bytes: int
    modified: float
    sidecars: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Survey:
    """What lies there, the oldest first."""

    media: list[Existing] = field(default_factory=list)
    refused: list[ImportRefusal] = field(default_factory=list)


def survey(root: Path, folder: str) -> Survey:
    """Look through `folder` below `root`, which has been found fit for it."""
    found, device = Survey(), root.stat().st_dev
    waiting = [PurePosixPath(folder)]
    while waiting and len(found.media) < MAX_FILES:
        inside = waiting.pop()
        names: list[os.DirEntry[str]] = []
        with contextlib.suppress(OSError), os.scandir(root / inside) as entries:
            names = sorted(
                (entry for entry in entries if not entry.name.startswith(".")),
                key=lambda entry: entry.name,
            )
        for entry in names:
            if not entry.is_dir(follow_symlinks=False):
                continue
            if entry.stat(follow_symlinks=False).st_dev != device:
                found.refused.append(_left(inside / entry.name, "left-disk"))
            elif len(inside.parts) >= MAX_DEPTH:
                found.refused.append(_left(inside / entry.name, "left-deep", most=str(MAX_DEPTH)))
            else:
                waiting.append(inside / entry.name)
        files = [entry for entry in names if not entry.is_dir(follow_symlinks=False)]
        _sort_out(inside, files, found)
    found.media.sort(key=lambda one: (one.modified, one.name))
    return found


def _sort_out(folder: PurePosixPath, files: list[os.DirEntry[str]], found: Survey) -> None:
    """Tell the media of one folder, and give each what belongs to it."""
    media: dict[str, Existing] = {}
    for entry in files:
        ending = suffix(entry.name) if "." in entry.name else ""
        if UNFINISHED.search(entry.name) or (not of_suffix(ending) and ending not in OTHERS):
            continue
        if why := _why_not(entry, ending):
            found.refused.append(_left(folder / entry.name, why, ending=ending))
            continue
        told = entry.stat(follow_symlinks=False)
        one = Existing(str(folder / entry.name), told.st_size, told.st_mtime)
        found.media.append(one)
        media.setdefault(entry.name.rpartition(".")[0], one)
    for name in _beside(files):
        stem = _longest(name, media)
        if stem is not None:
            media[stem].sidecars.append(str(folder / name))


def _beside(files: list[os.DirEntry[str]]) -> Iterator[str]:
    for entry in files:
        if entry.is_file(follow_symlinks=False) and is_plain(entry.name):
            yield entry.name


def _longest(name: str, media: dict[str, Existing]) -> str | None:
    """The medium whose name a file's begins with: of several the longest."""
    for place in (at for at in range(len(name) - 1, 0, -1) if name[at] == "."):
        for stem in (name[:place], name[:place].removesuffix("-thumb")):  # as Kodi's pictures
            if stem in media and BESIDE.fullmatch(name[place + 1 :]):
                return stem
    return None


def _why_not(entry: os.DirEntry[str], ending: str) -> str | None:
    """The kind of `LEFT_OUT` that keeps a file out, if one does."""
    if not entry.is_file(follow_symlinks=False):
        return "left-link"
    if not is_plain(entry.name):
        return "left-name"
    if entry.stat(follow_symlinks=False).st_size == 0:
        return "left-empty"
    return None if of_suffix(ending) else "left-format"


def is_plain(name: str) -> bool:
    """Whether a name is text that can be shown and kept: no lost bytes, no control characters."""
    return all(unicodedata.category(sign) not in {"Cc", "Cs", "Zl", "Zp"} for sign in name)


def _left(path: PurePosixPath, kind: str, **values: str) -> ImportRefusal:
    shown = str(path).encode(errors="surrogateescape").decode(errors="replace")
    name = "".join(c if is_plain(c) else "\ufffd" for c in shown)
    return left_out(name, kind, **values)
