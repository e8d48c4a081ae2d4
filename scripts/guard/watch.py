"""watchfiles -> which files were saved.

A thread, since watchfiles' core blocks; the set of folders can be changed while it runs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

SOURCE_STEP_MS = 40  # watchfiles looks so often, and as long without a change ends a batch
FILES_STEP_MS = 200  # for single files: nobody waits for them
DEBOUNCE_MS = 400  # a batch ends after so long anyway

IGNORED_FOLDERS = frozenset(
    {
        ".git", ".guard", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv",
        "__pycache__", "data", "dist", "node_modules",
    }
)  # fmt: skip
IGNORED_ENDINGS = (".pyc", ".pyo", "~", ".swp", ".swx", ".tmp")


class Watcher:
    """Tells of saved files below some folders, and of some files, until it is stopped."""

    def __init__(self, saved: Callable[[frozenset[Path]], None]) -> None:
        """`saved` is called in the watcher's own thread."""
        self._saved = saved
        self._folders: frozenset[Path] = frozenset()
        self._files: frozenset[Path] = frozenset()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, folders: Iterable[Path], files: Iterable[Path]) -> None:
        """Watch these folders, with what is below them, and these files from now on."""
        wanted = frozenset(path.resolve() for path in folders)
        single = frozenset(path.resolve() for path in files)
        if (wanted, single) == (self._folders, self._files):
            return
        self.stop()
        self._folders, self._files = wanted, single
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(wanted, single, self._stop), name="watch", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; the thread ends by itself soon after."""
        self._stop.set()

    def _run(self, folders: frozenset[Path], files: frozenset[Path], stop: threading.Event) -> None:
        # A file is watched through its folder, since editors replace files.
        around = frozenset(file.parent for file in files)
        others = threading.Thread(
            target=self._follow,
            args=(around, files.__contains__, stop),
            kwargs={"recursive": False, "step": FILES_STEP_MS},
            daemon=True,
        )
        others.start()
        self._follow(
            folders,
            lambda path: is_source(path, folders),
            stop,
            recursive=True,
            step=SOURCE_STEP_MS,
        )

    def _follow(
        self,
        folders: frozenset[Path],
        matters: Callable[[Path], bool],
        stop: threading.Event,
        *,
        recursive: bool,
        step: int,
    ) -> None:
        from watchfiles import watch

        existing = [folder for folder in folders if folder.is_dir()]
        if not existing:
            return
        for changes in watch(
            *existing,
            watch_filter=None,
            debounce=DEBOUNCE_MS,
            step=step,
            stop_event=stop,
            recursive=recursive,
            raise_interrupt=False,
        ):
            saved = frozenset(path for _, name in changes if matters(path := Path(name)))
            if saved and not stop.is_set():
                self._saved(saved)


def is_source(path: Path, folders: Iterable[Path]) -> bool:
    """Whether a save of that file may matter: not a cache, a product or an editor's own file."""
    if path.name.endswith(IGNORED_ENDINGS):
        return False
    return any(
        IGNORED_FOLDERS.isdisjoint(path.relative_to(folder).parts)
        for folder in folders
        if path.is_relative_to(folder)
    )
