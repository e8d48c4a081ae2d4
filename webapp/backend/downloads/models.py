"""Typed requests and answers: what the front end's types are generated from."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

VideoFormat = Literal["mp4", "webm", "mkv", "avi"]
AudioFormat = Literal["mp3", "m4a", "wav", "flac", "opus"]
Format = Literal[VideoFormat, AudioFormat]
Resolution = Literal[
    "best", "2160p", "1440p", "1080p", "720p", "480p", "360p", "240p", "144p"
]  # fmt: skip
State = Literal["queued", "running", "paused", "done", "failed", "cancelled"]
Stage = Literal["waiting", "fetching", "downloading", "converting", "moving"]

AUDIO_FORMATS: tuple[str, ...] = ("mp3", "m4a", "wav", "flac", "opus")
LONGEST_URL = 8192


def _web_address(text: str) -> str:
    """Accept http and https addresses with a host; the sentences are the user's."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is no number
    except ValueError as error:
        raise ValueError(f"{text[:200]!r} is not a web address: {error}.") from None
    if not parts.scheme or (not parts.netloc and "." in parts.scheme):
        raise ValueError(
            f"{text[:200]!r} is not a web address. Paste the whole link, with its https://."
        )
    if parts.scheme.lower() not in {"http", "https"}:
        raise ValueError(
            f"{parts.scheme}: links are not supported. Paste a link that begins with https:// or http://."
        )
    if not parts.hostname or any(ord(c) <= 32 or ord(c) == 127 for c in text):  # noqa: PLR2004 -- ASCII
        raise ValueError(f"{text[:200]!r} is not a web address: its host is missing or damaged.")
    return text


WebAddress = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_URL, examples=["https://example.org/clip.mp4"]),
    AfterValidator(_web_address),
]


class Choice(BaseModel):
    """A wish: what to download and how."""

    model_config = ConfigDict(extra="forbid")

    url: WebAddress
    format: Format = "mp4"
    resolution: Resolution = "best"


class Progress(BaseModel):
    """How far a running download is; `fraction` is of the stage, 0 to 1."""

    stage: Stage
    bytes: int = 0
    total: int | None = None
    fraction: float | None = None
    speed: float | None = Field(default=None, description="bytes/s")
    eta: float | None = Field(default=None, description="seconds")


class Failure(BaseModel):
    """Why something went wrong, for a person: a sentence and what to do."""

    kind: str
    sentence: str
    fix: str


class MediaFile(BaseModel):
    """The finished file; `playable` says whether a browser can play it."""

    name: str
    bytes: int
    mime: str
    playable: bool


class Download(BaseModel):
    """One wish and what became of it."""

    id: str
    url: str
    platform: str | None
    title: str | None
    uploader: str | None
    duration: float | None = Field(description="seconds")
    thumbnail: bool
    format: Format
    resolution: Resolution
    state: State
    progress: Progress | None
    error: Failure | None
    attempt: int
    file: MediaFile | None
    created: str
    started: str | None
    finished: str | None


class Page(BaseModel):
    """A part of a list; hand `next` back as `cursor` for what follows."""

    items: list[Download]
    next: str | None


class Snapshot(BaseModel):
    """Everything unfinished and the most recent of the rest, newest first."""

    items: list[Download]
