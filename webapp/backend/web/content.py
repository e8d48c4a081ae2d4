"""Files that a bucket holds, sent like those of a folder: whole or in ranges, HEAD, If-Range."""

from __future__ import annotations

import os
import stat
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
from anyio import CapacityLimiter, to_thread

from web.ranges import RangeResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator

    from starlette.types import Receive, Scope, Send

    from files.published import Content

THREADS = CapacityLimiter(40)
"""Of their own: a store that stalls in the middle of files holds up those who play them alone."""


class ContentResponse(RangeResponse):
    """Starlette's answer, which reads from elsewhere: what it opens is a `_Reader`."""

    def __init__(self, content: Content, **how: Any) -> None:  # noqa: ANN401 - Starlette's
        self._content = content
        self._ends: dict[int, int] = {}
        """Where each range ends, by its first byte: nothing beyond is asked for."""
        whole = (stat.S_IFREG, 0, 0, 0, 0, 0, content.size, *[int(content.modified)] * 3)
        headers = {**how.pop("headers"), "etag": content.etag}
        super().__init__("", stat_result=os.stat_result(whole), headers=headers, **how)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, a range of it, or why not; never by its path, which it has none of."""
        await super().__call__({**scope, "extensions": {}}, receive, send)

    async def _handle_single_range(
        self,
        send: Send,
        start: int,
        end: int,
        *others: Any,  # noqa: ANN401 - Starlette's
    ) -> None:
        self._ends[start] = end
        await super()._handle_single_range(send, start, end, *others)

    async def _handle_multiple_ranges(
        self,
        send: Send,
        ranges: list[tuple[int, int]],
        *others: Any,  # noqa: ANN401 - Starlette's
    ) -> None:
        self._ends.update(ranges)
        await super()._handle_multiple_ranges(send, ranges, *others)

    @asynccontextmanager
    async def _open_file(self) -> AsyncIterator[Any]:
        reader = _Reader(self._content, self._ends)
        try:
            yield reader
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(reader.close)


class _Reader:
    """Reads on from where it was sought to, up to the end of the range that begins there."""

    def __init__(self, content: Content, ends: dict[int, int]) -> None:
        self._content, self._ends = content, ends
        self._at, self._end = 0, content.size
        self._pieces: Generator[bytes] | None = None
        self._rest = b""

    async def seek(self, place: int) -> None:
        """Read on from there."""
        await to_thread.run_sync(self.close)
        self._at, self._rest = place, b""
        self._end = self._ends.get(place, self._content.size)

    async def read(self, most: int) -> bytes:
        """The next bytes: `most` of them, fewer only at the end."""
        return await to_thread.run_sync(self._read, most, limiter=THREADS)

    def close(self) -> None:
        """Let go of the connection."""
        if self._pieces is not None:
            self._pieces.close()
            self._pieces = None

    def _read(self, most: int) -> bytes:
        if self._pieces is None:
            if self._at >= self._end:
                return b""
            self._pieces = self._content.read(self._at, self._end)
        while len(self._rest) < most and (piece := next(self._pieces, b"")):
            self._rest += piece
        got, self._rest = self._rest[:most], self._rest[most:]
        self._at += len(got)
        return got
