"""Where files are, and who may have that shown on this machine's desktop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from tests.backend.api_process import Api, running, wait_for
from web.folder_router import is_at_this_machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.media_source import MediaSource


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Api]:
    """An api on a machine whose desktop writes down what it was asked to show."""
    opener = tmp_path / "bin/xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/shown\n')
    opener.chmod(0o755)
    with running(
        tmp_path, PATH=f"{opener.parent}:/usr/bin:/bin", DISPLAY=":0", SHOW_FOLDERS="yes"
    ) as api:
        api.ready()
        yield api


def test_the_folder_of_a_finished_file_is_shown(desktop: Api, media: MediaSource) -> None:
    item = desktop.add(media.mp4)
    done = desktop.wait(item, "done")
    folder = desktop.client.get("/api/folder").json()
    shown = desktop.client.post(f"/api/downloads/{item}/show")
    whole = desktop.client.post("/api/folder/show")

    assert folder["path"] == str(desktop.media)
    assert folder["opens"]
    assert (desktop.media / done["file"]["name"]).is_file()
    assert (shown.status_code, whole.status_code) == (204, 204)
    log = desktop.folder / "shown"
    wait_for(lambda: log.exists() and len(log.read_text().split()) == 2, "both were shown")
    assert log.read_text() == f"{desktop.media}\n" * 2


def test_what_is_not_there_cannot_be_shown(desktop: Api, media: MediaSource) -> None:
    item = desktop.add(media.mp4)
    done = desktop.wait(item, "done")
    (desktop.media / done["file"]["name"]).unlink()

    assert desktop.client.post(f"/api/downloads/{item}/show").status_code == 410
    assert desktop.client.post(f"/api/downloads/{'0' * len(item)}/show").status_code == 404
    assert not (desktop.folder / "shown").exists()


def test_without_a_desktop_it_says_so(tmp_path: Path) -> None:
    with running(tmp_path, DISPLAY="", WAYLAND_DISPLAY="", SHOW_FOLDERS="yes") as api:
        api.ready()
        refused = api.client.post("/api/folder/show")

        assert api.client.get("/api/folder").json()["opens"] is False
        assert refused.status_code == 409
        assert "no desktop" in refused.json()["detail"]
        assert "Copy the path" in refused.json()["fix"]


def test_who_does_not_sit_at_this_machine_has_nothing_shown(tmp_path: Path) -> None:
    with running(tmp_path, DISPLAY=":0", SHOW_FOLDERS="yes", API_HOSTS="127.0.0.1,nas") as api:
        api.ready()
        away = {"Host": "nas:3000", "Origin": "http://nas:3000"}
        refused = api.client.post("/api/folder/show", headers=away)

        assert api.client.get("/api/folder", headers=away).json()["opens"] is False
        assert refused.status_code == 403
        assert "backend's machine" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("client", "headers", "here"),
    [
        ("127.0.0.1", {"host": "localhost:8000"}, True),
        ("::1", {"host": "[::1]:8000"}, True),
        ("::ffff:127.0.0.1", {"host": "127.0.0.1"}, True),
        ("127.0.0.1", {"host": "localhost", "origin": "http://localhost:3000"}, True),
        ("127.0.0.1", {"host": "localhost", "origin": "null"}, False),
        ("127.0.0.1", {"host": "localhost", "origin": "http://[bad"}, False),
        ("127.0.0.1", {"host": "localhost", "origin": "http://192.168.1.5:3000"}, False),
        ("127.0.0.1", {"host": "192.168.1.5:3000"}, False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "192.168.1.7"}, False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "127.0.0.1, ::1"}, True),
        ("192.168.1.7", {"host": "localhost"}, False),
    ],
)
def test_who_sits_at_this_machine(client: str, headers: dict[str, str], *, here: bool) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (client, 1234), "headers": encoded}
    assert is_at_this_machine(Request(scope)) is here
