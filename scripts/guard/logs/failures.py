"""What nobody expected to fail is told, each kind once, and keeps nothing else from being done."""

from __future__ import annotations

import threading
from collections.abc import Callable


def internal(what: str, error: BaseException | None) -> str:
    """Return how a failure of the guard's own is told."""
    why = "" if error is None else f": {error!r}"
    return f"internal error (the guard keeps running): {what}{why}"


class Failures:
    """Those of a thread that is to go on; may be used from several."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._told: set[tuple[str, type[Exception]]] = set()
        self._lock = threading.Lock()

    def attempt(self, what: str, call: Callable[..., object], *arguments: object) -> bool:
        """Call it; where it fails, tell `what` failed and why. Returns whether it went well."""
        try:
            call(*arguments)
        except Exception as error:  # noqa: BLE001 - told; what follows is done all the same
            kind = what, type(error)
            with self._lock:
                is_new = kind not in self._told
                self._told.add(kind)
            if is_new:  # else the log would be full of what fails at every line
                self._tell(internal(what, error))
            return False
        return True
