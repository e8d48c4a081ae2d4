"""The queue as a whole, and what its failures keep."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


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
