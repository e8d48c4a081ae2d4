"""The HTTP side of where finished files go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from domain.changes import Changes, Relocation
from domain.formats import FormatName
from domain.naming import Folder, Naming, Template
from web.problems import documented
from web.router import Loaded

router = APIRouter(prefix="/api", tags=["files"], responses=documented(422, 503))


class Wanted(BaseModel):
    """A name to try."""

    template: Template | None = None
    folder: Folder | None = None
    format: FormatName = "mp4"


class Example(BaseModel):
    """What a file would be called."""

    path: str


@router.get("/naming", operation_id="getNaming")
def naming(lifecycle: Loaded) -> Naming:
    """Tell where files go, and what they are called, unless a download says otherwise."""
    return lifecycle.container().relocator.places.naming()


@router.put("/naming", operation_id="setNaming")
def set_naming(wanted: Naming, lifecycle: Loaded) -> Naming:
    """Change that for new files; existing ones stay where they are."""
    return lifecycle.container().relocator.set_naming(wanted)


@router.get("/naming/example", operation_id="tryNaming")
def example(wanted: Annotated[Wanted, Query()], lifecycle: Loaded) -> Example:
    """Show what a template makes of an invented video."""
    made = lifecycle.container().relocator.example(wanted.folder, wanted.template, wanted.format)
    return Example(path=made)


@router.get("/folders", operation_id="listFolders")
def folders(lifecycle: Loaded) -> list[str]:
    """List the folders that there are below the media folder; at most 500."""
    return lifecycle.container().relocator.shelf.folders()


@router.post("/downloads/relocations", operation_id="relocateDownloads")
def relocate(wanted: Relocation, lifecycle: Loaded) -> Changes:
    """Move or rename finished files; a crash in between is made good at the next start."""
    container = lifecycle.container()
    moved, refused = container.relocator.move_all(wanted)
    return Changes(changed=[container.downloads.get(item) for item in moved], refused=refused)
