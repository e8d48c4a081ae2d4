"""Bad input: one sentence each, on the field that it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.backend.api_process import Api

URL = "https://example.org/feed.rss"


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"url": "feed"}, "url", "not a web address"),
        ({"schedule": {}}, "schedule", "one of the two"),
        ({"schedule": {"hours": 2, "at": ["06:00"]}}, "schedule", "one of the two"),
        ({"schedule": {"hours": 0}}, "schedule.hours", "greater than or equal to 1"),
        (
            {"schedule": {"at": ["25:00"]}},
            "schedule.at.0",
            "is not a time of day. Write it as 06:30.",
        ),
        (
            {"schedule": {"hours": 1, "zone": "Nowhere/Town"}},
            "schedule.zone",
            "'Nowhere/Town' is not a time zone",
        ),
        ({"filters": {"matches": "a("}}, "filters.matches", "'a(' is not a regular expression"),
        ({"filters": {"matches": "x" * 201}}, "filters.matches", "at most 200 characters"),
        ({"filters": {"after": "2026-02-30"}}, "filters.after", "'2026-02-30' is not a date"),
        ({"filters": {"longer": 9, "shorter": 2}}, "filters", "Nothing is longer than 9 s"),
        ({"filters": {"kinds": ["films"]}}, "filters.kinds.0", "'films' is not known"),
        ({"look_back": {"last": 2, "since": "2026-01-01"}}, "look_back", "one of the two"),
        ({"keep": {"last": 0}}, "keep.last", "greater than or equal to 1"),
        ({"keep": {"last": 1, "days": 1}}, "keep", "one of the two"),
        ({"options": {"format": "exe"}}, "options.format", "'exe' is not known"),
        (
            {"options": {"profile": "none-such"}},
            "options.profile",
            "There is no profile none-such.",
        ),
        ({"often": True}, "often", "not a field"),
    ],
)
def test_what_cannot_be_is_told_on_its_field(
    shared_api: Api, body: dict[str, Any], field: str, message: str
) -> None:
    answer = shared_api.client.post("/api/subscriptions", json={"url": URL} | body)

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert message in error["message"]


def test_all_that_is_wrong_is_told_at_once(shared_api: Api) -> None:
    body = {"url": "x", "filters": {"matches": "("}, "keep": {"days": 0}}
    answer = shared_api.client.post("/api/subscriptions", json=body)

    assert {error["field"] for error in answer.json()["errors"]} == {
        "url",
        "filters.matches",
        "keep.days",
    }


def test_the_same_list_is_subscribed_to_once(api: Api) -> None:
    url = "http://127.0.0.1:9/none.rss"
    api.ask("POST", "/api/subscriptions", json={"url": url})

    answer = api.client.post("/api/subscriptions", json={"url": url})
    assert (answer.status_code, answer.json()["fix"]) == (409, "Change that one instead.")


def test_a_login_in_the_address_is_used_and_never_shown(api: Api) -> None:
    url = "http://me:secret@127.0.0.1:9/none.rss"
    item = api.ask("POST", "/api/subscriptions", json={"url": url})
    assert item["url"] == "http://127.0.0.1:9/none.rss"

    api.ask("PUT", f"/api/subscriptions/{item['id']}", json={"url": item["url"], "title": "X"})
    again = api.client.post("/api/subscriptions", json={"url": url})
    assert again.status_code == 409, "the login was kept"
    assert "secret" not in api.client.get("/api/subscriptions").text
