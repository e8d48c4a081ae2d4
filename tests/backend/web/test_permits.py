"""Who holds the guard's token, and nobody else, may permit a download from this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.backend.api_process import Api, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.media_source import MediaSource

TOKEN = "of-the-guard"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A backend with the default settings, as a guard starts it."""
    folder: Path = tmp_path_factory.mktemp("guarded")
    (folder / "token").write_text(f"{TOKEN}\n")
    api = Api(folder, ALLOW_HOSTS="", GUARD_TOKEN_FILE=str(folder / "token"))
    api.start()
    wait_for(lambda: api.client.get("/ready").is_success, "the backend")
    yield api
    api.close()


def permit(api: Api, source: str, token: str) -> int:
    headers = {"X-Guard-Token": token}
    body = {"source": source}
    return api.client.post("/api/permits", json=body, headers=headers).status_code


def download(api: Api, url: str) -> dict[str, Any]:
    item = api.client.post("/api/downloads", json={"url": url}).json()["id"]

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = api.client.get(f"/api/downloads/{item}").json()
        return found if found["state"] in {"done", "failed"} else None

    return wait_for(ended, "the download to end")


@pytest.mark.parametrize("token", ["", "wrong", "of-the-guar"])
def test_without_the_token_nothing_is_permitted(guarded: Api, token: str) -> None:
    assert permit(guarded, "127.0.0.1:80", token) == 403


def test_only_a_port_of_this_machine_can_be_permitted(guarded: Api) -> None:
    assert permit(guarded, "10.0.0.1:80", TOKEN) == 422
    assert permit(guarded, "0.0.0.0/0", TOKEN) == 422


def test_a_permitted_source_is_reached_and_another_is_not(guarded: Api, media: MediaSource) -> None:
    assert download(guarded, media.mp4)["error"]["kind"] == "address-refused"
    assert permit(guarded, f"127.0.0.1:{media.port}", TOKEN) == 204
    assert download(guarded, media.short)["state"] == "done"


def test_without_a_guard_nobody_holds_its_token(shared_api: Api) -> None:
    assert permit(shared_api, "127.0.0.1:80", "") == 403
    assert permit(shared_api, "127.0.0.1:80", TOKEN) == 403
