"""Downloads as clients see them, and lists of them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from domain.choices import Resolution
from domain.formats import FormatName, Kind
from domain.ids import PATTERN

State = Literal["queued", "running", "paused", "done", "failed", "cancelled"]
Sort = Literal["newest", "oldest", "title", "largest", "longest"]
Stage = Literal["waiting", "fetching", "downloading", "recording", "converting", "moving"]
MAX_PAGE = 200


class Progress(BaseModel):
    """How far a running download is; `fraction` is of the stage, 0 to 1."""

    stage: Stage
    bytes: int = 0
    total: int | None = None
    fraction: float | None = None
    speed: float | None = Field(default=None, description="bytes/s")
    eta: float | None = Field(default=None, description="seconds")

    def at_rest(self, stage: Stage) -> Progress:
        """The same bytes at a stage in which none arrive."""
        return self.model_copy(update={"stage": stage, "speed": None, "eta": None})


class DownloadErrorBody(BaseModel):
    """Why something went wrong, for a person: a sentence and what to do."""

    kind: str
    sentence: str
    fix: str
    values: dict[str, str] = Field(
        default={}, description="What stands in the sentence and the fix, by name"
    )


class MediaFile(BaseModel):
    """The finished file."""

    name: str = Field(description="Below the media folder, with the folders that it lies in")
    bytes: int
    mime: str
    playable: bool = Field(description="Whether a browser can play it")
    missing: bool = Field(description="Whether somebody has moved or deleted it")


class Download(BaseModel):
    """One wish and what became of it."""

    id: str
    url: str
    platform: str | None
    title: str | None
    uploader: str | None
    duration: float | None = Field(description="seconds")
    thumbnail: bool
    format: FormatName
    resolution: Resolution
    state: State
    position: float | None = Field(description="In the queue: the smallest is next; else null")
    progress: Progress | None
    error: DownloadErrorBody | None
    notes: list[DownloadErrorBody] = Field(
        description="What is worth knowing although it went on, such as a subtitle that is missing",
    )
    live: bool = Field(description="Whether a stream is recorded, which can be stopped")
    attempt: int
    file: MediaFile | None
    created: str
    started: str | None
    finished: str | None


class Listing(BaseModel):
    """Which downloads to list, in which order, from where on."""

    state: list[State] = Field(default=[], description="Only these states; none = all")
    kind: Kind | None = Field(default=None, description="Only what is saved as video, or as audio")
    q: str | None = Field(default=None, max_length=200, description="Only what holds these words")
    subscription: str | None = Field(
        default=None, pattern=PATTERN, description="Only what this subscription brought"
    )
    sort: Sort = "newest"
    cursor: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]+$",
        max_length=1000,
        description="`next` of a page in the same order",
    )
    limit: int = Field(default=50, ge=1, le=MAX_PAGE)


class DownloadPage(BaseModel):
    """A part of a list; hand `next` back as `cursor` for what follows."""

    items: list[Download]
    next: str | None
    total: int | None = Field(
        description="How many match, on all pages; null where a cursor was given"
    )
    as_of: str = Field(description="The server's time, for `Matching`")


class Snapshot(BaseModel):
    """Everything unfinished and the most recent of the rest, newest first."""

    items: list[Download]
