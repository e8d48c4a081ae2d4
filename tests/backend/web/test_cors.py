"""Only the app's own page may read answers from another port; other pages are told nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.backend.api_process import Api

OWN = "http://localhost:3000"
FOREIGN = ["http://localhost:3001", "https://evil.example", "null", "http://["]
PREFLIGHT = {"Access-Control-Request-Method": "PATCH"}


def said(answer: httpx.Response) -> dict[str, str]:
    return {k: v for k, v in answer.headers.items() if k.startswith("access-control-")}


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("path", ["/health", "/api/downloads", "/api/nothing", "/"])
def test_another_page_is_not_told_that_credentials_are_welcome(
    shared_api: Api, path: str, origin: str
) -> None:
    asking = {"Origin": origin}
    assert not said(shared_api.client.get(path, headers=asking))
    assert not said(shared_api.client.options(path, headers={**asking, **PREFLIGHT}))


def test_the_app_s_own_page_reads_and_writes(shared_api: Api) -> None:
    read = shared_api.client.get("/api/downloads", headers={"Origin": OWN})
    assert said(read)["access-control-allow-origin"] == OWN
    assert said(read)["access-control-allow-credentials"] == "true"
    asked = shared_api.client.options("/api/queue", headers={"Origin": OWN, **PREFLIGHT})
    assert (asked.status_code, said(asked)["access-control-allow-origin"]) == (200, OWN)
    assert "PATCH" in said(asked)["access-control-allow-methods"]
