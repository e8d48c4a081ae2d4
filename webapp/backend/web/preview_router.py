"""The HTTP side of previews."""

from __future__ import annotations

import asyncio
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse

from app.lifecycle import Service
from app.previews import Look
from domain.models import Look as Wish
from domain.models import Preview
from domain.problems import NotFoundError
from web.problems import documented
from web.router import Downloads, picture

router = APIRouter(prefix="/api", tags=["previews"], responses=documented(422, 503))

LEFT_POLL = 0.1
THREADS = CapacityLimiter(40)
"""Of their own: a preview lasts as long as its source likes, and nothing else is to wait for it."""


@router.post("/previews", operation_id="previewLink")
async def preview(wish: Wish, request: Request, downloads: Downloads) -> Preview:
    """Find out what a link leads to; nothing is downloaded. Given up when the client leaves."""
    look = Look()
    downloads.looks.add(look)
    making = asyncio.create_task(
        to_thread.run_sync(_made, downloads, wish.url, look, limiter=THREADS)
    )
    try:
        while not making.done():
            await asyncio.wait({making}, timeout=LEFT_POLL)
            if not making.done() and await request.is_disconnected():
                look.drop()
        return await making
    finally:
        look.drop()
        downloads.looks.discard(look)


def _made(downloads: Service, url: str, look: Look) -> Preview:
    """The preview, with what is there already of the same medium."""
    parts = downloads.parts()
    found = parts.previews.make(url, look)
    known = parts.desk.known(url, parts.previews.media_key(url))
    return found.model_copy(update={"known": known})


@router.head("/previews/{key}/thumbnail", include_in_schema=False)
@router.get(
    "/previews/{key}/thumbnail",
    operation_id="getPreviewThumbnail",
    response_class=FileResponse,
    responses=documented(404) | {200: {"content": {"image/jpeg": {}}, "description": "A picture"}},
)
def thumbnail(
    key: Annotated[str, Path(pattern="^[0-9a-f]{26}$")], downloads: Downloads
) -> FileResponse:
    """Send the picture of a preview."""
    path = downloads.parts().previews.picture(key)
    if path is None:
        raise NotFoundError("There is no such picture.", "Preview the link again.")
    return picture(path, path.suffix[1:])
