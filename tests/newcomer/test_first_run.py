"""The first minutes of somebody else: an empty home, a clone, `make dev`, a page, a download.

Another user than whoever runs the tests, where root runs them; nothing is at hand but what the
README has that user install.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import NOBODY, OURS
from tests.media_source import media, media_folder
from tests.stack.harness import ROOT, ask, is_free, until
from tests.stack.test_typed_commands import CONFIGURED, system_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import FreePort
    from tests.media_source import MediaSource

__all__ = ["media", "media_folder"]

FIRST_START = 420.0
"""Seconds for a first `make dev`, which brings every package, on a busy machine."""


@dataclass
class Newcomer:
    """Somebody with an empty home, at a terminal in a folder."""

    home: Path
    environment: dict[str, str]

    def start(self, line: str, folder: Path, log: Path) -> subprocess.Popen[bytes]:
        """Type a line that goes on, in a terminal of its own."""
        other = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        who = [] if os.geteuid() else ["setpriv", *other]
        with log.open("wb") as written:
            return subprocess.Popen(
                [*who, "bash", "-c", line],
                cwd=folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def type(self, line: str, folder: Path, log: Path) -> str:
        """Type a line and wait for its end. Returns what it has written."""
        status = self.start(line, folder, log).wait(FIRST_START)
        said = log.read_text(encoding="utf-8", errors="replace")
        assert status == 0, f"{line}: {status}: {said[-2000:]}"
        return said


@pytest.fixture
def newcomer(free_port: FreePort) -> Iterator[Newcomer]:
    """Their home lies where they can reach it, which what pytest makes for root is not."""
    top = Path(tempfile.mkdtemp(prefix="newcomer-"))
    top.chmod(0o755)
    home = top / "home"
    home.mkdir()
    if os.geteuid() == 0:
        shutil.chown(home, NOBODY, NOBODY)
    registry = subprocess.check_output(["npm", "config", "get", "registry"], text=True).strip()
    environment = {
        "PATH": system_path(top / "bin"),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        OURS: "yes",
        "npm_config_registry": registry,
        **{f"{name}_PORT": str(free_port()) for name in ("WEB", "API", "GUARD")},
        **{name: text for name, text in os.environ.items() if name.startswith(CONFIGURED)},
    }
    yield Newcomer(home, environment)
    shutil.rmtree(top)


@pytest.fixture
def published(newcomer: Newcomer) -> str:
    """The address of a repository that anybody can clone."""
    bare = newcomer.home.parent / "sy-media-downloader.git"
    clone = ["git", "clone", "--quiet", "--bare", "--no-hardlinks", str(ROOT), str(bare)]
    subprocess.run(clone, check=True)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", bare], check=True)
    return bare.as_uri()


@pytest.mark.timeout(900)
def test_from_a_clone_to_a_finished_download(
    newcomer: Newcomer, published: str, page: Page, media: MediaSource, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    newcomer.type(f"git clone {published}", newcomer.home, tmp_path / "clone.log")
    folder = newcomer.home / "sy-media-downloader"
    log = tmp_path / "dev.log"
    running = newcomer.start("make dev", folder, log)
    ports = {name: int(newcomer.environment[f"{name}_PORT"]) for name in ("WEB", "API", "GUARD")}
    try:
        until(
            lambda: running.poll() is not None or f"localhost:{ports['WEB']}" in log.read_text(),
            "the address of the app is told",
            FIRST_START,
        )
        assert running.poll() is None, log.read_text()[-2000:]
        page.goto(f"http://localhost:{ports['WEB']}")
        field = page.get_by_role("textbox", name="Link to a video or a song")
        expect(field).to_be_visible()

        # What the documents say of an address on one's own network.
        newcomer.type("echo ALLOW_HOSTS=127.0.0.1 >> .env", folder, tmp_path / "env.log")
        until(
            lambda: "api" in log.read_text().rpartition(".env")[2] and _is_ready(ports["API"]),
            "the saved setting is in use",
        )
        field.fill(media.short)
        page.get_by_role("button", name="Download", exact=True).click()
        expect(page.get_by_role("button", name="Play").first).to_be_visible()
        saved = [file for file in (folder / "data/media").iterdir() if file.suffix == ".mp4"]
        assert [file.stat().st_size > 0 for file in saved] == [True]
        assert saved[0].stat().st_uid == (NOBODY if os.geteuid() == 0 else os.geteuid())

        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(60) in {0, -signal.SIGINT}, log.read_text()[-2000:]
        assert "stopping everything" in log.read_text()
        # The Python of the system is as good as any: only what was typed above asks for a start
        # that is not forked.
        refused = re.findall(r"without preloaded libraries: (.*)", log.read_text())
        assert [why for why in refused if not why.startswith("ALLOW_HOSTS has")] == []
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGINT)
            running.wait(60)
    assert all(is_free(port) for port in ports.values())


def _is_ready(port: int) -> bool:
    return not is_free(port) and ask(port, "/ready").status == 200
