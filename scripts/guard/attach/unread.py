"""Bytes on their way from a thread to another, no more than a limit: the rest is missed."""

from __future__ import annotations

import threading


class Unread:
    """What one thread has put and another has not taken yet."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._lock = threading.Lock()

    def put(self, data: bytes) -> bool:
        """Keep it where there is room; returns whether it is the first: then have it taken."""
        with self._lock:
            is_first = not self._parts
            if self._size + len(data) <= self._limit or is_first:
                self._parts.append(data)
                self._size += len(data)
            return is_first

    def take(self) -> bytes:
        """Return all of it."""
        with self._lock:
            parts, self._parts, self._size = self._parts, [], 0
        return b"".join(parts)
