"""`--exit-with NAME`: the stack runs for as long as one line does, and ends with its exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..core.phases import State
from ..core.snapshot import ServiceView, Snapshot

FAILED = 1  # where it never came to run
_ENDED = frozenset({State.FINISHED, State.BROKEN, State.STOPPED})
_WILL_NOT_COME = frozenset({State.BROKEN, State.STOPPED})


class ExitWith:
    """Follows that line, and ends the stack after it; with no name it does nothing."""

    def __init__(
        self, name: str | None, *, leave: Callable[[int], None], report: Callable[[str], None]
    ) -> None:
        """`leave` ends the stack with an exit code."""
        self._name = name
        self._leave = leave
        self._report = report
        self._over = False

    def on_change(self, snapshot: Snapshot) -> None:
        """Look whether it has ended, or never will begin."""
        if self._name is None or self._over:
            return
        code = exit_code(snapshot, self._name)
        if code is None:
            return
        self._over = True
        has_run = (view := snapshot.service(self._name)) is not None and view.state in _ENDED
        what = "has ended" if has_run else "will not run"
        self._report(f"{self._name} {what}, and the stack ends with it: exit code {code}")
        # Not from here: the other followers have not seen this snapshot yet.
        asyncio.get_running_loop().call_soon(self._leave, code)


def exit_code(snapshot: Snapshot, name: str) -> int | None:
    """Return the code to end with, as a shell reports it; None as long as it runs, or will."""
    view = snapshot.service(name)
    if view is None:  # its line was deleted
        return FAILED
    if view.state in _ENDED:
        return _as_shells_do(view)
    awaited = (snapshot.service(other) for other in view.waits_for)
    gone = any(other is not None and other.state in _WILL_NOT_COME for other in awaited)
    return FAILED if gone else None


def _as_shells_do(view: ServiceView) -> int:
    if view.exit_code is None:
        return FAILED
    return 128 - view.exit_code if view.exit_code < 0 else view.exit_code
