"""Keeps the blocks in which yt-dlp reads a file small enough to stay in the processor's cache.

It adapts them to the source, up to 4 MiB. Blocks that large are new memory each time, and cost more
than twice the processor time of half a megabyte: from a fast source that was half of the speed.
"""

from __future__ import annotations

from yt_dlp.downloader.http import HttpFD

MAX_BYTES = 512 * 1024

_adapted = HttpFD.best_block_size


def install() -> None:
    """Put the limit into yt-dlp, in this process."""
    HttpFD.best_block_size = staticmethod(read_size)


def read_size(elapsed: float, size: int) -> int:
    """How many bytes to read next, when the last `size` took `elapsed` seconds."""
    return min(int(_adapted(elapsed, size)), MAX_BYTES)
