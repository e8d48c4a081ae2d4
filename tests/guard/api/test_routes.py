"""The control API: who may read, who may write, and what it says."""

import json
import os
from datetime import UTC, datetime

import pytest

from scripts.guard.cli.status_table import table
from scripts.guard.core import hints
from scripts.guard.core.cause import Cause
from scripts.guard.core.phases import State
from scripts.guard.core.snapshot import ServiceView, Snapshot
from scripts.guard.http.access import Access
from scripts.guard.http.messages import Request

TOKEN = "a-secret"
PORTS = (9400, 3000, 8000)


def request(method: str = "POST", **headers: str) -> Request:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, "/api/restart", given)


@pytest.fixture
def access() -> Access:
    return Access(lambda: PORTS, TOKEN)


@pytest.mark.parametrize(
    "host", ["localhost:9400", "127.0.0.1:9400", "[::1]:9400", "localhost:3000", "LOCALHOST:9400"]
)
def test_our_own_names_may_read(access: Access, host: str) -> None:
    assert access.may_read(request(host=host))


@pytest.mark.fault(row="F24")
@pytest.mark.parametrize(
    "host", ["", "evil.example", "evil.example:9400", "localhost", "localhost:22", "127.0.0.2:9400"]
)
def test_a_foreign_name_may_not_read(access: Access, host: str) -> None:
    assert not access.may_read(request(host=host))


FOREIGN = [
    {"sec_fetch_site": "cross-site", "sec_fetch_dest": "image"},
    {"sec_fetch_site": "same-site", "sec_fetch_dest": "empty"},
    {"sec_fetch_site": "cross-site", "sec_fetch_dest": "iframe"},
    {"sec_fetch_site": "same-site", "sec_fetch_dest": "empty", "origin": "http://localhost:3001"},
]
OWN = [
    {},
    {"sec_fetch_site": "none", "sec_fetch_dest": "document"},
    {"sec_fetch_site": "same-origin", "sec_fetch_dest": "empty"},
    {"sec_fetch_site": "same-site", "sec_fetch_dest": "empty", "origin": "http://localhost:3000"},
    {"sec_fetch_site": "cross-site", "sec_fetch_dest": "document"},
]


@pytest.mark.fault(row="F24")
@pytest.mark.parametrize("headers", FOREIGN)
def test_a_foreign_page_that_could_not_read_the_answer_gets_none(
    access: Access, headers: dict[str, str]
) -> None:
    assert access.is_foreign_page(request("GET", **headers))


@pytest.mark.parametrize("headers", OWN)
def test_a_program_our_own_page_and_who_follows_a_link_are_none(
    access: Access, headers: dict[str, str]
) -> None:
    assert not access.is_foreign_page(request("GET", **headers))


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:9400"])
def test_our_own_pages_may_write_with_the_token(access: Access, origin: str) -> None:
    assert access.may_write(request(origin=origin, x_guard_token=TOKEN))


def test_a_program_may_write_with_the_token(access: Access) -> None:
    assert access.may_write(request(x_guard_token=TOKEN))


@pytest.mark.fault(row="F24")
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://localhost:3000", "http://localhost:3001", ""]
)
def test_a_foreign_origin_may_not_write_even_with_the_token(access: Access, origin: str) -> None:
    assert not access.may_write(request(origin=origin, x_guard_token=TOKEN))


@pytest.mark.fault(row="F24")
@pytest.mark.parametrize("token", ["", "a-secre", "a-secret ", "A-SECRET", "ü"])
def test_nobody_may_write_without_the_right_token(access: Access, token: str) -> None:
    assert not access.may_write(request(x_guard_token=token))


def test_another_user_is_a_stranger_but_not_root_nor_who_cannot_be_known(access: Access) -> None:
    for uid in (None, 0, os.geteuid()):
        assert not access.is_stranger(request()._replace(uid=uid))
    assert access.is_stranger(request()._replace(uid=os.geteuid() + 1))


MOMENT = datetime(2026, 1, 31, 12, 0, 0, 5000, tzinfo=UTC)
VIEW = ServiceView(
    name="api",
    state=State.BROKEN,
    pid=None,
    port=8000,
    url="http://localhost:8000",
    held=True,
    since=MOMENT,
    ready_since=None,
    restarts=5,
    cause=Cause("crash", "It crashed.", "mend it", transient=True),
)


def test_the_status_has_the_shape_of_the_contract() -> None:
    snapshot = Snapshot(7, MOMENT, "stack", (VIEW,), directory="/state", version="1.2.3")
    status = snapshot.as_json()
    assert json.loads(json.dumps(status)) == {
        "guard": {
            "version": "1.2.3",
            "pid": 7,
            "since": "2026-01-31T12:00:00.005Z",
            "relaunch": "stack",
            "directory": "/state",
            "url": "",
        },
        "services": [
            {
                "name": "api",
                "state": "BROKEN",
                "pid": None,
                "port": 8000,
                "url": "http://localhost:8000",
                "held": True,
                "since": "2026-01-31T12:00:00.005Z",
                "ready_since": None,
                "relaunches": 5,
                "cause": {
                    "kind": "crash",
                    "sentence": "It crashed.",
                    "fix": "mend it",
                    "values": {},
                    "templates": {"sentence": [], "fix": []},
                    "localized": {},
                },
                "waits_for": [],
                "after": [],
                "exit_code": None,
                "line": "api",
                "left_out": False,
                "unready": None,
            }
        ],
    }


def test_the_table_says_how_to_start_what_was_left_out() -> None:
    view = VIEW._replace(state=State.STOPPED, cause=None, left_out=True)
    status = Snapshot(pid=7, since=MOMENT, restart_scope="stack", services=(view,)).as_json()
    start = hints.command("start", "api")
    assert f"api was left out; to start it: {start}\n" in table(status, MOMENT)


def test_the_table_says_what_is_the_matter_and_what_mends_it() -> None:
    snapshot = Snapshot(7, MOMENT, "stack", services=(VIEW,), directory="/state")
    status = snapshot.as_json()
    text = table(status, MOMENT)
    assert "api      BROKEN  0 s    -    5         http://localhost:8000" in text
    assert "api: It crashed.\n  fix: mend it" in text
