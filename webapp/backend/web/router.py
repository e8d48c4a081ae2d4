"""The HTTP side of downloads, and no more."""

from __future__ import annotations

import asyncio
from pathlib import Path as File
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse, StreamingResponse

from app.lifecycle import Lifecycle
from domain.changes import Bulk, Changes, Deleted, Deletion, Matching, Move
from domain.downloads import Download, DownloadPage, Listing
from domain.ids import PATTERN
from domain.problems import ConflictError
from domain.requests import BulkDownloadRequest, DownloadRequest, Entry
from web.content import ContentResponse
from web.problems import documented
from web.ranges import RangeResponse

if TYPE_CHECKING:
    from pydantic import BaseModel

    from app.download_service import DownloadService
    from files.published import Content

router = APIRouter(prefix="/api", tags=["downloads"], responses=documented(422, 503))

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address of a feed opens it
    "Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox",
}


async def _lifecycle(request: Request) -> Lifecycle:  # async: a thread of its own would cost more
    lifecycle: Lifecycle = request.app.state.lifecycle
    return lifecycle


Loaded = Annotated[Lifecycle, Depends(_lifecycle)]
Id = Annotated[str, Path(pattern=PATTERN, description="The download's id")]
Key = Annotated[
    str | None,
    Header(
        pattern=r"^[!-~]{1,200}$",
        description="Of your choice, anew for each request: one that is sent again within a day "
        "queues nothing more, and gets the answer of the first",
    ),
]
NONE = documented(404)
CONFLICT = documented(404, 409)
REDIRECTED: dict[int | str, dict[str, Any]] = {
    307: {"description": "It is at this address for a while (`MEDIA_REDIRECT`)"}
}


@router.post(
    "/downloads", status_code=201, operation_id="addDownload", responses=documented(409, 410)
)
def add(
    request: DownloadRequest,
    lifecycle: Loaded,
    response: Response,
    unless_known: Annotated[bool, Query(description="409 when it is there already")] = False,  # noqa: FBT002 - a query
    idempotency_key: Key = None,
) -> Download:
    """Queue a download. It is kept before this answers: no crash can lose it."""
    container = lifecycle.container()
    if idempotency_key:
        return _once(container.downloads, [request], request, idempotency_key, response)[0]
    known = (
        container.downloads.find_duplicate(request, container.previews.media_key(request.url))
        if unless_known
        else None
    )
    if known:
        what = "This link" if known.url == request.url else "What this link leads to"
        raise ConflictError(
            f"{what} is {known.state} already, in the same format.",
            f"Use download {known.id}, or send it again without unless_known.",
            kind="known-already",
            state=known.state,
        )
    return container.downloads.add([request])[0]


@router.post(
    "/downloads/bulk", status_code=201, operation_id="addDownloads", responses=documented(410)
)
def add_many(
    requests: BulkDownloadRequest,
    lifecycle: Loaded,
    response: Response,
    idempotency_key: Key = None,
) -> list[Download]:
    """Queue many links at once, all or none."""
    options = requests.model_dump(exclude={"urls", "entries"}, exclude_unset=True)
    wanted: dict[str, Entry | None] = dict.fromkeys(requests.urls)
    wanted |= {entry.url: entry for entry in requests.entries}
    each = [DownloadRequest(url=url, entry=entry, **options) for url, entry in wanted.items()]
    downloads = lifecycle.container().downloads
    if idempotency_key:
        return _once(downloads, each, requests, idempotency_key, response)
    return downloads.add(each)


def _once(
    downloads: DownloadService,
    each: list[DownloadRequest],
    body: BaseModel,
    key: str,
    response: Response,
) -> list[Download]:
    """What the first request with that key queued; the answer says whether this is it."""
    found, new = downloads.add_once(each, key, body.model_dump_json(exclude_unset=True))
    if not new:
        response.headers["Idempotent-Replayed"] = "true"
    return found


@router.post("/downloads/actions", operation_id="changeDownloads")
def change_many(bulk: Bulk, lifecycle: Loaded) -> Changes:
    """Do the same to many downloads."""
    return lifecycle.container().downloads.act_on_all(bulk.ids, bulk.action)


@router.post("/downloads/deletions", status_code=204, operation_id="deleteDownloads")
def delete_many(deletion: Deletion, lifecycle: Loaded) -> None:
    """Forget many downloads; those that are gone already are no error."""
    lifecycle.container().remover.delete_all(deletion.ids, file=deletion.file)


@router.post("/downloads/deletions/matching", operation_id="deleteMatching")
def delete_matching(wanted: Matching, lifecycle: Loaded) -> Deleted:
    """Forget all finished downloads that a list shows, but none that came since."""
    return lifecycle.container().remover.delete_matching(wanted)


@router.get("/downloads", operation_id="listDownloads")
def list_(listing: Annotated[Listing, Query()], lifecycle: Loaded) -> DownloadPage:
    """List downloads, newest first or in another order."""
    return lifecycle.container().downloads.page(listing)


