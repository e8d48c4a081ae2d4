"""What people ask to be done with downloads that there are, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from domain.actions import Action
from domain.downloads import Download
from domain.formats import Kind
from domain.ids import PATTERN
from domain.naming import Folder, Template

if TYPE_CHECKING:
    from domain.problems import Problem

MAX_IDS = 1000
Id = Annotated[str, Field(pattern=PATTERN)]
Ids = Annotated[list[Id], Field(min_length=1, max_length=MAX_IDS)]


class Move(BaseModel):
    """A place in the queue: in front of another queued download, or the end."""

    model_config = ConfigDict(extra="forbid")

    before: Id | None = Field(description="null = the end")


class Bulk(BaseModel):
    """An action on many downloads."""

    model_config = ConfigDict(extra="forbid")

    ids: Ids
    action: Action


class Deletion(BaseModel):
    """Downloads to be forgotten, and whether their finished files go too."""

    model_config = ConfigDict(extra="forbid")

    ids: Ids
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
    but: list[Id] = Field(default=[], max_length=MAX_IDS, description="These stay")
    file: bool = Field(default=False, description="Remove the finished files too")


class Relocation(BaseModel):
    """Finished files that are to lie elsewhere, or to be called otherwise."""

    model_config = ConfigDict(extra="forbid")

    ids: Ids
    folder: Folder | None = Field(default=None, description="null = as /api/naming has it")
    template: Template | None = Field(default=None, description="null = as /api/naming has it")


class Refusal(BaseModel):
    """A download that an action did not change, and why."""

    id: str
    detail: str
    fix: str
    kind: str | None = Field(description="Names the detail, for other languages")
    values: dict[str, str] = Field(description="What stands in the detail and the fix, by name")

    @classmethod
    def of(cls, item: str, problem: Problem) -> Self:
        """Why a download was not changed."""
        return cls(
            id=item,
            detail=problem.detail,
            fix=problem.fix,
            kind=problem.kind,
            values=problem.values,
        )


class Changes(BaseModel):
    """What an action on many downloads did."""

    changed: list[Download]
    refused: list[Refusal]


class Deleted(BaseModel):
    """How many of a list were forgotten, and which were not; at most 100 of those are told."""

    deleted: int
    refused: list[Refusal]
