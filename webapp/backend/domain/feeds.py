"""Podcast feeds: a search of the library, or what a subscription brought, at a secret address."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.formats import Kind
from domain.ids import PATTERN
from domain.problems import WrongValueError
from domain.texts import line

FEEDS = "/api/feeds"
PODCASTS = "/api/podcasts/"
"""Below it lies what podcast apps fetch: the token in the address is all that they have."""
TOKEN = r"^[A-Za-z0-9_-]{43}$"  # noqa: S105 - what one looks like


def path_of(token: str) -> str:
    """Where a feed is, on this server."""
    return f"{PODCASTS}{token}/feed.xml"


def _title(text: str) -> str:
    text = line(text) or ""
    if not text:
        raise WrongValueError(
            "The title is empty: it is what podcast apps show.", kind="feed-titleless"
        )
    return text


class FeedRequest(BaseModel):
    """A feed as it is to be."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=200), AfterValidator(_title)]
    q: str | None = Field(default=None, max_length=200, description="Only what holds these words")
    kind: Kind | None = Field(default=None, description="Only what is saved as video, or as audio")
    subscription: str | None = Field(
        default=None, pattern=PATTERN, description="Only what this subscription brought"
    )
    language: str = Field(default="en", pattern=r"^[a-z]{2}$", description="As the feed states it")


class Feed(FeedRequest):
    """A feed with its address: whoever knows it can read the feed and fetch what is in it."""

    id: str
    path: str = Field(description="On this server; the token in it is a secret")
    created: str
    read: str | None = Field(description="When it was last fetched, to the minute; null = never")
