"""The HTTP side of subscriptions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from domain.subscriptions import DoomedFiles, Keep, Subscription, SubscriptionRequest
from web.problems import documented
from web.router import CONFLICT, NONE, Id, Loaded

router = APIRouter(
    prefix="/api/subscriptions", tags=["subscriptions"], responses=documented(422, 503)
)


@router.get("", operation_id="listSubscriptions", response_model_exclude_unset=True)
def list_(lifecycle: Loaded) -> list[Subscription]:
    """List all subscriptions, the newest first."""
    return lifecycle.container().subscriptions.every()


@router.post(
    "",
    status_code=201,
    operation_id="addSubscription",
    response_model_exclude_unset=True,
    responses=documented(409),
)
def add(request: SubscriptionRequest, lifecycle: Loaded) -> Subscription:
    """Subscribe to a channel, a playlist or a feed; it is checked at once."""
    return lifecycle.container().subscriptions.add(request)


@router.get(
    "/{item}", operation_id="getSubscription", response_model_exclude_unset=True, responses=NONE
)
def get(item: Id, lifecycle: Loaded) -> Subscription:
    """Show one subscription."""
    return lifecycle.container().subscriptions.get(item)


@router.put(
    "/{item}", operation_id="replaceSubscription", response_model_exclude_unset=True, responses=NONE
)
def replace(item: Id, request: SubscriptionRequest, lifecycle: Loaded) -> Subscription:
    """Change it; what was seen stays seen, and files that it no longer keeps are deleted."""
    return lifecycle.container().subscriptions.replace(item, request)


@router.delete("/{item}", status_code=204, operation_id="deleteSubscription", responses=NONE)
def delete(item: Id, lifecycle: Loaded) -> None:
    """Delete a subscription and what it has seen; its downloads stay."""
    lifecycle.container().subscriptions.delete(item)


@router.post(
    "/{item}/look",
    operation_id="lookAtSubscription",
    response_model_exclude_unset=True,
    responses=CONFLICT,
)
def look(item: Id, lifecycle: Loaded) -> Subscription:
    """Check it now."""
    return lifecycle.container().subscriptions.look(item)


@router.post(
    "/{item}/pause",
    operation_id="pauseSubscription",
    response_model_exclude_unset=True,
    responses=NONE,
)
def pause(item: Id, lifecycle: Loaded) -> Subscription:
    """Pause a subscription: no checks until it is resumed."""
    return lifecycle.container().subscriptions.pause(item)


@router.post(
    "/{item}/resume",
    operation_id="resumeSubscription",
    response_model_exclude_unset=True,
    responses=NONE,
)
def resume(item: Id, lifecycle: Loaded) -> Subscription:
    """Resume a subscription."""
    return lifecycle.container().subscriptions.resume(item)


@router.get("/{item}/doomed", operation_id="listDoomedFiles", responses=NONE)
def doomed(item: Id, keep: Annotated[Keep, Query()], lifecycle: Loaded) -> DoomedFiles:
    """List the files that this rule about keeping would delete now; nothing is deleted."""
    return lifecycle.container().subscriptions.doomed(item, keep)
