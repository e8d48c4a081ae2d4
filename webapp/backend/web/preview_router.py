"""The HTTP side of previews."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse

from app.lifecycle import Lifecycle
from app.previews import PreviewHandle
from domain.previews import EntryListing, EntryPage, Preview, PreviewRequest
from domain.problems import NotFoundError
from web.problems import documented
from web.router import Loaded, picture

router = APIRouter(prefix="/api", tags=["previews"], responses=documented(422, 503))

DISCONNECT_POLL_SECONDS = 0.1
T = TypeVar("T")
Key = Annotated[str, Path(pattern="^[0-9a-f]{26}$", description="The `key` of a preview")]
THREADS = CapacityLimiter(40)
"""Of their own: a preview lasts as long as its source likes, and nothing else is to wait for it."""


@router.post("/previews", operation_id="previewLink")
async def preview(wanted: PreviewRequest, request: Request, lifecycle: Loaded) -> Preview:
    """Find out what a link leads to; nothing is downloaded. It ends when the client leaves."""
    return await _unless_left(
        request, lifecycle, lambda handle: _made(lifecycle, wanted.url, handle)
    )


async def _unless_left(
    request: Request, lifecycle: Lifecycle, make: Callable[[PreviewHandle], T]
) -> T:
    """What `make` gives, which is dropped when the client leaves."""
    handle = PreviewHandle()
    lifecycle.previews.add(handle)
    making = asyncio.create_task(to_thread.run_sync(make, handle, limiter=THREADS))
    try:
        while not making.done():
            await asyncio.wait({making}, timeout=DISCONNECT_POLL_SECONDS)
            if not making.done() and await request.is_disconnected():
                handle.drop()
        return await making
    finally:
        handle.drop()
        lifecycle.previews.discard(handle)


def _made(lifecycle: Lifecycle, url: str, handle: PreviewHandle) -> Preview:
    """The preview, with what is there already of the same medium."""
    container = lifecycle.container()
    found = container.previews.make(url, handle)
    known = container.downloads.known(url, container.previews.media_key(url))
    return found.model_copy(update={"known": known})


@router.get("/previews/{key}/entries", operation_id="listEntries", responses=documented(404))
async def entries(
    key: Key, listing: Annotated[EntryListing, Query()], request: Request, lifecycle: Loaded
) -> EntryPage:
    """Show a part of a previewed list. The whole list is looked at once, which may take a while."""
    return await _unless_left(
        request, lifecycle, lambda handle: _entries(lifecycle, key, listing, handle)
    )


def _entries(
    lifecycle: Lifecycle, key: str, listing: EntryListing, handle: PreviewHandle
) -> EntryPage:
    return lifecycle.container().previews.entries(key, listing, handle)


@router.head("/previews/{key}/thumbnail", include_in_schema=False)
@router.get(
    "/previews/{key}/thumbnail",
    operation_id="getPreviewThumbnail",
    response_class=FileResponse,
    responses=documented(404) | {200: {"content": {"image/jpeg": {}}, "description": "A picture"}},
)
def thumbnail(key: Key, lifecycle: Loaded) -> FileResponse:
    """Send the picture of a preview."""
    path = lifecycle.container().previews.picture(key)
    if path is None:
        raise NotFoundError(
            "There is no such thumbnail.", "Preview the link again.", kind="no-preview-thumbnail"
        )
    return picture(path, path.suffix[1:])
