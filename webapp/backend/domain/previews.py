"""What a link leads to, before anything is downloaded."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from domain.choices import AudioTrackId, Resolution
from domain.downloads import State
from domain.formats import FormatName
from domain.links import WebAddress
from domain.requests import MAX_BULK, Entry


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