@router.get("/downloads/{item}", operation_id="getDownload", responses=NONE)
def get(item: Id, lifecycle: Loaded) -> Download:
    """Show one download."""
    return lifecycle.container().downloads.get(item)


@router.post("/downloads/{item}/pause", operation_id="pauseDownload", responses=CONFLICT)
def pause(item: Id, lifecycle: Loaded) -> Download:
    """Stop it for now; what has been downloaded is kept."""
    return lifecycle.container().downloads.act(item, "pause")


@router.post("/downloads/{item}/resume", operation_id="resumeDownload", responses=CONFLICT)
def resume(item: Id, lifecycle: Loaded) -> Download:
    """Resume a paused one."""
    return lifecycle.container().downloads.act(item, "resume")


@router.post("/downloads/{item}/cancel", operation_id="cancelDownload", responses=CONFLICT)
def cancel(item: Id, lifecycle: Loaded) -> Download:
    """Stop it for good; what has been downloaded is removed."""
    return lifecycle.container().downloads.act(item, "cancel")


@router.post("/downloads/{item}/retry", operation_id="retryDownload", responses=CONFLICT)
def retry(item: Id, lifecycle: Loaded) -> Download:
    """Try a failed or cancelled one again."""
    return lifecycle.container().downloads.act(item, "retry")


@router.post("/downloads/{item}/stop", operation_id="stopDownload", responses=CONFLICT)
def stop(item: Id, lifecycle: Loaded) -> Download:
    """End a recording; what there is of it becomes the file."""
    return lifecycle.container().downloads.act(item, "stop")


@router.post("/downloads/{item}/move", operation_id="moveDownload", responses=CONFLICT)
def move(item: Id, place: Move, lifecycle: Loaded) -> Download:
    """Give a queued one another place in the queue."""
    return lifecycle.container().downloads.move(item, place.before)


@router.delete("/downloads/{item}", status_code=204, operation_id="deleteDownload", responses=NONE)
def delete(
    item: Id,
    lifecycle: Loaded,
    file: Annotated[bool, Query(description="Remove the finished file too")] = False,  # noqa: FBT002 - a query
) -> None:
    """Forget a download, whatever its state."""
    lifecycle.container().remover.delete(item, file=file)


@router.head("/downloads/{item}/file", include_in_schema=False)
@router.get(
    "/downloads/{item}/file",
    operation_id="getDownloadFile",
    response_class=FileResponse,
    responses=documented(404, 409, 410, 416)
    | {200: {"content": {"application/octet-stream": {}}, "description": "The file"}}
    | REDIRECTED,
)
def file(
    item: Id,
    request: Request,
    lifecycle: Loaded,
    disposition: Annotated[Literal["inline", "attachment"] | None, Query()] = None,
) -> Response:
    """Send the finished file, or a range of it. What a browser cannot play is an attachment.

    What is kept in a bucket is sent through us; an attachment by a redirect, where that is set.
    """
    found, download = lifecycle.container().downloads.file(item)
    if download.file is None or not download.file.playable:
        disposition = "attachment"
    link = request.method == "GET" and disposition == "attachment"
    return finished(found, download, disposition or "inline", link=link)


def finished(
    found: File | Content, download: Download, disposition: str | None, *, link: bool
) -> Response:
    """An answer that is a finished file, or leads to where it is, if a `link` will do."""
    name = PurePosixPath(download.file.name).name if download.file else None
    how: dict[str, Any] = {"headers": SAFE_HEADERS}
    how["media_type"] = download.file.mime if download.file else None
    if disposition:
        how |= {"filename": name, "content_disposition_type": disposition}
    if isinstance(found, File):
        return RangeResponse(found, **how)
    answer = ContentResponse(found, **how)
    if link:
        shown = answer.headers.get("content-disposition", "inline")
        if address := found.link(answer.headers["content-type"], shown):
            headers = {"Cache-Control": "no-store"} | SAFE_HEADERS
            return RedirectResponse(address, headers=headers)
    return answer


@router.head("/downloads/{item}/thumbnail", include_in_schema=False)
@router.get(
    "/downloads/{item}/thumbnail",
    operation_id="getDownloadThumbnail",
    response_class=FileResponse,
    responses=NONE | {200: {"content": {"image/jpeg": {}}, "description": "A picture"}},
)
def thumbnail(item: Id, lifecycle: Loaded) -> FileResponse:
    """Send the picture that goes with a download."""
    path, kind = lifecycle.container().downloads.thumbnail(item)
    return picture(path, kind)


def picture(path: object, kind: str) -> FileResponse:
    """An answer that is nothing but a picture."""
    media_type = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}[kind]
    headers = SAFE_HEADERS | {"Cache-Control": "private, max-age=86400"}
    return FileResponse(str(path), media_type=media_type, headers=headers)


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
async def events(lifecycle: Loaded) -> StreamingResponse:
    """Follow every download as it happens."""

    async def snapshot() -> str:
        container = await asyncio.to_thread(lifecycle.container)
        return await asyncio.to_thread(container.downloads.snapshot)

    return StreamingResponse(
        lifecycle.hub.listen(snapshot),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
