"""The HTTP side of taking over files that are there, and of taking everything elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from domain.archive import ArchiveTaken, ArchiveText
from domain.imports import Import, ImportLook, ImportRequest, Imports, Origin
from web.problems import documented
from web.router import CONFLICT, NONE, Id, Loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

router = APIRouter(prefix="/api", tags=["imports"], responses=documented(422, 503))
NAME = "sy-media-downloader"


def _sends(media_type: str, what: str) -> dict[int | str, dict[str, Any]]:
    kind = "object" if media_type == "application/json" else "string"
    return {200: {"content": {media_type: {"schema": {"type": kind}}}, "description": what}}


@router.get("/imports", operation_id="listImports")
def list_(lifecycle: Loaded) -> Imports:
    """List the last imports of files, and where files may come from."""
    return lifecycle.container().imports.every()


@router.get("/imports/folders", operation_id="listImportFolders")
def folders(origin: Origin, lifecycle: Loaded) -> list[str]:
    """List the folders that there are to import; at most 500."""
    return lifecycle.container().imports.folders(origin)


@router.post("/imports/look", operation_id="lookAtImport")
def look(wanted: ImportRequest, lifecycle: Loaded) -> ImportLook:
    """Tell what an import would take; nothing is changed."""
    return lifecycle.container().imports.look(wanted)


@router.post("/imports", status_code=201, operation_id="addImport", responses=documented(409))
def add(wanted: ImportRequest, lifecycle: Loaded) -> Import:
    """Take files that are there into the library, without copying; it goes on after a crash."""
    return lifecycle.container().imports.add(wanted)


@router.get("/imports/{item}", operation_id="getImport", responses=NONE)
def get(item: Id, lifecycle: Loaded) -> Import:
    """Show one import."""
    return lifecycle.container().imports.get(item)


@router.post("/imports/{item}/stop", operation_id="stopImport", responses=CONFLICT)
def stop(item: Id, lifecycle: Loaded) -> Import:
    """Stop an import; what it has brought stays."""
    return lifecycle.container().imports.stop(item)


@router.post("/archive", operation_id="addArchive")
def add_archive(given: ArchiveText, lifecycle: Loaded) -> ArchiveTaken:
    """Read yt-dlp's download archive: subscriptions leave out what it names."""
    return lifecycle.container().imports.add_archive(given)


@router.get(
    "/archive",
    operation_id="getArchive",
    response_class=StreamingResponse,
    responses=_sends("text/plain", "A line `site id` for each medium"),
)
def archive(lifecycle: Loaded) -> StreamingResponse:
    """Write yt-dlp's download archive: all that is done here, and what archives brought."""
    return _file(lifecycle.container().export.archive(), "archive.txt", "text/plain")


@router.get(
    "/export",
    operation_id="exportEverything",
    response_class=StreamingResponse,
    responses=_sends("application/json", "downloads, subscriptions, profiles, naming, archive"),
)
def everything(lifecycle: Loaded) -> StreamingResponse:
    """Write everything that the library knows as JSON; no login, cookie or token is in it."""
    return _file(lifecycle.container().export.everything(), "library.json", "application/json")


@router.get(
    "/export/links",
    operation_id="exportLinks",
    response_class=StreamingResponse,
    responses=_sends("text/plain", "A link a line, the oldest first"),
)
def links(lifecycle: Loaded) -> StreamingResponse:
    """Write the link of every download, each once."""
    return _file(lifecycle.container().export.links(), "links.txt", "text/plain")


def _file(content: Iterator[str], name: str, media_type: str) -> StreamingResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{NAME}-{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(content, media_type=f"{media_type}; charset=utf-8", headers=headers)
