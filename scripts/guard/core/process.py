"""What the supervisor asks of a process."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Protocol


class Running(Protocol):
    """A process group; `process.Process` is one."""

    @property
    def pid(self) -> int:
        """The pid of its leader."""

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group."""

    def clear(self) -> bool:
        """Kill what is left of it once its leader has ended; False while that is still there."""

    def reap(self) -> int:
        """Collect its exit: the code, or minus the signal."""

    def group_alive(self) -> bool:
        """Whether others of the group run although its leader has ended."""

    def exit_descriptor(self) -> int | None:
        """Return a descriptor that is readable once it has ended, None where there are none."""

    def await_exit(self, notify: Callable[[], None]) -> None:
        """Call `notify`, from any thread, once it has ended."""
