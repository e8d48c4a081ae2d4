"""A media folder that cannot be used is named, and taken up again once it can."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from domain.failures import DownloadError
from files.media_folder import MARK, MediaFolder
from scripts.docs.downloads import download_failures
from tests.backend.api_process import Api, running, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import AsAnotherUser, SmallDisk
    from tests.media_source import MediaSource


def complaint(folder: MediaFolder) -> DownloadError:
    with pytest.raises(DownloadError) as told:
        folder.require()
    return told.value


def test_a_new_folder_is_made_and_marked(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "deep/media", tmp_path / "memory.json")

    folder.require()

    assert (folder.path / MARK).is_file()


def test_a_folder_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "media", tmp_path / "memory.json")
    folder.require()
    subprocess.run(["rm", "-r", folder.path], check=True)

    folder.require()

    assert (folder.path / MARK).is_file()


def test_a_folder_of_somebody_else_is_named_with_its_owner(
    tmp_path: Path, as_another_user: AsAnotherUser
) -> None:
    folder = MediaFolder(tmp_path / "media", tmp_path / "memory.json")
    folder.require()
    for closed in (tmp_path, *tmp_path.parents):  # pytest closes them to others
        if "pytest-of" in str(closed):
            closed.chmod(0o755)

    with as_another_user():
        told = complaint(folder)

    assert str(folder.path) in told.sentence
    assert "belongs to user 0" in told.sentence
    assert "runs as user 65534" in told.sentence
    assert told.transient


def test_downloads_wait_for_a_disk_that_is_not_mounted_and_go_on_as_the_page_says(
    tmp_path: Path, small_disk: SmallDisk, media: MediaSource
) -> None:
    disk = small_disk("64m")
    page = download_failures()["media-folder"]
    with running(tmp_path / "api", MEDIA_DIR=str(disk), DISK_RESERVE_MB="0") as api:
        api.ready()
        subprocess.run(["umount", str(disk)], check=True)
        item = api.add(media.short)
        waits_for_its_folder(api, item)
        told = api.get(item)["error"]
        says = page.sentence.replace("data/media", str(disk))
        assert told["sentence"] == says.replace("user 1000", f"user {os.geteuid()}")
        assert f"and the backend runs as user {os.geteuid()}." in told["sentence"]
        assert told["fix"] == page.fix.replace("data/media", str(disk))
        assert not list(disk.iterdir())

        subprocess.run(shlex.split(told["fix"].partition("on purpose: ")[2]), check=True)
        assert (disk / MARK).exists()
        assert api.wait(item, "done", "failed")["error"] is None
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(disk)], check=True)  # the fixture unmounts


@pytest.mark.parametrize("name", [".staging", ".thumbnails"])
def test_what_must_be_on_its_disk_and_is_not_is_named_until_it_is(
    tmp_path: Path, small_disk: SmallDisk, name: str
) -> None:
    folder = MediaFolder(tmp_path / "media", tmp_path / "memory.json")
    folder.path.mkdir()
    (folder.path / name).symlink_to(small_disk("1m"))

    told = complaint(folder)
    assert told.sentence.startswith(f"{folder.path / name} is on another disk than {folder.path}:")
    assert told.transient

    (folder.path / name).unlink()
    folder.require()


def test_downloads_wait_for_a_read_only_folder_and_go_on_by_themselves(
    tmp_path: Path, small_disk: SmallDisk, media: MediaSource
) -> None:
    disk = small_disk("64m")
    with running(tmp_path / "api", MEDIA_DIR=str(disk), DISK_RESERVE_MB="0") as api:
        api.ready()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        item = api.add(media.short)
        waiting = waits_for_its_folder(api, item)
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)

        done = api.wait(item, "done", "failed")

    assert str(disk) in waiting
    assert "Read-only" in waiting
    assert f"It belongs to user 0, and the backend runs as user {os.geteuid()}." in waiting
    assert done["state"] == "done"


def waits_for_its_folder(api: Api, item: str) -> str:
    def look() -> str | None:
        download = api.get(item)
        error = download["error"] or {}
        queued = download["state"] == "queued" and error.get("kind") == "media-folder"
        return error["sentence"] if queued else None

    return wait_for(look, "it says what is wrong, and waits")
