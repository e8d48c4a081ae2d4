"""A report for a bug: what helps is in it, and nothing that is secret."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scripts.guard.api import report
from scripts.guard.core.cause import Cause
from scripts.guard.core.phases import State
from scripts.guard.core.snapshot import Snapshot
from tests.guard.views import WEB


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("postgresql://anna:hunter22@db/app", "postgresql://[left out]@db/app"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer [left out]"),
        ("GET /file?token=abcdef&x=1", "GET /file?token=[left out]&x=1"),
        ('{"api_key": "k-12345", "n": 1}', '{"api_key": "[left out]", "n": 1}'),
        ("password = 'correct horse'", "password = '[left out] horse'"),
        ("pushed with ghp_" + "a1B2" * 6, "pushed with [left out]"),
        ("the secret of MY_TOKEN is s3same", "the secret of MY_TOKEN is [left out]"),
        ("/home/anna/project/main.py", "~/project/main.py"),
        ("INFO: 3 tokens are left", "INFO: 3 tokens are left"),
        ("PORT is 8000", "PORT is 8000"),
    ],
)
def test_a_secret_is_left_out(line: str, shown: str) -> None:
    environment = {"MY_TOKEN": "s3same", "PORT": "8000", "SHORT_KEY": "abc"}
    assert report.without_secrets(line, environment, Path("/home/anna")) == shown


def test_versions_states_causes_and_last_lines_are_in_it() -> None:
    broken = WEB._replace(
        name="api",
        state=State.BROKEN,
        cause=Cause("crash", "It broke.", "Mend it.", transient=False),
    )
    once = WEB._replace(restarts=1)
    snapshot = Snapshot(1, datetime(2026, 1, 31, tzinfo=UTC), "stack", (once, broken))
    text = report.render(
        snapshot,
        tail=lambda name, _: [f"\x1b[31mlast words of {name}\x1b[0m"],
        crashes=[
            {
                "service": "api",
                "time": "2026-01-31T12:00:00Z",
                "exit": {"code": 7, "signal": None},
                "cause": {"kind": "crash", "sentence": "It broke."},
                "lines": ["the end"],
            }
        ],
        versions={"python": "3.13", "node": "v24"},
        environment={},
    )
    for part in (
        *("restarted 1 time,", "not restarted,"),
        *("procguard ", "python: 3.13", "node: v24", "web: READY", "api: BROKEN", "Mend it."),
        *("code 7", "  the end", "Last lines of web:\n  last words of web\n"),
    ):
        assert part in text
    assert "\x1b" not in text
