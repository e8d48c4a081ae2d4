"""What the log keeps of one name: its last lines, its file, who listens."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .rotating_file import RotatingFile

TAIL_BYTES = 512 * 1024
SMALL_BLOCK_BYTES = 4096


class Channel:
    """What is kept of one name, whichever process bears it at the moment."""

    def __init__(self, name: str, colour: str | None, file: RotatingFile | None) -> None:
        self.name = name
        self.colour = colour
        self.file = file
        self.taps: list[Callable[[bytes], None]] = []
        self._blocks: deque[bytes] = deque()
        self._bytes = 0
        self._bytes_of_this_life = 0
        self._lock = threading.Lock()

    def remember(self, lines: bytes) -> None:
        """Keep the last lines, at most `TAIL_BYTES` and one block of them."""
        with self._lock:
            if self._blocks and len(self._blocks[-1]) < SMALL_BLOCK_BYTES:
                self._blocks[-1] += lines
            else:
                self._blocks.append(lines)
            self._bytes += len(lines)
            self._bytes_of_this_life += len(lines)
            while self._bytes - len(self._blocks[0]) > TAIL_BYTES:
                self._bytes -= len(self._blocks.popleft())

    def begin_life(self) -> None:
        """What is remembered from here on was written by another process."""
        with self._lock:
            self._bytes_of_this_life = 0

    def lines(self, *, this_life: bool) -> list[bytes]:
        """Answer the lines that are kept. Callable from any thread."""
        with self._lock:
            kept = b"".join(self._blocks)
            start = max(0, len(kept) - self._bytes_of_this_life) if this_life else 0
        return kept[start:].split(b"\n")[:-1]

    def close(self) -> None:
        """Close the file."""
        if self.file:
            self.file.close()
