from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.ids import new_id

if TYPE_CHECKING:
    import httpx

    from tests.backend.api_process import Api
    from tests.media_source import MediaSource


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["detail"]
    assert body["fix"]
    return body


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("not a link", "not a web address"),
        ("example.org/clip.mp4", "https://"),
        ("ftp://example.org/a.mp4", "ftp: links are not supported"),
        ("file:///etc/passwd", "file: links are not supported"),
        ("javascript:alert(1)", "javascript: links are not supported"),
        ("http://", "host is missing"),
        ("http://exa mple.org/", "not a web address"),
        ("http://example.org:99999/", "not a web address"),
        ("http://[::1/", "not a web address"),
        ("", "url"),
    ],
)
def test_what_is_no_link_is_refused_with_the_reason(shared_api: Api, url: str, word: str) -> None:
    body = problem(shared_api.client.post("/api/downloads", json={"url": url}), 422)

    assert word in body["detail"]
    assert body["errors"][0]["field"] == "url"


def test_all_problems_are_told_at_once(shared_api: Api) -> None:
    request = {"url": "nonsense", "format": "exe", "resolution": "9p", "exec": "rm"}

    body = problem(shared_api.client.post("/api/downloads", json=request), 422)

    assert {error["field"] for error in body["errors"]} == {"url", "format", "resolution", "exec"}
    assert "'mp4'" in body["detail"]
    assert "resolution: '9p' does not have the expected form." in body["detail"]


def test_malformed_json_is_named(shared_api: Api) -> None:
    answer = shared_api.client.post(
        "/api/downloads", content=b'{"url": ', headers={"Content-Type": "application/json"}
    )

    assert "not valid JSON" in problem(answer, 422)["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/file"),
        *(("POST", f"/{action}") for action in ("pause", "resume", "cancel", "retry")),
    ],
)
def test_an_unknown_id_is_not_found(shared_api: Api, method: str, path: str) -> None:
    problem(shared_api.client.request(method, f"/api/downloads/{new_id()}{path}"), 404)


def test_an_id_that_cannot_be_one_is_refused(shared_api: Api) -> None:
    problem(shared_api.client.get("/api/downloads/..%2f..%2fetc"), 404)
    problem(shared_api.client.get("/api/downloads/nonsense"), 422)


def test_an_unknown_address_and_a_wrong_method_are_problems_too(shared_api: Api) -> None:
    problem(shared_api.client.get("/api/nothing"), 404)
    problem(shared_api.client.put("/api/downloads"), 405)


def test_an_action_that_the_state_does_not_allow_is_a_conflict(
    shared_api: Api, media: MediaSource
) -> None:
    item = shared_api.wait(shared_api.add(media.mp4), "done")["id"]

    for action in ("pause", "resume", "cancel", "retry"):
        body = problem(shared_api.client.post(f"/api/downloads/{item}/{action}"), 409)
        assert "It is done" in body["detail"]


def test_there_is_no_file_before_the_end(shared_api: Api, media: MediaSource) -> None:
    item = shared_api.wait(shared_api.add(media.missing), "failed")["id"]

    problem(shared_api.client.get(f"/api/downloads/{item}/file"), 409)


def test_a_private_address_is_refused_unless_listed(shared_api: Api) -> None:
    download = shared_api.wait(shared_api.add("http://10.1.2.3/clip.mp4"), "failed")

    assert download["error"]["kind"] == "address-refused"
    assert "10.1.2.3" in download["error"]["sentence"]
    assert "ALLOW_HOSTS" in download["error"]["fix"]
