from __future__ import annotations

import contextlib
import http.cookies
from typing import TYPE_CHECKING

import pytest

from domain.failures import DownloadError
from files.cookies import cookies_for, private_copy
from tests.backend.api_process import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backend.api_process import Api
    from tests.media_source import MediaSource

SECRET = "c00kie-s3cret"
LINE = "{host}\tFALSE\t/\tFALSE\t2147483647\tsession\t" + SECRET + "\n"


def keep(folder: Path, host: str, mode: int = 0o600) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / f"{host}.txt"
    file.write_text("# Netscape HTTP Cookie File\n" + LINE.format(host=host))
    file.chmod(mode)


@pytest.mark.parametrize(
    ("host", "found"),
    [
        *(("example.org", True), ("videos.example.org", True), ("example.org:8080", True)),
        *(("notexample.org", False), ("org", False), ("", False), ("example.org.evil", False)),
    ],
)
def test_a_site_s_cookies_serve_it_and_what_is_below_it(
    tmp_path: Path, host: str, *, found: bool
) -> None:
    keep(tmp_path, "example.org")

    assert (cookies_for(tmp_path, host) is not None) == found


def test_a_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    keep(tmp_path, "example.org", 0o644)

    with pytest.raises(DownloadError) as told:
        cookies_for(tmp_path, "example.org")
    assert "chmod 600" in told.value.fix


def test_cookies_reach_the_site_and_nobody_else(shared_api: Api, media: MediaSource) -> None:
    folder = shared_api.folder / "data/cookies"
    keep(folder, "127.0.0.1")
    before = (folder / "127.0.0.1.txt").read_bytes()
    media.throttle = 200_000
    item = shared_api.add(media.mp4)
    wait_for(lambda: (shared_api.get(item)["progress"] or {}).get("bytes"), "it runs")

    copy = shared_api.media / ".staging" / item / "cookies.txt"
    assert copy.stat().st_mode & 0o077 == 0
    media.throttle = 0
    shared_api.wait(item, "done")
    (folder / "127.0.0.1.txt").unlink()

    sent = http.cookies.SimpleCookie(media.cookies[-1])
    assert sent["session"].value == SECRET
    assert SECRET not in shared_api.log.read_text()
    assert not copy.exists()
    assert before.count(SECRET.encode()) == 1


@pytest.mark.parametrize("fails", [True, False])
def test_a_copy_lasts_as_long_as_its_use(tmp_path: Path, *, fails: bool) -> None:
    with contextlib.suppress(DownloadError), private_copy(tmp_path, SECRET) as copy:
        assert copy
        assert [str(file) for file in tmp_path.iterdir()] == [copy]
        if fails:
            raise DownloadError("any", "Any.", "Any.")

    assert list(tmp_path.iterdir()) == []
