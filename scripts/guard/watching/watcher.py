"""watchfiles -> which files were saved.

A thread, since watchfiles' core blocks; the set of folders can be changed while it runs.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from scripts.guard.config.signature import Signature, signature

SOURCE_STEP_MS = 40  # watchfiles looks so often, and as long without a change ends a batch
FILES_STEP_MS = 200  # for single files: nobody waits for them
FILES_POLL_MS = 1000
FIRST_POLL_MS = 500  # after which a watch of folders looks for what was saved before it stood
COARSE_NS = 10_000_000  # by which a file's time may lag behind the clock: a tick of the kernel's
DEBOUNCE_MS = 400  # a batch ends after so long anyway
LOOK_BACK_NS = (DEBOUNCE_MS + 2 * SOURCE_STEP_MS) * 1_000_000  # what a watch may not have told yet

IGNORED_FOLDERS = frozenset(
    {
        ".git", ".guard", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv",
        "__pycache__", "dist", "node_modules",
    }
)  # fmt: skip
IGNORED_ENDINGS = (
    "-journal", "-shm", "-wal", ".db", ".log", ".pid", ".pyc", ".pyo", ".sock", ".sqlite",
    ".sqlite3", ".swp", ".swx", ".tmp", "~",
)  # fmt: skip


class Watcher:
    """Tells of saved files below some folders, and of some files, until it is stopped."""

    def __init__(
        self, saved: Callable[[frozenset[Path]], None], files: Mapping[Path, Signature]
    ) -> None:
        """`saved` is called in threads of the watcher. `files` are as they were when read last."""
        self._saved = saved
        self._files = dict(files)
        self._since: dict[Path, int] = {}
        """Each folder that is watched, and from which moment on (ns of the epoch)."""
        self._told: dict[Path, Signature] = {}
        self._telling = threading.Lock()
        self._started = False
        self._over = threading.Event()
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin to tell; what has been saved until now is told too."""
        self._started = True
        _in_thread(self._follow_files)
        self._begin()

    def watch(self, folders: Iterable[Path]) -> None:
        """Watch these folders, with what is below them, from now on."""
        wanted = frozenset(path.resolve() for path in folders)
        if wanted == self._since.keys():
            return
        self._stop.set()
        self._stop = threading.Event()
        now = time.time_ns()
        # What the watch before has seen and not told yet is lost with it.
        seen = dict.fromkeys(self._since, now - LOOK_BACK_NS) if self._started else self._since
        self._since = {folder: seen.get(folder, now - COARSE_NS) for folder in wanted}
        if self._started:
            self._begin()

    def stop(self) -> None:
        """Stop watching; the threads end by themselves soon after."""
        self._over.set()
        self._stop.set()

    def _begin(self) -> None:
        _in_thread(self._follow, self._since, self._stop)

    def _follow_files(self) -> None:
        """Watch files through their folders, since editors replace them.

        They are looked at now and then too: what was saved before the watch stood, or on a disk
        that tells of nothing, is not missed.
        """
        from watchfiles import watch

        existing = {file.parent for file in self._files if file.parent.is_dir()}
        if not existing:
            return
        for _ in watch(
            *existing,
            watch_filter=None,
            debounce=DEBOUNCE_MS,
            step=FILES_STEP_MS,
            stop_event=self._over,
            rust_timeout=FILES_POLL_MS,
            yield_on_timeout=True,
            recursive=False,
            raise_interrupt=False,
        ):
            now = {file: signature(file) for file in self._files}
            changed = frozenset(file for file in now if now[file] != self._files[file])
            self._files = now
            if changed and not self._over.is_set():
                self._saved(changed)

    def _follow(self, since: Mapping[Path, int], stop: threading.Event) -> None:
        """Watch folders; what was saved since, and before the watch stood, counts too."""
        from watchfiles import watch

        existing = [folder for folder in since if folder.is_dir()]
        if not existing:
            return
        looked = False
        for changes in watch(
            *existing,
            watch_filter=None,
            debounce=DEBOUNCE_MS,
            step=SOURCE_STEP_MS,
            stop_event=stop,
            rust_timeout=FIRST_POLL_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            saved = {path for _, name in changes if is_source(path := Path(name), existing)}
            if not looked:
                looked = True
                for folder in existing:
                    saved.update(saved_since(since[folder], [folder]))
            if not stop.is_set():
                self._tell(saved)

    def _tell(self, saved: Iterable[Path]) -> None:
        """Tell of each version of a file once, whichever watch has seen it."""
        with self._telling:
            now = {path: signature(path) for path in saved}
            new = frozenset(path for path in now if self._told.get(path, ()) != now[path])
            self._told |= now
        if new:
            self._saved(new)


def _in_thread(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, name="watch", daemon=True).start()


def saved_since(moment: int, folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the sources below these folders that were written after `moment` (ns of the epoch)."""
    for folder in folders:
        for place, inner, files in os.walk(folder):
            inner[:] = [name for name in inner if name not in IGNORED_FOLDERS]
            for path in (Path(place, name) for name in files):
                with contextlib.suppress(OSError):  # it is gone already
                    if path.stat().st_ctime_ns > moment and is_source(path, [folder]):
                        yield path


def is_source(path: Path, folders: Iterable[Path]) -> bool:
    """Whether a save of that file may matter: not a cache, a product or an editor's own file."""
    if path.name.endswith(IGNORED_ENDINGS):
        return False
    return any(
        IGNORED_FOLDERS.isdisjoint(path.relative_to(folder).parts)
        for folder in folders
        if path.is_relative_to(folder)
    )
