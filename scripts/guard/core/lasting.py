"""Work that is to go on whatever fails in it: it is told, and done again after a moment.

A task whose exception nobody asks for ends without a word, and a timer that sets the next one at
its end sets none: what they watch would never be looked at again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

AGAIN_SECONDS = 1.0  # after a failure


async def lasting(what: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do it until it comes to its end; `what` is told where it fails."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - told, and tried again
            tell(what, error)
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            return


def every(seconds: float, what: str, look: Callable[[], object]) -> None:
    """Call it over and over, with so long in between, until the event loop ends."""
    loop = asyncio.get_running_loop()

    def again() -> None:
        try:
            look()
        except Exception as error:  # noqa: BLE001 - told; the next look may go well
            tell(what, error)
        loop.call_later(seconds, again)

    loop.call_later(seconds, again)


def tell(what: str, error: Exception) -> None:
    """Have the event loop report a failure."""
    context = {"message": f"{what} failed", "exception": error}
    asyncio.get_running_loop().call_exception_handler(context)
