"""How much memory a runner may take: whatever a page makes of it, the machine keeps the rest.

The programs that it starts (ffmpeg, deno) are bounded by what they do, and reserve more addresses
than they use: they get the limit that the api has.
"""

from __future__ import annotations

import contextlib
import resource
import subprocess
from typing import Any

MAX_ADDRESS_SPACE = 3 * 1024**3
"""Bytes; a runner at work uses about a fifth of it."""

_start = subprocess.Popen.__init__


def limit_memory() -> None:
    """Bound the address space of this process, and of no program that it starts."""
    _set(MAX_ADDRESS_SPACE)
    subprocess.Popen.__init__ = _start_unbounded  # type: ignore[method-assign]


def _start_unbounded(self: subprocess.Popen[Any], *arguments: Any, **options: Any) -> None:  # noqa: ANN401
    _set(resource.getrlimit(resource.RLIMIT_AS)[1])
    try:
        _start(self, *arguments, **options)
    finally:
        _set(MAX_ADDRESS_SPACE)


def _set(soft: int) -> None:
    """Set the soft limit; systems without it (macOS) go without."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:
        soft = hard if soft == resource.RLIM_INFINITY else min(soft, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
