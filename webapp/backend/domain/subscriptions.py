"""Subscriptions: lists of media that are checked regularly, and what is taken from each."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from domain.choices import OfProfile, Seconds
from domain.downloads import DownloadErrorBody
from domain.links import WebAddress
from domain.problems import WrongValueError
from domain.texts import MAX_LENGTH

MAX_LIST = 5000
"""Entries of a list that are looked at."""
MAX_PATTERN = 200
TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

EntryKind = Literal["video", "audio", "short", "live"]
SubscriptionState = Literal["active", "paused", "stopped"]
"""Paused by a person; stopped because it failed again and again."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongValueError(
            f"{name!r} is not a time zone. Give a name such as Europe/Berlin, or UTC.",
            kind="no-zone",
            zone=name,
        ) from None
    return name


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise WrongValueError(
            f"{text!r} is not a regular expression: {error}.",
            kind="no-pattern",
            pattern=text,
            why=error,
        ) from None
    return text


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise WrongValueError(
            f"{text!r} is not a date. Write it as 2026-01-31.", kind="no-date", date=text
        ) from None
    return text


def _time(text: str) -> str:
    if not TIME_OF_DAY.fullmatch(text):
        raise WrongValueError(
            f"{text[:20]!r} is not a time of day. Write it as 06:30.",
            kind="no-time",
            time=text[:20],
        )
    return text


Zone = Annotated[str, Field(max_length=60, examples=["Europe/Berlin"]), AfterValidator(_zone)]
Pattern = Annotated[str, Field(min_length=1, max_length=MAX_PATTERN), AfterValidator(_pattern)]
Day = Annotated[str, Field(max_length=10, examples=["2026-01-31"]), AfterValidator(_day)]
TimeOfDay = Annotated[str, Field(examples=["06:30"]), AfterValidator(_time)]


class Schedule(BaseModel):
    """When to look: every so many hours, or at times of day."""

    model_config = ConfigDict(extra="forbid")

    hours: int | None = Field(default=None, ge=1, le=720, description="Every so many hours")
    at: list[TimeOfDay] = Field(default=[], max_length=24, description="At these times of day")
    zone: Zone = Field(default="UTC", description="Whose times of day these are")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.hours is None) == (not self.at):
            raise WrongValueError(
                "Give a number of hours, or times of day: one of the two.", kind="schedule-either"
            )
        return self


class Filters(BaseModel):
    """Which entries are wanted: those that pass all that is given."""

    model_config = ConfigDict(extra="forbid")

    contains: str | None = Field(
        default=None, min_length=1, max_length=MAX_PATTERN, description="The title holds this text"
    )
    matches: Pattern | None = Field(
        default=None, description="A regular expression that is found in the title"
    )
    longer: Seconds | None = Field(default=None, description="At least so long (seconds)")
    shorter: Seconds | None = Field(default=None, description="At most so long (seconds)")
    after: Day | None = Field(default=None, description="Of this day or later")
    kinds: list[EntryKind] = Field(default=[], max_length=4, description="Only these; none = all")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.longer is not None and self.shorter is not None and self.longer > self.shorter:
            raise WrongValueError(
                f"Nothing is longer than {self.longer:g} s and shorter than {self.shorter:g} s.",
                kind="nothing-fits",
                longer=f"{self.longer:g}",
                shorter=f"{self.shorter:g}",
            )
        return self


class LookBack(BaseModel):
    """What the first look takes of what is there already; neither of them: all of it."""

    model_config = ConfigDict(extra="forbid")

    last: int | None = Field(default=None, ge=0, le=MAX_LIST, description="The newest so many")
    since: Day | None = Field(default=None, description="Those of this day or later")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.last is not None and self.since is not None:
            raise WrongValueError(
                "Give the number of the newest, or a date: one of the two.", kind="look-back-either"
            )
        return self


class Keep(BaseModel):
    """Which of its files stay on the disk; neither of them: all."""

    model_config = ConfigDict(extra="forbid")

    last: int | None = Field(default=None, ge=1, le=100_000, description="The newest so many")
    days: int | None = Field(default=None, ge=1, le=36_500, description="Those so many days old")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.last is not None and self.days is not None:
            raise WrongValueError(
                "Keep the newest, or those of some days: one of the two.", kind="keep-either"
            )
        return self


class SubscriptionChoice(BaseModel):
    """What is taken from a list, when, how, and for how long."""

    model_config = ConfigDict(extra="forbid")

    schedule: Schedule = Schedule(hours=6)
    filters: Filters = Filters()
    look_back: LookBack = LookBack(last=3)
    keep: Keep = Keep()
    options: OfProfile = Field(
        default=OfProfile(), description="How; what is left out is as the profile has it"
    )


class SubscriptionRequest(SubscriptionChoice):
    """A channel, playlist or feed, and what to take from it."""

    url: WebAddress
    title: str | None = Field(
        default=None, max_length=MAX_LENGTH, description="null = the name that the list has"
    )


class Subscription(SubscriptionChoice):
    """A list that is checked regularly."""

    id: str
    url: str
    title: str | None
    platform: str | None
    state: SubscriptionState
    looking: bool = Field(description="Whether it is looked at in this moment")
    next_look: str | None
    last_look: str | None
    found: int | None = Field(description="How many entries the last look queued")
    known: int = Field(description="Entries that have been seen so far")
    queued: int = Field(description="How many of them have been queued")
    failures: int = Field(description="How many looks in a row have failed")
    error: DownloadErrorBody | None = Field(description="Why the last look failed, if it did")
    created: str


class Doomed(BaseModel):
    """A file that a rule about keeping would delete."""

    id: str
    title: str | None
    bytes: int


class DoomedFiles(BaseModel):
    """All the files that a rule about keeping would delete."""

    items: list[Doomed]
    bytes: int
