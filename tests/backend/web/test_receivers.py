"""Receivers over HTTP: bad input on its field, and secrets that are told once or never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.backend.api_process import Api

WEBHOOK = {
    "name": "Hook",
    "kind": "webhook",
    "url": "https://me:secret@example.org/hook/secret?key=secret",
    "occasions": ["finished"],
}
DISCORD = "discord://123456789012345678/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
NTFY = {"kind": "apprise", "url": "ntfy://secret-topic", "name": "Phone"}


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"url": None}, "url", "The address is missing."),
        ({"url": "hook"}, "url", "'hook' is not a web address"),
        ({"url": "ntfy://topic"}, "url", "ntfy: links are not supported"),
        ({"kind": "apprise"}, "url", "https:// is no service that can be told"),
        ({"kind": "apprise", "url": "topic"}, "url", "it begins with a service"),
        ({"kind": "apprise", "url": "ntfy://a b"}, "url", "There is a space in the address"),
        ({"kind": "apprise", "url": "nosuch://x"}, "url", "nosuch:// is no service"),
        ({"kind": "apprise", "url": "discord://x"}, "url", "discord:// needs another"),
        ({"kind": "apprise", "url": f"{DISCORD}?template=/etc/passwd"}, "url", "names a file"),
        ({"kind": "apprise", "url": "syslog://"}, "url", "only the server's own machine"),
        ({"kind": "pigeon"}, "kind", "'pigeon' is not known"),
        ({"name": " "}, "name", "The name is empty"),
        ({"name": "x" * 61}, "name", "at most 60 characters"),
        ({"occasions": []}, "occasions", "Choose at least one occasion."),
        ({"occasions": ["never"]}, "occasions.0", "'never' is not known"),
        ({"secret": "mine"}, "secret", "not a field"),
    ],
)
def test_what_cannot_be_is_told_on_its_field(
    shared_api: Api, body: dict[str, Any], field: str, message: str
) -> None:
    before = shared_api.client.get("/api/receivers").json()
    answer = shared_api.client.post("/api/receivers", json=WEBHOOK | body)

    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert message in error["message"]
    assert shared_api.client.get("/api/receivers").json() == before


def test_secrets_are_told_once_or_never(shared_api: Api) -> None:
    api = shared_api
    made = api.ask("POST", "/api/receivers", json=WEBHOOK)
    phone = api.ask("POST", "/api/receivers", json=WEBHOOK | NTFY)
    item = made["id"]
    assert made["secret"].startswith("whsec_")
    assert phone["secret"] is None
    renewed = api.ask("POST", f"/api/receivers/{item}/secret")
    assert renewed["secret"] not in {made["secret"], None}

    again = api.client.get("/api/receivers").text + api.client.get(f"/api/receivers/{item}").text
    assert "secret" not in again
    assert "whsec_" not in again
    assert "https://example.org/…" in again
    assert "ntfy://…" in again
    for one in (made, phone):
        api.client.delete(f"/api/receivers/{one['id']}").raise_for_status()


def test_what_is_not_given_anew_stays_as_it_was(shared_api: Api) -> None:
    api = shared_api
    item = api.ask("POST", "/api/receivers", json=WEBHOOK)["id"]
    path = f"/api/receivers/{item}"

    changed = api.ask("PUT", path, json=WEBHOOK | {"url": None, "name": "Renamed"})
    assert (changed["name"], changed["address"]) == ("Renamed", "https://example.org/…")
    moved = api.ask("PUT", path, json=WEBHOOK | {"url": "https://example.com/x", "enabled": False})
    assert (moved["address"], moved["enabled"]) == ("https://example.com/…", False)
    other = api.client.put(path, json=WEBHOOK | NTFY)
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "kind")
    api.client.delete(path).raise_for_status()
    for method, of_it in (("GET", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/secret")):
        assert api.client.request(method, path + of_it).status_code == 404
