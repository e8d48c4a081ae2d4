"""A running stack of its own, with videos to download: what a picture shows may be broken in it."""

import codecs
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from scripts.screenshots import films
from scripts.screenshots.cast import Recorder
from tests.media_source import MediaSource, serve_media

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds
PAUSE = 0.3  # seconds between two looks


class StageError(Exception):
    """The stage did not come to show what a picture needs."""


@dataclass
class Stage:
    """Where things are on the stage, and what the terminal has shown so far."""

    folder: Path
    ports: dict[str, int]
    media: MediaSource
    recorder: Recorder = field(default_factory=lambda: Recorder(columns=104, rows=17))

    @property
    def terminal(self) -> str:
        """What the terminal has shown so far, with its colours."""
        return "".join(text for _, text in self.recorder.events).replace("\r\n", "\n")

    @property
    def media_folder(self) -> Path:
        """Where finished files are."""
        return self.folder / "data/media"

    def url(self, name: str, path: str = "/") -> str:
        """An address of `web`, `api` or `guard`."""
        return f"http://localhost:{self.ports[name]}{path}"

    def state(self, name: str) -> str:
        """The state of a service, as the guard sees it."""
        return str(self._view(name)["state"])

    def pid(self, name: str) -> int:
        """The process that serves."""
        return int(self._view(name)["pid"])

    def command(self, path: str) -> None:
        """A command to the guard: stop, restart."""
        directory = Path(ask(self.url("guard", "/api/status"))["guard"]["directory"])
        token = (directory / "token").read_text(encoding="ascii").strip()
        ask(self.url("guard", path), method="POST", headers={"X-Guard-Token": token})

    def add(self, url: str, **wish: str) -> dict[str, Any]:
        """Ask for a download."""
        return ask(self.url("api", "/api/downloads"), body={"url": url, **wish})

    def _view(self, name: str) -> dict[str, Any]:
        services = ask(self.url("guard", "/api/status"))["services"]
        return next(each for each in services if each["name"] == name)

    def downloads(self) -> list[dict[str, Any]]:
        """All downloads."""
        items: list[dict[str, Any]] = ask(self.url("api", "/api/downloads"))["items"]
        return items


def ask(
    url: str,
    *,
    method: str | None = None,
    body: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """One request; the JSON of the answer, whatever its status."""
    wish = method or ("GET" if body is None else "POST")
    answer = httpx.request(wish, url, json=body, headers=headers, timeout=PATIENCE, trust_env=False)
    answered: dict[str, Any] = answer.json()
    return answered


def until(holds: Callable[[], object], what: str) -> None:
    """Wait until it holds. Raises `StageError` after `PATIENCE` seconds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise StageError(f"waited {PATIENCE:.0f} s for {what}")
        time.sleep(PAUSE)


@contextmanager
def somebodys_folder() -> Iterator[Path]:
    """A folder as people have it, for it is seen on pictures; a temporary one where none can be."""
    home = Path("/home/ann")
    try:
        home.mkdir()
    except OSError:
        with tempfile.TemporaryDirectory(prefix="stage-") as folder:
            yield Path(folder) / "sy-media-downloader"
        return
    try:
        yield home / "sy-media-downloader"
    finally:
        shutil.rmtree(home)


@contextmanager
def set_up(folder: Path, ports: dict[str, int]) -> Iterator[Stage]:
    """Run the stack in `folder`, both services READY, until the block ends."""
    _copy_project(folder)
    offered = folder / "films"
    offered.mkdir()
    films.make(offered)
    with serve_media(offered) as media:
        films.lead_hosts_to(media.port, folder / "webapp/backend")
        stage = Stage(folder, ports, media)
        with _guard(stage):
            until(lambda: "ready after" in stage.terminal, "the guard")
            until(lambda: {stage.state("web"), stage.state("api")} == {"READY"}, "both services")
            until(lambda: ask(stage.url("api", "/ready"))["ready"], "the queue")
            yield stage


def _copy_project(folder: Path) -> None:
    """The backend as a copy, for it will be broken; the rest as it is."""
    (folder / "webapp").mkdir(parents=True)
    without_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "webapp/backend", folder / "webapp/backend", ignore=without_caches)
    shutil.copy(ROOT / "Procfile.dev", folder)
    shutil.copy(ROOT / ".env.example", folder / ".env")
    for name in (".venv", "webapp/frontend"):
        (folder / name).symlink_to(ROOT / name)


@contextmanager
def _guard(stage: Stage) -> Iterator[None]:
    master, terminal = pty.openpty()
    environment = {
        **os.environ,
        **{f"{name.upper()}_PORT": str(port) for name, port in stage.ports.items()},
        "API_WATCH": "webapp/backend",
        "DATA_DIR": str(stage.folder / "data"),
        "DATABASE_URL": "",
        "ALLOW_HOSTS": "127.0.0.1",
        "XDG_STATE_HOME": str(stage.folder.parent / ".local/state"),  # nothing crashed before
        "SHOW_FOLDERS": "yes",  # as where people sit, wherever the pictures are taken
        "TERM": "xterm-256color",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.guard", "-f", stage.folder / "Procfile.dev"],
        cwd=ROOT,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    reader = threading.Thread(target=_read, args=(master, stage.recorder))
    reader.start()
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
        reader.join()
        os.close(master)


def _read(master: int, recorder: Recorder) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with suppress(OSError):  # on Linux the end of a terminal is an error
        while part := os.read(master, 65536):
            recorder.take(decoder.decode(part))
