"""The HTTP side of the queue as a whole, and of what failed downloads leave."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from domain.ids import PATTERN
from domain.queue import Leftover, QueueChange, QueueState
from web.problems import documented
from web.router import Loaded

router = APIRouter(prefix="/api", tags=["queue"], responses=documented(422, 503))


@router.get("/leftovers", operation_id="listLeftovers")
def leftovers(lifecycle: Loaded) -> list[Leftover]:
    """Show what is kept of failed downloads, so that a retry can go on with it."""
    return lifecycle.container().queue.leftovers()


@router.delete("/leftovers", status_code=204, operation_id="clearLeftovers")
def clear_leftovers(
    lifecycle: Loaded,
    item: Annotated[str | None, Query(pattern=PATTERN, description="Only of this one")] = None,
) -> None:
    """Delete it; a retry then starts over."""
    lifecycle.container().queue.clear_leftovers(item)


@router.get("/queue", operation_id="getQueue")
def queue(lifecycle: Loaded) -> QueueState:
    """Show the queue as a whole."""
    return lifecycle.container().queue.state()


@router.patch("/queue", operation_id="changeQueue")
def change_queue(change: QueueChange, lifecycle: Loaded) -> QueueState:
    """Change how many run at once, or pause everything; it lasts over restarts."""
    return lifecycle.container().queue.change(change)
