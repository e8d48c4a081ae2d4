"""Where finished files lie, and showing that on this machine's desktop to whoever sits at it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from app.finished_files import in_bucket
from domain.problems import ForbiddenError
from web.problems import documented
from web.router import Id, Loaded

router = APIRouter(prefix="/api", tags=["folder"], responses=documented(422, 503))


class MediaFolder(BaseModel):
    """Where finished files lie."""

    path: str = Field(
        description="Of the folder, as the backend sees it; `s3://bucket/prefix` of a bucket"
    )
    bucket: bool = Field(description="Whether it is a bucket, and no folder")
    container: bool = Field(description="Whether that is a path which only a container knows")
    opens: bool = Field(description="Whether it can be shown on the desktop of who asks")


def is_at_this_machine(request: Request) -> bool:
    """Whether who asks sits at this machine: by address, by the name used, and by the page's own.

    A server that hands requests on asks from loopback for everybody; the names tell.
    """
    client = request.client
    named = [f"//{request.headers.get('host', '')}"]
    if origin := request.headers.get("origin"):
        named.append(origin)
    addresses = [client.host] if client else []
    addresses += request.headers.get("x-forwarded-for", "").replace(",", " ").split()
    return all(map(_is_loopback, addresses)) and all(_is_loopback(_host(url)) for url in named)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


async def _only_here(request: Request) -> None:
    if not is_at_this_machine(request):
        raise ForbiddenError(
            "Folders are shown only on the backend's machine.",
            "Copy the path, or save the file to your device.",
            kind="not-here",
        )


Here = [Depends(_only_here)]
REFUSED = documented(403, 409)


@router.get("/folder", operation_id="getFolder")
def folder(request: Request, lifecycle: Loaded) -> MediaFolder:
    """Tell where finished files go; `path` and a file's `name` make its whole path."""
    desktop, media = request.app.state.desktop, lifecycle.container().media
    here = media.is_place and is_at_this_machine(request)
    return MediaFolder(
        path=media.location,
        bucket=not media.is_place,
        container=media.is_place and desktop.in_container,
        opens=here and desktop.opener is not None,
    )


@router.post(
    "/folder/show",
    status_code=204,
    operation_id="showFolder",
    dependencies=Here,
    responses=REFUSED,
)
def show_folder(request: Request, lifecycle: Loaded) -> None:
    """Show the folder of finished files on this machine's desktop."""
    media = lifecycle.container().media
    if not media.is_place:
        raise in_bucket(media.location)
    request.app.state.desktop.show(media.path)


@router.post(
    "/downloads/{item}/show",
    status_code=204,
    operation_id="showDownload",
    dependencies=Here,
    responses=REFUSED | documented(404, 410),
)
def show_download(item: Id, request: Request, lifecycle: Loaded) -> None:
    """Show the folder that a finished file lies in on this machine's desktop."""
    request.app.state.desktop.show(lifecycle.container().downloads.path(item))
