"""The HTTP side of previews."""

from __future__ import annotations

import asyncio
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse

from app.lifecycle import Lifecycle
from app.previews import PreviewHandle
from domain.models import Preview, PreviewRequest
from domain.problems import NotFoundError
from web.problems import documented
from web.router import Loaded, picture

router = APIRouter(prefix="/api", tags=["previews"], responses=documented(422, 503))

DISCONNECT_POLL_SECONDS = 0.1
THREADS = CapacityLimiter(40)
"""Of their own: a preview lasts as long as its source likes, and nothing else is to wait for it."""


@router.post("/previews", operation_id="previewLink")
async def preview(wanted: PreviewRequest, request: Request, lifecycle: Loaded) -> Preview:
    """Find out what a link leads to; nothing is downloaded. Given up when the client leaves."""
    handle = PreviewHandle()
    lifecycle.previews.add(handle)
    making = asyncio.create_task(
        to_thread.run_sync(_made, lifecycle, wanted.url, handle, limiter=THREADS)
    )
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


@router.head("/previews/{key}/thumbnail", include_in_schema=False)
@router.get(
    "/previews/{key}/thumbnail",
    operation_id="getPreviewThumbnail",
    response_class=FileResponse,
    responses=documented(404) | {200: {"content": {"image/jpeg": {}}, "description": "A picture"}},
)
def thumbnail(
    key: Annotated[str, Path(pattern="^[0-9a-f]{26}$")], lifecycle: Loaded
) -> FileResponse:
    """Send the picture of a preview."""
    path = lifecycle.container().previews.picture(key)
    if path is None:
        raise NotFoundError("There is no such picture.", "Preview the link again.")
    return picture(path, path.suffix[1:])
