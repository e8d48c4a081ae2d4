"""What people ask to be downloaded, and how."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.choices import OfProfile, Seconds
from domain.links import WebAddress
from domain.problems import WrongValueError
from domain.texts import MAX_LENGTH

MAX_BULK = 5000


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
