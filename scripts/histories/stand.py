"""The system under test: backends, their PostgreSQL, the network between, and the source."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from scripts.histories.clock import off_by
from scripts.histories.cluster import Cluster, cluster
from scripts.histories.packets import filtering
from scripts.histories.proxy import Link, proxy
from tests.backend.api_process import BACKEND, Api, side_by_side
from tests.media_source import MediaSource, make_media, serve_media

CONCURRENCY = 2
"""Downloads at once of each backend."""
RATE = 100_000
"""Bytes/s of each body while faults are done: a file takes three seconds."""
DISK = "64m"
DATABASE = "histories"


@dataclass(slots=True)
class Stand:
    """What is running, and how it is made worse."""

    apis: list[Api]
    links: list[Link]
    """Between each backend and the database."""
    cluster: Cluster
    source: MediaSource
    media: Path
    disk: bool
    """Whether the media folder is on a small disk of its own, that may be filled."""
    packets: bool = False
    """Whether the kernel loses packets, in place of a proxy that holds back what is said."""
    clocks_apart: bool = False
    _ballast: Path = field(init=False)

    def __post_init__(self) -> None:
        self._ballast = self.media / ".ballast"

    @property
    def database(self) -> str:
        """The address of what the backends work on, past the network."""
        return f"{self.cluster.primary.url.rpartition('/')[0]}/{DATABASE}"

    def runners(self, backend: int) -> list[psutil.Process]:
        """The processes that a backend has started."""
        process = self.apis[backend].process
        if process is None or process.poll() is not None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(process.pid).children(recursive=True)
        return []

    def restart(self, backend: int) -> None:
        """Start a backend that has ended."""
        process = self.apis[backend].process
        if process is None or process.poll() is not None:
            self.apis[backend].start()

    def route(self) -> None:
        """Lead every backend to what is the primary now."""
        for each in self.links:
            each.target = self.cluster.primary.port

    def fill(self) -> None:
        """Use up the disk that the media folder is on."""
        with contextlib.suppress(OSError), self._ballast.open("wb") as file:
            while True:
                file.write(bytes(1 << 20))
                file.flush()

    def free(self) -> None:
        """Give the disk its room again."""
        self._ballast.unlink(missing_ok=True)


@contextlib.contextmanager
def standing(
    folder: Path,
    port: Callable[[], int],
    *,
    backends: int = 2,
    concurrency: int = CONCURRENCY,
    code: Path = BACKEND,
    clocks: Sequence[int] = (),
    packets: bool = False,
) -> Iterator[Stand]:
    """All of it, ready; nothing is left afterwards.

    Args:
        folder: empty, for everything that is written.
        port: gives free ports.
        backends: how many.
        concurrency: downloads at once of each.
        code: the folder of the backend's code.
        clocks: the seconds by which the clock of each backend is off.
        packets: whether the network is the kernel's, in a namespace that was entered before.

    """
    media = folder / "media"
    media.mkdir(parents=True)
    with contextlib.ExitStack() as enter:
        disk = _small_disk(media, enter)
        source = enter.enter_context(serve_media(make_media(folder / "source")))
        source.validator = "etag"
        database = enter.enter_context(cluster(port))
        database.primary.database(DATABASE)
        target = database.primary.port
        ways = (filtering(n, target) if packets else proxy(target) for n in range(backends))
        links = [enter.enter_context(way) for way in ways]
        apis = []
        for number, each in enumerate(links):
            api = Api(
                folder / f"backend-{number}",
                DATABASE_URL=f"postgresql://app@{each.host}:{each.port}/{DATABASE}",
                MEDIA_DIR=str(media),
                DOWNLOAD_CONCURRENCY=str(concurrency),
                DISK_RESERVE_MB="0",
                **(off_by(clocks[number]) if clocks else {}),
            )
            api.code = code
            apis.append(api)
        enter.enter_context(side_by_side(apis))
        yield Stand(apis, links, database, source, media, disk, packets, bool(clocks))


def _small_disk(folder: Path, enter: contextlib.ExitStack) -> bool:
    """Mount one where that is allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        return False
    enter.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)
    return True
