"""The HTTP side of downloads, and no more."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import FileResponse, StreamingResponse

from app.lifecycle import Service
from domain.ids import PATTERN
from domain.models import (
    Bulk,
    Changes,
    Choice,
    Choices,
    Deletion,
    Download,
    Listing,
    Move,
    Page,
    QueueChange,
    QueueState,
)
from domain.problems import ConflictError
from web.problems import documented

router = APIRouter(prefix="/api", tags=["downloads"], responses=documented(422, 503))

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox",
}


async def _service(request: Request) -> Service:  # async: a thread of its own would cost more
    service: Service = request.app.state.service
    return service


Downloads = Annotated[Service, Depends(_service)]
Id = Annotated[str, Path(pattern=PATTERN, description="The download's id")]
NONE = documented(404)
CONFLICT = documented(404, 409)


@router.post("/downloads", status_code=201, operation_id="addDownload", responses=documented(409))
def add(
    choice: Choice,
    downloads: Downloads,
    unless_known: Annotated[bool, Query(description="409 when it is there already")] = False,  # noqa: FBT002 -- a query
) -> Download:
    """Queue a download. It is kept before this answers: no crash can lose it."""
    parts = downloads.parts()
    known = parts.desk.like(choice, parts.previews.media_key(choice.url)) if unless_known else None
    if known:
        what = "This link" if known.url == choice.url else "What this link leads to"
        raise ConflictError(
            f"{what} is {known.state} already, in the same format.",
            f"Use download {known.id}, or send it again without unless_known.",
        )
    return parts.desk.add([choice])[0]


@router.post("/downloads/bulk", status_code=201, operation_id="addDownloads")
def add_many(choices: Choices, downloads: Downloads) -> list[Download]:
    """Queue many links at once, all or none."""
    how = choices.model_dump(exclude={"urls"})
    wishes = [Choice(url=url, **how) for url in dict.fromkeys(choices.urls)]
    return downloads.parts().desk.add(wishes)


@router.post("/downloads/actions", operation_id="changeDownloads")
def change_many(bulk: Bulk, downloads: Downloads) -> Changes:
    """Do the same to many downloads."""
    return downloads.parts().desk.act_on_all(bulk.ids, bulk.action)


@router.post("/downloads/deletions", status_code=204, operation_id="deleteDownloads")
def delete_many(deletion: Deletion, downloads: Downloads) -> None:
    """Forget many downloads; those that are gone already are no error."""
    downloads.parts().desk.delete_all(deletion.ids, file=deletion.file)


@router.get("/downloads", operation_id="listDownloads")
def list_(listing: Annotated[Listing, Query()], downloads: Downloads) -> Page:
    """List downloads, newest first or in another order."""
    return downloads.parts().desk.page(listing)


@router.get("/downloads/{item}", operation_id="getDownload", responses=NONE)
def get(item: Id, downloads: Downloads) -> Download:
    """Show one download."""
    return downloads.parts().desk.get(item)


@router.post("/downloads/{item}/pause", operation_id="pauseDownload", responses=CONFLICT)
def pause(item: Id, downloads: Downloads) -> Download:
    """Stop it for now; what has been downloaded is kept."""
    return downloads.parts().desk.act(item, "pause")


@router.post("/downloads/{item}/resume", operation_id="resumeDownload", responses=CONFLICT)
def resume(item: Id, downloads: Downloads) -> Download:
    """Go on with a paused one."""
    return downloads.parts().desk.act(item, "resume")


@router.post("/downloads/{item}/cancel", operation_id="cancelDownload", responses=CONFLICT)
def cancel(item: Id, downloads: Downloads) -> Download:
    """Stop it for good; what has been downloaded is removed."""
    return downloads.parts().desk.act(item, "cancel")


@router.post("/downloads/{item}/retry", operation_id="retryDownload", responses=CONFLICT)
def retry(item: Id, downloads: Downloads) -> Download:
    """Try a failed or cancelled one again."""
    return downloads.parts().desk.act(item, "retry")


@router.post("/downloads/{item}/move", operation_id="moveDownload", responses=CONFLICT)
def move(item: Id, place: Move, downloads: Downloads) -> Download:
    """Give a queued one another place in the queue."""
    return downloads.parts().desk.move(item, place.before)


@router.delete("/downloads/{item}", status_code=204, operation_id="deleteDownload", responses=NONE)
def delete(
    item: Id,
    downloads: Downloads,
    file: Annotated[bool, Query(description="Remove the finished file too")] = False,  # noqa: FBT002 -- a query
) -> None:
    """Forget a download, whatever its state."""
    downloads.parts().desk.delete(item, file=file)


@router.head("/downloads/{item}/file", include_in_schema=False)
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
    path, download = downloads.parts().desk.file(item)
    if download.file is None or not download.file.playable:
        disposition = "attachment"
    return FileResponse(
        path,
        media_type=download.file.mime if download.file else None,
        filename=path.name,
        content_disposition_type=disposition or "inline",
        headers=SAFE_HEADERS,
    )


@router.head("/downloads/{item}/thumbnail", include_in_schema=False)
@router.get(
    "/downloads/{item}/thumbnail",
    operation_id="getDownloadThumbnail",
    response_class=FileResponse,
    responses=NONE | {200: {"content": {"image/jpeg": {}}, "description": "A picture"}},
)
def thumbnail(item: Id, downloads: Downloads) -> FileResponse:
    """Send the picture that goes with a download."""
    path, kind = downloads.parts().desk.thumbnail(item)
    return picture(path, kind)


def picture(path: object, kind: str) -> FileResponse:
    """An answer that is nothing but a picture."""
    media_type = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}[kind]
    headers = SAFE_HEADERS | {"Cache-Control": "private, max-age=86400"}
    return FileResponse(str(path), media_type=media_type, headers=headers)


@router.get("/queue", operation_id="getQueue", tags=["queue"])
def queue(downloads: Downloads) -> QueueState:
    """Show the queue as a whole."""
    return downloads.parts().desk.queue()


@router.patch("/queue", operation_id="changeQueue", tags=["queue"])
def change_queue(change: QueueChange, downloads: Downloads) -> QueueState:
    """Change how many run at once, or pause everything; it lasts over restarts."""
    return downloads.parts().desk.change_queue(change)


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
        parts = await asyncio.to_thread(downloads.parts)
        return await asyncio.to_thread(parts.desk.snapshot)

    return StreamingResponse(
        downloads.hub.listen(snapshot),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
