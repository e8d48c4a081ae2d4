"""Telling a receiver, in a runner, on loopback."""

from __future__ import annotations

import inspect
import re
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from apprise.manager_attachment import AttachmentManager
from apprise.manager_plugins import NotificationManager

from domain.receivers import LOCAL
from domain.webhooks import new_secret, signed
from tests.backend.hooks import Hooks, hooks, listening
from work.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["hooks"]
SECRET = new_secret()
BODY = '{"type":"test","timestamp":"2026-01-01T00:00:00.000Z","data":{}}'


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    started = Pool()
    yield started
    started.close()


def told(
    pool: Pool, url: str, *, kind: str = "webhook", messages: int = 1, **job: object
) -> list[dict[str, Any]]:
    """What the runner reports."""
    order: dict[str, Any] = {
        "job": "notify",
        "kind": kind,
        "url": url,
        "secret": SECRET,
        "messages": [{"id": f"message-{n}", "body": BODY} for n in range(messages)],
        "allowed": ["127.0.0.1"],
    }
    with closing(pool.take()) as runner:
        return list(runner.run(order | job))


def reason(events: list[dict[str, Any]]) -> tuple[str, str]:
    error = events[0]["error"]
    return error["kind"], error["sentence"]


def test_a_webhook_is_posted_and_signed(pool: Pool, hooks: Hooks) -> None:
    events = told(pool, f"{hooks.base}/hook?a=1")

    assert [event["event"] for event in events] == ["delivered", "done"]
    [post] = hooks.posts
    assert (post.path, post.body) == ("/hook?a=1", BODY)
    at = int(post.headers["webhook-timestamp"])
    assert signed(SECRET, "message-0", BODY, at).items() <= post.headers.items()


@pytest.mark.parametrize(
    ("status", "kind", "tried", "gone"),
    [
        (302, "receiver-moved", 1, False),
        (404, "receiver-refuses", 3, False),
        (410, "receiver-gone", 1, True),
        (429, "receiver-refuses", 1, False),
        (503, "receiver-refuses", 1, False),
    ],
)
def test_what_it_answers_is_told_and_one_that_is_down_is_left_alone(
    pool: Pool, hooks: Hooks, status: int, kind: str, tried: int, *, gone: bool
) -> None:
    hooks.answers["/"] = status
    hooks.headers = {"Retry-After": "7", "Location": f"{hooks.base}/other"}
    events = told(pool, f"{hooks.base}/", messages=3)

    assert reason(events)[0] == kind
    assert f"(HTTP {status})" in reason(events)[1]
    assert events[0]["gone"] is gone
    assert events[0]["wait"] == (7 if status >= 400 and not gone else 0)
    assert [post.path for post in hooks.posts] == ["/"] * tried


def test_who_cannot_be_reached_or_does_not_answer_is_told_in_a_sentence(
    pool: Pool, hooks: Hooks
) -> None:
    with listening() as other:
        closed = other.base
    away = told(pool, closed, messages=2)
    assert reason(away) == (
        "receiver-away",
        "The receiver cannot be reached (connection refused).",
    )
    assert [event["event"] for event in away] == ["refused", "done"]
    hooks.silent.add("/")
    slow = told(pool, f"{hooks.base}/", messages=2, seconds=0.3)
    assert reason(slow) == ("receiver-slow", "The receiver did not answer within 0.3 s.")
    assert len(hooks.posts) == 1


@pytest.mark.parametrize("kind", ["webhook", "apprise"])
def test_nobody_inside_the_network_is_told_unless_it_is_allowed(
    pool: Pool, hooks: Hooks, kind: str
) -> None:
    url = f"{hooks.base}/" if kind == "webhook" else hooks.base.replace("http", "json")
    events = told(pool, url, kind=kind, allowed=[])

    assert reason(events)[0] == "receiver-inside"
    assert "ALLOW_HOSTS does not list it" in reason(events)[1]
    assert hooks.posts == []


def test_apprise_tells_it_in_words(pool: Pool, hooks: Hooks) -> None:
    url = f"{hooks.base.replace('http', 'json')}/words"
    events = told(pool, url, kind="apprise", language="de")

    assert [event["event"] for event in events] == ["delivered", "done"]
    [post] = hooks.posts
    assert (post.path, post.json["title"]) == ("/words", "Ein Test")
    hooks.answers["/words"] = 500
    assert reason(told(pool, url, kind="apprise")) == (
        "receiver-refuses",
        "The receiver did not take the notification (HTTP 500).",
    )


@pytest.mark.parametrize(
    ("url", "kind", "sentence"),
    [
        ("nosuch://x", "receiver-service", "nosuch:// is no service that can be told."),
        ("discord://x", "receiver-address", "discord:// needs another"),
        ("growl://x", "receiver-service", "growl:// is no service"),  # for want of a library
    ],
)
def test_an_address_that_apprise_cannot_read_is_refused(
    pool: Pool, url: str, kind: str, sentence: str
) -> None:
    [event] = told(pool, url, kind="apprise", messages=0)
    assert (event["event"], event["kind"]) == ("failed", kind)
    assert sentence in event["sentence"]


DISCORD = "discord://123456789012345678/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/general"
TELEGRAM = "tgram://123456789:abcdefghijklmnopqrstuvwxyz012345678/1"
TEAMS = "workflows://example.org:443/" + "a" * 32 + "/" + "b" * 40


@pytest.mark.parametrize(
    ("service", "named"),
    [
        *((service, "{path}") for service in (DISCORD, SLACK, TELEGRAM, TEAMS)),
        *((DISCORD, named) for named in ("FILE://{path}", "~/{name}")),
    ],
)
def test_no_file_of_this_machine_is_read(
    pool: Pool, tmp_path: Path, service: str, named: str
) -> None:
    """What apprise would put into the message, or use as a key."""
    secret = tmp_path / "secret.json"
    secret.write_text('{"content": "of this machine"}')
    url = f"{service}?template={named.format(path=secret, name=secret.name)}"

    [event] = told(pool, url, kind="apprise", messages=0)

    assert (event["event"], event["kind"]) == ("failed", "receiver-file")
    assert event["sentence"].startswith("The address names a file on the server")


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
def test_whatever_apprise_starts_or_plugs_in_by_itself_is_local() -> None:
    """A newer version may have services of a kind that nobody has thought of."""
    services = NotificationManager()
    reaches = re.compile(
        r"^\s*(import|from) (subprocess|ctypes|hid|gi|dbus|win32\w+|syslog)\b", re.MULTILINE
    )
    found = {
        name
        for name in services.schemas()
        if reaches.search(Path(inspect.getfile(services[name])).read_text())
    }
    assert found <= LOCAL
    assert "macosx" in found


def test_apprise_attaches_files_and_addresses_and_nothing_else() -> None:
    """Another kind, of a newer version, has to be looked at: it may read this machine, too."""
    assert {"file", "http", "https", "memory"} == set(AttachmentManager().schemas())


def test_a_netrc_is_for_the_person_whose_it_is(
    tmp_path: Path, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    own = Pool()
    for kind, scheme in (("apprise", "json"), ("webhook", "http")):
        told(own, hooks.base.replace("http", scheme), kind=kind)
    own.close()

    assert len(hooks.posts) == 2
    assert not [post for post in hooks.posts if "authorization" in post.headers]
