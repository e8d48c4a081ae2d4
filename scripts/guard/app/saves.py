"""What a saved file leads to: a restart, another try, or a reload of the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from ..config.current import CurrentConfig
from ..config.service import Service
from ..core import events, hints
from ..core.apart import soon
from ..core.phases import State
from ..core.snapshot import Snapshot
from ..watching import bytecode
from ..watching.burst import Burst
from ..watching.churn import IN_VAIN, WriteStormFilter
from ..watching.sources import is_source
from ..watching.watcher import Watcher
from .reload import Reload

QUIET_POLL_SECONDS = 1.0  # between two checks whether a file has become quiet
_DOWN = frozenset({State.BROKEN, State.BACKOFF})


class Saves:
    """Watches the folders of the services, and more folders of those that are down."""

    def __init__(
        self,
        current: CurrentConfig,
        *,
        send: Callable[[str, events.Event], None],
        reload: Reload,
        report: Callable[[str], None],
        leaving: Callable[[], bool],
        begun: float | None,
    ) -> None:
        """`begun` is when the first service was started, in s of the epoch."""
        self._current = current
        self._send = send
        self._reload = reload
        self._report = report
        self._leaving = leaving
        self._loop = asyncio.get_running_loop()
        self._churn = WriteStormFilter()
        self._in_vain = WriteStormFilter(rate=IN_VAIN)
        self._burst = Burst()
        self._quiet: asyncio.TimerHandle | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._down: frozenset[str] = frozenset()
        self._watcher = Watcher(
            self._saved_in_thread,
            current.get().files,
            report=report,
            polling=current.get().polling,
            begun=begun,
        )

    def start(self) -> None:
        """Start watching; what has been saved until now counts too."""
        self._watcher.start()

    def stop(self) -> None:
        """Stop watching."""
        self._watcher.stop()

    def on_change(self, snapshot: Snapshot) -> None:
        """Watch the folders that the states call for."""
        if self._leaving():
            return
        config = self._current.get()
        self._down = frozenset(view.name for view in snapshot.services if view.state in _DOWN)
        folders = {folder for service in config.services for folder in service.watch}
        for service in config.services:
            if service.name in self._down:
                folders.update(service.watch_when_down)
        self._watcher.watch(folders)

    def _saved_in_thread(self, paths: frozenset[Path]) -> None:
        bytecode.discard_ambiguous(paths)
        soon(self._loop, self._saved, paths)

    def _saved(self, paths: frozenset[Path]) -> None:
        if paths & self._current.get().files.keys():
            self._reload.begin()
        self._count(self._burst.note(self._by_people(paths)))
        self._await_quiet()

    def _await_quiet(self) -> None:
        """Deliver the saves of a burst once it is over."""
        if self._quiet is None and (due := self._burst.due) is not None:
            self._quiet = self._loop.call_later(due, self._burst_over)

    def _burst_over(self) -> None:
        self._quiet = None
        self._count(self._burst.take())
        self._await_quiet()

    def _count(self, paths: frozenset[Path]) -> None:
        """Restart or retry the services that these saves concern."""
        down = []
        for service in self._current.get().services:
            changed = [path for path in paths if is_source(path, service.watch)]
            if changed:
                self._report(f"{service.name}: {_saved_files(changed)}")
                self._send(service.name, events.Saved(reload=True))
            elif service.name in self._down:
                down.append(service)
        self._retry(down, paths)

    def _retry(self, down: Sequence[Service], paths: frozenset[Path]) -> None:
        """Try those that are down again; not over and over because another program writes there."""
        beside = {
            service.name: frozenset(
                path for path in paths if is_source(path, service.watch_when_down)
            )
            for service in down
        }
        worth, noisy = self._in_vain.note(frozenset[Path]().union(*beside.values()))
        for name, near in beside.items():
            for path in near & noisy:
                self._report(
                    f"{path} keeps changing, and {name} is as broken as before; it is not tried "
                    f"again for that until it stops\n  fix: {hints.command('restart', name)}"
                )
            if near & worth:
                self._send(name, events.Saved(reload=False))
        if noisy:
            self._await_rest()

    def _by_people(self, paths: frozenset[Path]) -> frozenset[Path]:
        """Leave out what the guard writes itself, and what a program writes over and over."""
        own = self._current.get().directory.resolve()
        paths, noisy = self._churn.note(path for path in paths if own not in path.parents)
        for path in noisy:
            self._report(
                f"{path} keeps changing; it causes no restarts "
                "until it stops\n"
                "  fix: keep it elsewhere, or name folders without it in <NAME>_WATCH"
            )
        if noisy:
            self._await_rest()
        return paths

    def _await_rest(self) -> None:
        if self._resting is None:
            self._resting = self._loop.call_later(QUIET_POLL_SECONDS, self._look_for_rest)

    def _look_for_rest(self) -> None:
        """Deliver suppressed saves once the file has been quiet."""
        self._resting = None
        if quiet := self._churn.quiet():
            self._saved(quiet)
        if quiet := self._in_vain.quiet():
            services = self._current.get().services
            self._retry([one for one in services if one.name in self._down], quiet)
        if self._churn.is_noisy or self._in_vain.is_noisy:
            self._await_rest()


def _saved_files(paths: Collection[Path]) -> str:
    """What is said of saves: "main.py was saved", "main.py and 2 more were saved"."""
    first, *more = sorted(path.name for path in paths)
    return f"{first} and {len(more)} more were saved" if more else f"{first} was saved"
