"""A backend that tests fork is what one is that they start."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.backend import forks
from tests.backend.api_process import DEADLINE, Api, running, wait_for

if TYPE_CHECKING:
    from tests.media_source import MediaSource

STATUS = re.compile(r"^(?:Umask|Uid|Gid|Groups|Sig(?:Blk|Ign|Cgt)|NoNewPrivs):.*$", re.MULTILINE)
NUMBERS = re.compile(r"\d+")
linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="Linux tells what a process has of its own"
)


def backend(folder: Path, *, fresh: bool, **environ: str) -> Api:
    folder.mkdir()
    api = Api(folder, **environ)
    api.fresh = fresh
    api.start()
    assert isinstance(api.process, forks.Fork) is not fresh
    return api


def own(api: Api) -> dict[str, Any]:
    """What a process has of its own, but for numbers and the name of its folder."""
    assert api.process
    pid = api.process.pid
    (forkserver,) = psutil.Process(pid).children()
    return {
        "backend": circumstances(pid),
        "forkserver": circumstances(forkserver.pid),
        "open in the forkserver": sorted(opened(forkserver.pid, api.folder)),
        "limits": Path(f"/proc/{pid}/limits").read_text(),
        "open": sorted(opened(pid, api.folder)),
        "said": NUMBERS.sub("", api.log.read_text().partition("Uvicorn running")[0]),
        "schema": api.ask("GET", "/openapi.json"),
    }


def circumstances(pid: int) -> tuple[list[str], Path, bool]:
    its = Path(f"/proc/{pid}")
    leads = os.getsid(pid) == os.getpgid(pid) == pid
    return STATUS.findall((its / "status").read_text()), (its / "cwd").readlink(), leads


def opened(pid: int, folder: Path) -> list[str]:
    """But for the database: more than one of its connections may be open."""
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
            links.append(str(entry.readlink()))
    return [NUMBERS.sub("", one.replace(str(folder), "")) for one in links if "/data/" not in one]


@linux
def test_it_has_of_its_own_what_a_start_has(tmp_path: Path, media: MediaSource) -> None:
    with contextlib.ExitStack() as closing:
        both = []
        for name in ("forked", "started"):
            api = backend(tmp_path / name, fresh=name == "started")
            closing.callback(api.close)
            api.wait(api.add(media.short), "done")  # then its forkserver has begun, too
            both.append(api)
        try:
            wait_for(lambda: own(both[0]) == own(both[1]), "both are at rest, and alike")
        except AssertionError:
            assert own(both[0]) == own(both[1])  # tells what differs
            raise


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_ends_as_a_start_does(tmp_path: Path, number: signal.Signals) -> None:
    ends = []
    for name in ("forked", "started"):
        api = backend(tmp_path / name, fresh=name == "started")
        api.ready()
        ends.append((api.end(number), "Traceback" in api.log.read_text()))
        api.close()
    assert ends[0] == ends[1]
    assert not ends[0][1]


def test_a_setting_that_cannot_be_ends_it_with_the_same_words(tmp_path: Path) -> None:
    ends = []
    for name in ("forked", "started"):
        api = backend(tmp_path / name, fresh=name == "started", LOG_LEVEL="loud")
        assert api.process
        ends.append((api.process.wait(DEADLINE), api.log.read_text()))
        api.close()
    assert ends[0] == ends[1]
    assert "loud" in ends[0][1]


def test_downloads_go_on_without_what_was_loaded_for_them(api: Api, media: MediaSource) -> None:
    api.ready()
    assert isinstance(api.process, forks.Fork)
    (forkserver,) = psutil.Process(api.process.pid).children()
    forkserver.kill()
    wait_for(lambda: forkserver.status() == psutil.STATUS_ZOMBIE, "it has ended")

    api.wait(api.add(media.short), "done")
    (another,) = psutil.Process(api.process.pid).children()
    assert another.cmdline()[1:] == ["-m", "runner.forkserver"]


def test_nothing_is_left_of_it_when_it_is_killed_before_it_has_begun(tmp_path: Path) -> None:
    api = backend(tmp_path / "api", fresh=False)
    assert api.process
    api.kill()
    api.close()
    wait_for(lambda: not psutil.pid_exists(api.process.pid), "it is buried")  # type: ignore[union-attr]


def test_programs_are_found_where_its_own_path_says(tmp_path: Path, media: MediaSource) -> None:
    """The runners' forkserver had loaded yt-dlp before it knew that path."""
    ffmpeg = tmp_path / "bin/ffmpeg"
    ffmpeg.parent.mkdir()
    ffmpeg.write_text(f'#!/bin/sh\necho >>{tmp_path}/used\nexec {shutil.which("ffmpeg")} "$@"\n')
    ffmpeg.chmod(0o755)
    with running(tmp_path / "api", PATH=f"{ffmpeg.parent}:/usr/bin:/bin") as api:
        assert isinstance(api.process, forks.Fork)
        api.wait(api.add(media.hls), "done")
    assert (tmp_path / "used").exists()


@pytest.mark.parametrize("name", ["TZ", "PYTHONPATH", "HTTPS_PROXY"])
def test_what_a_library_may_read_has_it_started(tmp_path: Path, name: str) -> None:
    with running(tmp_path, **{name: "UTC"}) as api:
        assert not isinstance(api.process, forks.Fork)
