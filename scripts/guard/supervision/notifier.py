"""Tells the desktop when a service is down and when it is back, where GUARD_NOTIFY=1 asks for it.

A crash that the next start heals is no news. Nothing in here blocks or fails the guard: the
program that shows the notice runs by itself, and what it comes to is not looked at.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

from ..core.background import begin
from ..core.phases import State
from ..core.snapshot import ServiceView, Snapshot

SECONDS = 10.0  # that the program may take before it is killed
_DOWN = frozenset({State.BROKEN, State.UNHEALTHY})
_SCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)


class Notifier:
    """Follows the snapshots and gives notice of what matters."""

    def __init__(
        self,
        enabled: Callable[[], bool],
        environment: Callable[[], Mapping[str, str]],
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._enabled = enabled
        self._environment = environment
        self._report = report
        self._down: set[str] = set()
        self._complained = False

    def on_change(self, snapshot: Snapshot) -> None:
        """Give notice of the services that went down or came back since the last snapshot."""
        for view in snapshot.services:
            if view.state in _DOWN and view.name not in self._down:
                self._down.add(view.name)
                self._give(f"{view.name} is down", _why(view))
            elif view.state is State.READY and view.name in self._down:
                self._down.remove(view.name)
                self._give(f"{view.name} is back", view.url or "")

    def _give(self, title: str, text: str) -> None:
        if not self._enabled():
            return
        environment = self._environment()
        line = command(title, text, environment.get("PATH", ""))
        if line is not None:
            begin(lambda: _run(line, environment))
        elif not self._complained:
            self._complained = True
            self._report("GUARD_NOTIFY=1, but there is no notify-send here (Debian: libnotify-bin)")


def command(title: str, text: str, path: str, platform: str = sys.platform) -> Sequence[str] | None:
    """Return the command that shows a notice, None where this desktop has none."""
    import html
    import shutil

    if platform == "darwin":
        options = [part for line in _SCRIPT for part in ("-e", line)]
        program = shutil.which("osascript", path=path)
        return program and [program, *options, title, text]
    program = shutil.which("notify-send", path=path)
    # Its text is markup.
    return program and [program, "--app-name=guard", "--", title, html.escape(text, quote=False)]


def _why(view: ServiceView) -> str:
    return "" if view.cause is None else f"{view.cause.sentence}\n{view.cause.fix}".strip()


def _run(line: Sequence[str], environment: Mapping[str, str]) -> None:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            line,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
        )
