"""A body whose end nobody announced: when its connection ends, the source is asked for more.

Without a length it looks the same whether it is whole or was broken off. A server that knows ranges
tells: after the last byte there is nothing (416), or the rest. One that knows none would send all
of it again, and is asked once.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from yt_dlp.networking.exceptions import HTTPError, IncompleteRead, RequestError
from yt_dlp.utils import parse_http_range

from domain import lengths

if TYPE_CHECKING:
    from collections.abc import Callable

    from yt_dlp.networking import Response

WHOLE = re.compile(r"/(\d+)$")


class OpenEnded:
    """The body of an answer, from the first byte of the file on."""

    def __init__(self, answer: Response, ask: Callable[[int], Response] | None) -> None:
        """Take an answer and what requests the file from a given byte on, if it can be."""
        self._answer, self._ask = answer, ask
        self._sent, self._over = 0, False
        self.whole = False
        """Whether the source has said that nothing follows."""

    @property
    def closed(self) -> bool:
        """Whether nothing more can be read."""
        return self._over and bool(self._answer.closed)

    def read(self, size: int | None = None) -> bytes:
        """Read on.

        Raises:
            IncompleteRead: if the source has more than it sent.

        """
        part: bytes = self._answer.read(size)
        self._sent += len(part)
        if size != 0 and not self._over and (not part or size is None or size < 0):
            self._over = True
            self._look_behind()
        return part

    def readable(self) -> bool:
        """As files tell it."""
        return True

    def close(self) -> None:
        """End the connection, without a look at what would follow."""
        self._over = True
        self._answer.close()

    def _look_behind(self) -> None:
        if self._ask is None:
            return
        try:
            answer = self._ask(self._sent)
        except HTTPError as error:
            if error.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                told = WHOLE.search(error.response.headers.get("Content-Range", ""))
                self.whole = told is None or lengths.length(told[1]) == self._sent
            return
        except RequestError:
            return
        with answer:
            length = _length(answer, self._sent)
        if length is not None and length > self._sent:
            raise IncompleteRead(self._sent, length - self._sent)
        self.whole = length == self._sent


def _length(answer: Response, asked: int) -> int | None:
    """Bytes of the whole file, as this answer tells them, or at least so many."""
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        start, end, whole = parse_http_range(answer.headers.get("Content-Range"))
        if start != asked:
            return None
        return whole or (asked if end is None else end) + 1
    told = answer.headers.get("Content-Length")
    return None if answer.headers.get("Content-Encoding") else lengths.length(told)
