"""Closes connections whose request does not come: uvicorn waits for the rest of its head for ever.

Somebody could open a thousand of them and let each wait. What follows the head is bounded too: see
limits.py.
"""

from __future__ import annotations

import contextlib
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

HEAD_SECONDS = 15.0
"""From the first byte of a request, or the start of the connection, to the end of its head."""
TIMER = "_head_timer"
PROTOCOLS = (("h11_impl", "H11Protocol"), ("httptools_impl", "HttpToolsProtocol"))


def install() -> None:
    """Patch uvicorn's protocols in this process."""
    for module, name in PROTOCOLS:
        with contextlib.suppress(ImportError):  # uvicorn uses what is installed
            _watch(getattr(import_module(f"uvicorn.protocols.http.{module}"), name))


def _watch(protocol: Any) -> None:  # noqa: ANN401 - a class of uvicorn's
    if not hasattr(protocol, TIMER):
        setattr(protocol, TIMER, None)
        protocol.connection_made = _after(protocol.connection_made)
        protocol.data_received = _after(protocol.data_received)


def _after(method: Callable[..., None]) -> Callable[..., None]:
    def then_watch(self: Any, *arguments: Any) -> None:  # noqa: ANN401 - either protocol
        method(self, *arguments)
        timer: asyncio.TimerHandle | None = getattr(self, TIMER)
        if not _waits(self):
            if timer:
                timer.cancel()
                setattr(self, TIMER, None)
        elif timer is None:
            setattr(self, TIMER, self.loop.call_later(HEAD_SECONDS, _close, self))

    return then_watch


def _waits(protocol: Any) -> bool:  # noqa: ANN401
    """Whether no request is being answered."""
    return protocol.cycle is None or protocol.cycle.response_complete


def _close(protocol: Any) -> None:  # noqa: ANN401
    setattr(protocol, TIMER, None)
    if _waits(protocol) and not protocol.transport.is_closing():
        protocol.transport.close()
