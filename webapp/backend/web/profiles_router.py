"""The HTTP side of profiles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from domain.profiles import DefaultProfile, Profile, ProfileRequest
from web.problems import documented
from web.router import Loaded

router = APIRouter(prefix="/api", tags=["profiles"], responses=documented(422, 503))

Id = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$", description="The profile's id")]


@router.get("/profiles", operation_id="listProfiles")
def list_(lifecycle: Loaded) -> list[Profile]:
    """List named choices: those that come with the app, then your own."""
    return lifecycle.container().profiles.all()


@router.post("/profiles", status_code=201, operation_id="addProfile", responses=documented(409))
def add(wanted: ProfileRequest, lifecycle: Loaded) -> Profile:
    """Give choices a name."""
    return lifecycle.container().profiles.add(wanted)


@router.put("/profiles/default", operation_id="setDefaultProfile", responses=documented(404))
def set_default(wanted: DefaultProfile, lifecycle: Loaded) -> Profile:
    """Choose the profile that is taken where none is named."""
    return lifecycle.container().profiles.set_default(wanted.id)


@router.put("/profiles/{profile}", operation_id="changeProfile", responses=documented(404, 409))
def change(profile: Id, wanted: ProfileRequest, lifecycle: Loaded) -> Profile:
    """Change a profile of your own; what has been added with it stays as it is."""
    return lifecycle.container().profiles.change(profile, wanted)


@router.delete(
    "/profiles/{profile}",
    status_code=204,
    operation_id="deleteProfile",
    responses=documented(404, 409),
)
def delete(profile: Id, lifecycle: Loaded) -> None:
    """Delete a profile of your own; what has been added with it stays as it is."""
    lifecycle.container().profiles.delete(profile)
