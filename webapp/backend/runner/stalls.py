"""Gives up on a source that sends next to nothing.

A socket's time-out begins anew with every byte, so a byte now and then would hold a place of the
queue for ever. Here an answer has to bring `LEAST_BYTES` in `SECONDS` of waiting for it, or its
end. Whatever is read passes there: pages, files, pieces, and the headers before them.
"""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

from yt_dlp.networking.exceptions import TransportError

from domain.failures import STALLED

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SECONDS, LEAST_BYTES = 120.0, 64_000


def install() -> None:
    """Have every answer watched that is read in this process."""
    setattr(socket, "SocketIO", _Watched)  # noqa: B010 - mypy forbids to assign a class


class _Watched(socket.SocketIO):
    """What http.client reads one answer through."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - the socket's own
        super().__init__(*arguments)
        self._waited, self._came = 0.0, 0

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """Read what has come.

        Raises:
            TransportError: if it is next to nothing for too long.

        """
        begun = time.monotonic()
        count = super().readinto(buffer)
        self._waited += time.monotonic() - begun
        self._came += count or 0
        if self._came >= LEAST_BYTES:
            self._waited, self._came = 0.0, 0
        elif count and self._waited >= SECONDS:
            raise TransportError(STALLED.sentence)  # all that yt-dlp keeps of it
        return count
