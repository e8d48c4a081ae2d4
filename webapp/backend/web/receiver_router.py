"""The HTTP side of receivers of notifications. No answer tells their secrets again."""

from __future__ import annotations

from fastapi import APIRouter

from domain.receivers import Delivery, NewReceiver, Receiver, ReceiverRequest
from web.problems import documented
from web.router import CONFLICT, NONE, Id, Loaded

router = APIRouter(prefix="/api/receivers", tags=["receivers"], responses=documented(422, 503))


@router.get("", operation_id="listReceivers")
def list_(lifecycle: Loaded) -> list[Receiver]:
    """List the receivers of notifications, the newest first; of addresses only the beginning."""
    return lifecycle.container().receivers.every()


@router.post("", status_code=201, operation_id="addReceiver", responses=documented(409))
def add(wanted: ReceiverRequest, lifecycle: Loaded) -> NewReceiver:
    """Add a receiver of notifications: a webhook, or a service of apprise."""
    return lifecycle.container().receivers.add(wanted)


@router.get("/{item}", operation_id="getReceiver", responses=NONE)
def get(item: Id, lifecycle: Loaded) -> Receiver:
    """Show one receiver."""
    return lifecycle.container().receivers.get(item)


@router.put("/{item}", operation_id="replaceReceiver", responses=NONE)
def replace(item: Id, wanted: ReceiverRequest, lifecycle: Loaded) -> Receiver:
    """Change a receiver; the notifications that wait for it are tried again at once."""
    return lifecycle.container().receivers.replace(item, wanted)


@router.delete("/{item}", status_code=204, operation_id="deleteReceiver", responses=NONE)
def delete(item: Id, lifecycle: Loaded) -> None:
    """Delete a receiver, with the notifications that wait for it."""
    lifecycle.container().receivers.delete(item)


@router.post("/{item}/test", operation_id="testReceiver", responses=NONE)
def test(item: Id, lifecycle: Loaded) -> Delivery:
    """Send a test notification now, and return what became of it."""
    return lifecycle.container().receivers.try_it(item)


@router.post("/{item}/secret", operation_id="renewReceiverSecret", responses=CONFLICT)
def renew(item: Id, lifecycle: Loaded) -> NewReceiver:
    """Make a new signing key; it is shown only now."""
    return lifecycle.container().receivers.renew_secret(item)
