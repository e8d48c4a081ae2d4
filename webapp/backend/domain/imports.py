"""Files that are there already, and become part of the library where they lie."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.downloads import DownloadErrorBody
from domain.naming import Folder

if TYPE_CHECKING:
    from domain.failures import DownloadError

Origin = Literal["media", "import"]
ImportState = Literal["running", "done", "stopped", "failed"]
MAX_REFUSALS = 100
"""As many are told; the rest is counted."""
MAX_EXAMPLES = 20
NAMED = re.compile(r"(.*\S)\s*\[([^\[\]\s/]{3,100})\]", re.DOTALL)
FORMER = re.compile(r"(.*\S)-([A-Za-z0-9_-]{11})", re.DOTALL)
YOUTUBE = re.compile(r"[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]")
"""YouTube's ids are 64 bits in base 64: the last letter holds four of them."""


class ImportRequest(BaseModel):
    """Which files are to become part of the library."""

    model_config = ConfigDict(extra="forbid")

    origin: Origin = Field(
        default="media", description="Below the media folder, or below IMPORT_DIR"
    )
    folder: Folder = Field(default="", description="There; empty is all of it")


class ImportRefusal(BaseModel):
    """A file that was left out, and why."""

    name: str
    detail: str
    kind: str | None = Field(default=None, description="Names the detail, for other languages")
    values: dict[str, str] = Field(default={}, description="What stands in the detail, by name")

    @classmethod
    def of_failure(cls, name: str, failure: DownloadError) -> ImportRefusal:
        """A file that is left out for the reason for which a download of it would fail."""
        values = dict(failure.values)
        return cls(name=name, detail=failure.sentence, kind=failure.kind, values=values)


LEFT_OUT = {
    "left-damaged": "ffmpeg finds neither video nor sound in it: it is damaged.",
    "left-deep": "It lies more than {most} folders deep.",
    "left-disk": "It is on another disk.",
    "left-empty": "It is empty.",
    "left-format": "It is .{ending}, which the library has no format for; convert it, to mkv for"
    " instance.",
    "left-link": "It is a link or no file, which may lead anywhere.",
    "left-name": "It has a name that not every program can read; rename it.",
    "left-not-media": "It is {what}, and no medium.",
    "left-place": "It has no place below the media folder: {why}.",
    "left-unreadable": "It cannot be read: {why}.",
}
"""Why a file is left out, by kind."""


def left_out(name: str, kind: str, **values: str) -> ImportRefusal:
    """Say why a file is left out; raises `KeyError` for a value that the sentence wants."""
    detail = LEFT_OUT[kind].format(**values)
    return ImportRefusal(name=name, detail=detail, kind=kind, values=values)


class ImportLook(BaseModel):
    """What an import would take, found without changing anything."""

    new: int
    known: int = Field(description="Part of the library already")
    bytes: int = Field(description="Of the new ones")
    examples: list[str] = Field(description=f"The first {MAX_EXAMPLES} of the new ones")
    refused: list[ImportRefusal]


class Import(BaseModel):
    """A folder that is being taken over, or was."""

    id: str
    origin: Origin
    folder: str
    state: ImportState
    found: int | None = Field(description="Media that lie there; null until they are counted")
    taken: int
    known: int = Field(description="Part of the library already")
    refused: int
    refusals: list[ImportRefusal] = Field(description=f"At most {MAX_REFUSALS}")
    error: DownloadErrorBody | None
    created: str
    finished: str | None


class Imports(BaseModel):
    """The last imports, the newest first, and where files may come from."""

    origins: list[Origin]
    items: list[Import]


def named(stem: str) -> tuple[str, str | None]:
    """Title and id of a file as yt-dlp names it: `Title [id]`, or once `Title-id`."""
    if found := NAMED.fullmatch(stem):
        return found[1], found[2]
    found = FORMER.fullmatch(stem)
    if found and YOUTUBE.fullmatch(found[2]):
        return found[1], found[2]
    return stem, None
