"""Cookies over the API: taken, named, and never given out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.backend.files.test_cookies import LINE, SECRET

if TYPE_CHECKING:
    from tests.backend.api_process import Api

TEXT = LINE.format(host="example.org")


def test_an_export_is_kept_for_its_owner_only_and_never_given_out(shared_api: Api) -> None:
    kept = shared_api.client.put("/api/cookies/example.org", json={"text": TEXT})
    file = shared_api.folder / "data/cookies/example.org.txt"
    mode = file.stat().st_mode & 0o777
    listed = shared_api.client.get("/api/cookies")
    removed = shared_api.client.delete("/api/cookies/example.org")

    assert (kept.status_code, removed.status_code) == (204, 204)
    assert mode == 0o600
    assert listed.json() == [
        {"site": "example.org", "problem": None, "fix": None, "kind": None, "values": {}}
    ]
    assert SECRET not in listed.text
    assert not file.exists()
    assert shared_api.client.delete("/api/cookies/example.org").status_code == 404


def test_an_export_of_another_site_is_refused_and_changes_nothing(shared_api: Api) -> None:
    shared_api.client.put("/api/cookies/example.org", json={"text": TEXT})

    refused = shared_api.client.put("/api/cookies/example.org", json={"text": "nonsense"})

    assert refused.status_code == 422
    assert "Netscape" in refused.json()["fix"]
    assert shared_api.client.get("/api/cookies").json()
    assert shared_api.client.delete("/api/cookies/example.org").status_code == 204


def test_a_site_is_a_host_name_and_no_path(shared_api: Api) -> None:
    for site in ("..", "a..b", "%2e%2e%2fapp", "UPPER.org", "-a.org"):
        assert shared_api.client.put(f"/api/cookies/{site}", json={"text": TEXT}).status_code in {
            *(404, 405, 422)
        }
