"""The HTTP side of downloads, and no more."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import FileResponse, StreamingResponse

from downloads.ids import PATTERN
from downloads.models import Choice, Download, Page, State
from downloads.service import Service
from problems import documented

router = APIRouter(prefix="/api", tags=["downloads"], responses=documented(422, 503))

MOST_ITEMS = 200


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Downloads = Annotated[Service, Depends(_service)]
Id = Annotated[str, Path(pattern=PATTERN, description="The download's id")]
NONE = documented(404)
CONFLICT = documented(404, 409)


@router.post("/downloads", status_code=201, operation_id="addDownload")
def add(choice: Choice, downloads: Downloads) -> Download:
    """Queue a download. It is kept before this answers: no crash can lose it."""
    return downloads.add(choice)


@router.get("/downloads", operation_id="listDownloads")
def list_(
    downloads: Downloads,
    state: Annotated[list[State] | None, Query(description="Only these states")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Only what holds this text")] = None,
    cursor: Annotated[str | None, Query(pattern=PATTERN, description="`next` of a page")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS)] = 50,
) -> Page:
    """List downloads, newest first."""
    return downloads.page(tuple(state or ()), q, cursor, limit)


@router.get("/downloads/{item}", operation_id="getDownload", responses=NONE)
def get(item: Id, downloads: Downloads) -> Download:
    """Show one download."""
    return downloads.get(item)


@router.post("/downloads/{item}/pause", operation_id="pauseDownload", responses=CONFLICT)
def pause(item: Id, downloads: Downloads) -> Download:
    """Stop it for now; what has been downloaded is kept."""
    return downloads.act(item, "pause")


@router.post("/downloads/{item}/resume", operation_id="resumeDownload", responses=CONFLICT)
def resume(item: Id, downloads: Downloads) -> Download:
    """Go on with a paused one."""
    return downloads.act(item, "resume")


@router.post("/downloads/{item}/cancel", operation_id="cancelDownload", responses=CONFLICT)
def cancel(item: Id, downloads: Downloads) -> Download:
    """Stop it for good; what has been downloaded is removed."""
    return downloads.act(item, "cancel")


@router.post("/downloads/{item}/retry", operation_id="retryDownload", responses=CONFLICT)
def retry(item: Id, downloads: Downloads) -> Download:
    """Try a failed or cancelled one again."""
    return downloads.act(item, "retry")


@router.delete("/downloads/{item}", status_code=204, operation_id="deleteDownload", responses=NONE)
def delete(
    item: Id,
    downloads: Downloads,
    file: Annotated[bool, Query(description="Remove the finished file too")] = False,  # noqa: FBT002 -- a query
) -> None:
    """Forget a download, whatever its state."""
    downloads.delete(item, file=file)


@router.get(
    "/downloads/{item}/file",
    operation_id="getDownloadFile",
    response_class=FileResponse,
    responses=documented(404, 409, 410, 416)
    | {200: {"content": {"application/octet-stream": {}}, "description": "The file"}},
)
def file(
    item: Id,
    downloads: Downloads,
    disposition: Annotated[Literal["inline", "attachment"] | None, Query()] = None,
) -> FileResponse:
    """Send the finished file, or a range of it. What a browser cannot play is an attachment."""
    path, download = downloads.file(item)
    if download.file is None or not download.file.playable:
        disposition = "attachment"
    return FileResponse(
        path,
        media_type=download.file.mime if download.file else None,
        filename=path.name,
        content_disposition_type=disposition or "inline",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox",
        },
    )


@router.get(
    "/events",
    operation_id="listenToDownloads",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
            "description": "`snapshot` (a Snapshot) first, then `download` (a Download) on every "
            "change, at most four a second each, and `removed` ({id})",
        }
    },
)
async def events(downloads: Downloads) -> StreamingResponse:
    """Follow every download as it happens."""

    async def snapshot() -> str:
        return await asyncio.to_thread(downloads.snapshot)

    return StreamingResponse(
        downloads.hub.listen(snapshot),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
