"""Typed requests and answers: what the front end's types are generated from."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from domain.choices import AudioTrackId, OfProfile, Resolution, Seconds
from domain.formats import FormatName, Kind
from domain.ids import PATTERN
from domain.naming import Folder, Template
from domain.problems import WrongValueError
from domain.texts import MAX_LENGTH

State = Literal["queued", "running", "paused", "done", "failed", "cancelled"]
Action = Literal["pause", "resume", "cancel", "retry", "stop"]
Sort = Literal["newest", "oldest", "title", "largest", "longest"]
Stage = Literal["waiting", "fetching", "downloading", "recording", "converting", "moving"]

MAX_URL_LENGTH = 8192
MAX_PAGE = 200
MAX_BULK = 5000


def web_address(text: str) -> str:
    """Accept http and https addresses with a host; the sentences are the user's."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is no number
    except ValueError as error:
        raise WrongValueError(
            f"{text[:200]!r} is not a web address: {error}.", kind="no-address", text=text[:200]
        ) from None
    if not parts.scheme or (not parts.netloc and "." in parts.scheme):
        raise WrongValueError(
            f"{text[:200]!r} is not a web address. Paste the whole link, with its https://.",
            kind="no-address",
            text=text[:200],
        )
    if parts.scheme.lower() not in {"http", "https"}:
        raise WrongValueError(
            f"{parts.scheme}: links are not supported. Paste a link that begins with https:// or http://.",
            kind="other-scheme",
            scheme=parts.scheme,
        )
    if " " in text:
        raise WrongValueError(
            f"{text[:200]!r} is not a web address: there is a space in it. Write %20 in its place.",
            kind="address-space",
            text=text[:200],
        )
    if not parts.hostname or any(ord(c) <= 32 or ord(c) == 127 for c in text):  # noqa: PLR2004 - ASCII
        raise WrongValueError(
            f"{text[:200]!r} is not a web address: its host is missing or damaged.",
            kind="address-host",
            text=text[:200],
        )
    return text


WebAddress = Annotated[
    str,
    Field(min_length=1, max_length=MAX_URL_LENGTH, examples=["https://example.org/clip.mp4"]),
    AfterValidator(web_address),
]


class Entry(BaseModel):
    """One of a list of media, with what only the list knows of it."""

    model_config = ConfigDict(extra="forbid")

    url: WebAddress
    title: str | None = Field(default=None, max_length=MAX_LENGTH)
    duration: Seconds | None = None
    number: int | None = Field(default=None, ge=1, le=1_000_000, description="In the list, from 1")
    date: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$", description="Of upload")
    list: str | None = Field(default=None, max_length=MAX_LENGTH, description="What it is called")
    page: WebAddress | None = Field(
        default=None, description="The page that it is on: some sites want it as the Referer"
    )


class DownloadRequest(OfProfile):
    """What to download and how."""

    url: WebAddress
    entry: Entry | None = Field(default=None, description="What the list knew that it is from")


class BulkDownloadRequest(OfProfile):
    """Many downloads with the same options: of links, or of entries of a preview."""

    urls: list[WebAddress] = Field(default=[], max_length=MAX_BULK)
    entries: list[Entry] = Field(default=[], max_length=MAX_BULK)

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not (self.urls or self.entries):
            raise WrongValueError("Give at least one link, in urls or in entries.", kind="no-links")
        return self


class PreviewRequest(BaseModel):
    """What to preview."""

    model_config = ConfigDict(extra="forbid")

    url: WebAddress


class SizedResolution(BaseModel):
    """A resolution that is offered, and the bytes to expect if they are known."""

    resolution: Resolution
    bytes: int | None


class AudioTrack(BaseModel):
    """One of several audio tracks of a video."""

    id: AudioTrackId
    language: str | None
    name: str | None = Field(description="As the site calls it")
    described: bool = Field(description="Whether it describes the picture, for blind people")
    default: bool = Field(description="Whether it is taken unless another is chosen")


class Known(BaseModel):
    """A download of the same medium, by this link or another."""

    id: str
    state: State
    format: FormatName
    resolution: Resolution


