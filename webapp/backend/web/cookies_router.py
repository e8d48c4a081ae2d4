"""The HTTP side of sites' cookies. What is in them is taken, and never given out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from domain.failures import DownloadError
from domain.problems import InvalidError, NotFoundError
from files import cookies
from web.problems import documented
from web.router import Loaded

router = APIRouter(prefix="/api", tags=["cookies"], responses=documented(422, 503))

Site = Annotated[
    str,
    Path(
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$",
        max_length=200,
        description="The site's host name; its cookies serve everything below it too",
    ),
]


class Export(BaseModel):
    """What a browser's add-on exported: Netscape's format, or JSON."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=cookies.MAX_BYTES)


class SiteCookies(BaseModel):
    """A site that there are cookies of."""

    site: str
    problem: str | None = Field(description="Why they are not used, if they are not")
    fix: str | None = Field(description="What to do about it")
    kind: str | None = Field(description="Names the problem, for other languages")
    values: dict[str, str] = Field(description="What stands in the problem and the fix, by name")


def _told(site: str, problem: DownloadError | None) -> SiteCookies:
    """A site, and what is wrong with its file."""
    if problem is None:
        return SiteCookies(site=site, problem=None, fix=None, kind=None, values={})
    said = problem.as_error() | {"values": dict(problem.values)}
    return SiteCookies(site=site, problem=said.pop("sentence"), **said)


@router.get("/cookies", operation_id="listCookies")
def list_(lifecycle: Loaded) -> list[SiteCookies]:
    """List the sites that have cookies here."""
    found = cookies.sites(lifecycle.container().cookies)
    return [_told(site, problem) for site, problem in found.items()]


@router.put("/cookies/{site}", status_code=204, operation_id="keepCookies")
def keep(site: Site, export: Export, lifecycle: Loaded) -> None:
    """Keep a site's cookies, in place of what there was; only the backend's user can read them."""
    try:
        cookies.keep(lifecycle.container().cookies, site, export.text)
    except DownloadError as error:
        raise InvalidError(
            error.sentence, error.fix, field="text", kind=error.kind, **error.values
        ) from None


@router.delete(
    "/cookies/{site}", status_code=204, operation_id="forgetCookies", responses=documented(404)
)
def forget(site: Site, lifecycle: Loaded) -> None:
    """Remove a site's cookies."""
    if not cookies.forget(lifecycle.container().cookies, site):
        raise NotFoundError(
            f"There are no cookies of {site}.",
            "See /api/cookies for what there is.",
            kind="no-cookies",
            site=site,
        )
