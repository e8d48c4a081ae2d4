"""One line, not a traceback for each try, when descriptors are used up.

asyncio then tries to accept again as often as the backlog is long (2,048 with uvicorn), once a
second, and reports each failure: 22,000 tracebacks in a minute. A shorter `--backlog` would spare
the tries, a sixth of a processor while this lasts. But it is the length of the kernel's queue too,
of the very socket that the guard holds: of a crowd that comes while the server is busy, whoever
finds it full waits for a second or longer. The guard could make it long again only once it knows
that the server has shortened it: at each start some of those who come would find it short.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from typing import Any

EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
QUIET_SECONDS = 60.0

log = logging.getLogger("uvicorn.error")


def report_once(loop: asyncio.AbstractEventLoop) -> None:
    """Let `loop` report that it cannot accept connections once in a while only."""
    reported = -QUIET_SECONDS

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal reported
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in EXHAUSTED and "socket" in context):
            loop.default_exception_handler(context)
        elif time.monotonic() - reported >= QUIET_SECONDS:
            reported = time.monotonic()
            log.error(
                "No connection can be accepted: %s. Waiting clients are served as soon as others "
                "leave; `ulimit -n` raises the limit.",
                error.strerror,
            )

    loop.set_exception_handler(handle)
