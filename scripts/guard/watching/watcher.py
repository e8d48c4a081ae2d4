"""watchfiles -> which files were saved.

Threads, since watchfiles' core blocks; the set of folders can be changed while they run.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..config.signature import Signature, signature
from ..core.background import begin, require
from ..logs.failures import Failures
from .sources import folders_below, is_source, sources

if TYPE_CHECKING:
    from watchfiles.main import FileChange

SOURCE_STEP_MS = 40  # watchfiles looks so often, and as long without a change ends a batch
FILES_STEP_MS = 200  # for single files: nobody waits for them
FILES_POLL_MS = 1000
WATCH_POLL_MS = 500  # between two looks at what a watch does not tell
POLLING_MS = 500  # between two looks at every file where the system cannot watch them
COARSE_NS = 10_000_000  # by which a file's time may lag behind the clock: a tick of the kernel's
FAILED_MS = 1000  # until files are watched again, after that has failed
THREADS = 4  # watchfiles starts one, and where it gets none it ends the whole process
DEBOUNCE_MS = 400  # a batch ends after so long anyway
LOOK_BACK_NS = (DEBOUNCE_MS + 2 * SOURCE_STEP_MS) * 1_000_000  # what a watch may not have told yet
# On Linux each folder is watched for itself anyway (inotify(7)), so those that hold no sources,
# `node_modules` above all, are left out. Elsewhere the system watches a whole tree as easily.
EACH_FOLDER = sys.platform == "linux"


class Watcher:
    """Tells of saved files below some folders, and of some files, until it is stopped."""

    def __init__(
        self,
        saved: Callable[[frozenset[Path]], None],
        files: Mapping[Path, Signature],
        *,
        report: Callable[[str], None] = lambda _: None,
        polling: bool | None = None,
        begun: float | None = None,
    ) -> None:
        """`saved` is called in threads of the watcher. `files` are as they were when read last.

        `begun` is when sources may have been read first, in s of the epoch: what is saved from then
        on, before `start` too, is told. Without it, that is when their folder is named.
        With `polling`, files are looked at over and over; None leaves that to watchfiles, and to
        what the system can do.
        """
        self._saved = saved
        self._files = dict(files)
        self._report = report
        self._polling = polling
        self._begun = None if begun is None else int(begun * 1e9)
        self._since: dict[Path, int] = {}
        """Each folder that is watched, and from which moment on (ns of the epoch)."""
        self._known: dict[Path, Signature] = {}
        self._telling = threading.Lock()
        self._failures = Failures(report)
        self._started = False
        self._over = threading.Event()
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin to tell; what has been saved until now is told too. Call again where it raises."""
        if not self._started:
            begin(partial(self._go_on, self._follow_files, self._over))
            self._started = True
        self._begin()

    def watch(self, folders: Iterable[Path]) -> None:
        """Watch these folders, with what is below them, from now on."""
        wanted = frozenset(path.resolve() for path in folders)
        if wanted == self._since.keys():
            return
        self._stop.set()
        self._stop = threading.Event()
        now = time.time_ns() if self._started or self._begun is None else self._begun
        # What the watch before has seen and not told yet is lost with it.
        seen = dict.fromkeys(self._since, now - LOOK_BACK_NS) if self._started else self._since
        self._since = {folder: seen.get(folder, now - COARSE_NS) for folder in wanted}
        with self._telling:  # what happens to others meanwhile is nobody's business
            self._known = {
                path: known
                for path, known in self._known.items()
                if any(path.is_relative_to(folder) for folder in wanted)
            }
        if self._started:
            self._begin()

    def stop(self) -> None:
        """Stop watching; the threads end by themselves soon after."""
        self._over.set()
        self._stop.set()

    def _begin(self) -> None:
        follow = partial(self._follow, self._since, self._stop)
        begin(partial(self._go_on, follow, self._stop))

    def _go_on(self, follow: Callable[[], None], stop: threading.Event) -> None:
        """Watch until it is stopped: without its thread no save would count any more."""
        while not stop.is_set():
            if not self._failures.attempt("the watch for saved files", follow):
                stop.wait(FAILED_MS / 1000)

    # --- Single files ------------------------------------------------------------------------

    def _follow_files(self) -> None:
        """Watch files through their folders, since editors replace them.

        They are looked at now and then too: what was saved before the watch stood, or on a disk
        that tells of nothing, is not missed.
        """
        while not self._over.is_set():
            existing = {file.parent for file in self._files if _is_folder(file.parent)}
            for _ in self._changes(
                existing, self._over, step=FILES_STEP_MS, look=FILES_POLL_MS, recursive=False
            ):
                now = {file: signature(file) for file in self._files}
                changed = frozenset(file for file in now if now[file] != self._files[file])
                self._files = now
                if changed and not self._over.is_set():
                    self._saved(changed)
            self._over.wait(FILES_POLL_MS / 1000)  # a folder of theirs is gone, perhaps

    # --- Folders -----------------------------------------------------------------------------

    def _follow(self, since: Mapping[Path, int], stop: threading.Event) -> None:
        """Watch folders, and those that come to be there later: a checkout may replace them."""
        while not stop.is_set():
            roots = [folder for folder in since if _is_folder(folder)]
            if roots:
                self._follow_tree(roots, since, stop)
                since = {**since, **dict.fromkeys(roots, time.time_ns() - LOOK_BACK_NS)}
            else:
                stop.wait(WATCH_POLL_MS / 1000)

    def _follow_tree(
        self, roots: Sequence[Path], since: Mapping[Path, int], stop: threading.Event
    ) -> None:
        """Watch folders until one comes or goes; what was saved since counts too."""
        tree = list(folders_below(roots))
        there = {folder: _is_folder(folder) for folder in since}
        identities = {folder: _identity(folder) for folder in roots}
        watched = frozenset(tree)
        strange = [folder for folder in tree if not _is_utf8(folder)]
        looked = False
        for changes in self._changes(
            tree if EACH_FOLDER else roots,
            stop,
            step=SOURCE_STEP_MS,
            look=WATCH_POLL_MS,
            recursive=not EACH_FOLDER,
        ):
            paths = {Path(name) for _, name in changes}
            saved = {path for path in paths if path not in watched and is_source(path, roots)}
            if strange or not looked:
                saved.update(self._saved_since(strange if looked else tree, since))
                looked = True
            if stop.is_set():
                return
            self._tell(saved)
            moved = any(_identity(root) != identities[root] for root in roots)
            came = any(_is_folder(folder) != before for folder, before in there.items())
            if moved or came or any(_of_a_folder(change, watched) for change in changes):
                return

    def _saved_since(self, tree: Sequence[Path], since: Mapping[Path, int]) -> Iterator[Path]:
        """Yield what was saved before the watch stood; take note of how everything else is.

        On a busy machine what a former watch has not told may be older than anybody looks back:
        a version that is not the one which was told last counts too, and so does a file that is
        gone.
        """
        for path, known in tuple(self._known.items()):
            if known is not None and not signature(path) and any(map(path.is_relative_to, since)):
                yield path
        for root, moment in since.items():
            below = [folder for folder in tree if folder.is_relative_to(root)]
            for path in sources(below, [root]):
                found = signature(path)
                if _changed_at(path) > moment or self._known.get(path, found) != found:
                    yield path
                else:
                    self._known[path] = found

    def _tell(self, saved: Iterable[Path]) -> None:
        """Tell of each version of a file once; a mode, or a folder, is none."""
        with self._telling:
            now = {path: signature(path) for path in saved if not _is_folder(path)}
            new = frozenset(path for path in now if self._known.get(path) != now[path])
            for path, found in now.items():
                if found:
                    self._known[path] = found
                else:  # as if it had never been: nobody keeps what is gone
                    self._known.pop(path, None)
        if new:
            self._saved(new)

    def _changes(
        self,
        folders: Iterable[Path],
        stop: threading.Event,
        *,
        step: int,
        look: int,
        recursive: bool,
    ) -> Iterator[set[FileChange]]:
        """Yield what changes in these folders, and nothing at all every `look` ms.

        Where the system watches no more, files are looked at instead. Ends where a folder is gone,
        and where watchfiles gives up at a name that is not UTF-8: who watches anew finds what it
        had not told. Folders of such names are passed over.
        """
        from watchfiles import watch

        while not stop.is_set():
            require(THREADS)
            try:
                yield from watch(
                    *filter(_is_utf8, folders),
                    watch_filter=None,
                    debounce=DEBOUNCE_MS,
                    step=step,
                    stop_event=stop,
                    rust_timeout=look,
                    yield_on_timeout=True,
                    raise_interrupt=False,
                    force_polling=self._polling,
                    poll_delay_ms=POLLING_MS,
                    recursive=recursive,
                    ignore_permission_denied=True,
                )
            except FileNotFoundError:
                return
            except Exception as error:
                if "Unable to decode path" in str(error):
                    stop.wait(look / 1000)  # whoever writes such a file may go on
                    yield set()
                    return
                if self._polling or stop.is_set():
                    raise
                self._fall_back(error)

    def _fall_back(self, error: Exception) -> None:
        self._polling = True
        self._report(
            f"the system watches no more files ({error}): they are looked at every "
            f"{POLLING_MS / 1000:g} s instead\n"
            "  fix: printf 'fs.inotify.max_user_instances=1024\\nfs.inotify.max_user_watches=524288"
            "\\n' | sudo tee /etc/sysctl.d/60-inotify.conf && sudo sysctl --system"
        )


def _is_folder(path: Path) -> bool:
    """Whether there is a folder, as far as we may see: a container takes its data for itself."""
    return os.path.isdir(path)  # noqa: PTH112 - that of Path raises where we may not look


def _is_utf8(folder: Path) -> bool:
    """Whether watchfiles can be told of a folder; names may be any bytes."""
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        return False
    return True


def _of_a_folder(change: FileChange, watched: frozenset[Path]) -> bool:
    """Whether a folder has come, or one of these has gone."""
    kind, name = change
    path = Path(name)
    return _is_folder(path) if kind.name == "added" else kind.name == "deleted" and path in watched


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another that has come into its place; None if there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _changed_at(path: Path) -> int:
    """When a file was last changed in any way, in ns of the epoch; 0 if it is gone."""
    try:
        return path.stat().st_ctime_ns
    except OSError:
        return 0