class Preview(BaseModel):
    """What a link leads to, before anything is downloaded."""

    url: str
    platform: str | None
    title: str | None
    uploader: str | None
    duration: float | None = Field(description="seconds")
    thumbnail: str | None = Field(description="Path of a picture that this server sends")
    live: bool
    resolutions: list[SizedResolution]
    audio_bytes: int | None
    subtitles: list[str] = Field(
        description="Languages: first those that people wrote, then those that only a machine did"
    )
    chapters: int
    audio: list[AudioTrack] = Field(description="Empty unless there is a choice")
    key: str = Field(description="Names this preview in `/api/previews/{key}/entries`")
    entries: list[Entry] = Field(description="The first of a playlist or channel; at most 500")
    total: int | None = Field(description="How many entries there are; null = nobody knows yet")
    known: list[Known] = Field(
        default=[], description="Downloads of the same medium, newest first; at most 10"
    )


class EntryListing(BaseModel):
    """Which entries of a list to show: all that hold the words, in an order, from where on."""

    q: str | None = Field(default=None, max_length=200, description="Only titles with these words")
    newest: bool = Field(default=False, description="Newest first instead of the list's own order")
    first: int = Field(default=1, ge=1, description="Number of the first to show, from 1")
    limit: int = Field(default=500, ge=1, le=MAX_BULK)


class EntryPage(BaseModel):
    """A part of a list of media."""

    items: list[Entry]
    total: int = Field(description="How many match, on all pages")
    complete: bool = Field(description="False if the list is longer than what can be looked at")


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


class Move(BaseModel):
    """A place in the queue: in front of another queued download, or the end."""

    model_config = ConfigDict(extra="forbid")

    before: Annotated[str, Field(pattern=PATTERN)] | None = Field(description="null = the end")


class Bulk(BaseModel):
    """An action on many downloads."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(pattern=PATTERN)]] = Field(min_length=1, max_length=1000)
    action: Action


class Deletion(BaseModel):
    """Downloads to be forgotten, and whether their finished files go too."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(pattern=PATTERN)]] = Field(min_length=1, max_length=1000)
    file: bool = False


class Matching(BaseModel):
    """Finished downloads that a list shows, however many, to be forgotten."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = Field(default=None, description="As in the list")
    q: str | None = Field(default=None, max_length=200, description="As in the list")
    subscription: str | None = Field(default=None, pattern=PATTERN, description="As in the list")
    as_of: str = Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        description="Only what was finished by then: the list's `as_of`",
    )
    but: list[Annotated[str, Field(pattern=PATTERN)]] = Field(
        default=[], max_length=1000, description="These stay"
    )
    file: bool = Field(default=False, description="Remove the finished files too")


class Relocation(BaseModel):
    """Finished files that are to lie elsewhere, or to be called otherwise."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(pattern=PATTERN)]] = Field(min_length=1, max_length=1000)
    folder: Folder | None = Field(default=None, description="null = as /api/naming has it")
    template: Template | None = Field(default=None, description="null = as /api/naming has it")


class Refusal(BaseModel):
    """A download that an action did not change, and why."""

    id: str
    detail: str


class Changes(BaseModel):
    """What an action on many downloads did."""

    changed: list[Download]
    refused: list[Refusal]


class Deleted(BaseModel):
    """How many of a list were forgotten, and which were not; at most 100 of those are told."""

    deleted: int
    refused: list[Refusal]


class BlockedHost(BaseModel):
    """A host that is on hold until `open_until`, for the nth time in a row (`failures`)."""

    host: str
    failures: int
    open_until: str


class QueueState(BaseModel):
    """The queue as a whole."""

    concurrency: int
    paused: bool
    running: int
    queued: int
    disk_free: int = Field(description="Bytes that downloads may still use")
    hosts: list[BlockedHost]


class Leftover(BaseModel):
    """What is kept of a failed download, so that a retry can go on with it."""

    id: str
    title: str | None
    url: str
    bytes: int


class QueueChange(BaseModel):
    """What is to be different from now on; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    concurrency: int | None = Field(default=None, ge=1, le=64)
    paused: bool | None = None
