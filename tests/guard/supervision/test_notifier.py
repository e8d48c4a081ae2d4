"""GUARD_NOTIFY: the desktop is told what is down and what is back, and cannot harm the guard."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from scripts.guard.core.cause import Cause
from scripts.guard.core.phases import State
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.supervision import notifier
from scripts.guard.supervision.notifier import Notifier
from tests.guard.views import NOON, WEB
from tests.stack.harness import until

WHY = Cause("syntax-error", "app.py has an error in line 3.", "mend <it> & save", transient=False)
# Writes its arguments as a line of JSON, whole or not at all.
PROGRAM = f"""#!{sys.executable}
import json, os, sys
line = json.dumps(sys.argv[1:]) + "\\n"
os.write(os.open(os.environ["NOTICES"], os.O_CREAT | os.O_APPEND | os.O_WRONLY), line.encode())
"""

Notices = Callable[[], list[list[str]]]


@pytest.fixture
def desktop(tmp_path: Path) -> dict[str, str]:
    """The environment of a desktop whose notify-send takes down what it is to show."""
    return {"PATH": str(with_program(tmp_path, PROGRAM)), "NOTICES": str(tmp_path / "notices")}


def with_program(folder: Path, text: str) -> Path:
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for name in ("notify-send", "osascript"):
        (bin_folder / name).write_text(text, encoding="utf-8")
        (bin_folder / name).chmod(0o755)
    return bin_folder


@pytest.fixture
def notices(desktop: dict[str, str]) -> Notices:
    def read() -> list[list[str]]:
        path = Path(desktop["NOTICES"])
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    return read


def follow(notifier: Notifier, *states: State) -> None:
    for state in states:
        view = WEB._replace(state=state, cause=None if state is State.READY else WHY)
        notifier.on_change(Snapshot(pid=1, since=NOON, restart_scope="stack", services=(view,)))


def test_a_service_that_breaks_is_told_of_once_and_again_when_it_is_back(
    desktop: dict[str, str], notices: Notices
) -> None:
    notifier = Notifier(lambda: True, lambda: desktop)
    follow(notifier, State.STARTING, State.READY, State.BROKEN, State.BROKEN)
    until(lambda: len(notices()) == 1, "one notice")
    follow(notifier, State.STARTING, State.READY, State.READY)
    until(lambda: len(notices()) == 2, "two notices")
    down, back = notices()
    assert "web is down" in down
    assert "web is back" in back
    assert "http://localhost:3000" in back
    follow(notifier, State.UNHEALTHY)
    until(lambda: len(notices()) == 3, "three notices")


def test_a_crash_that_the_next_start_heals_is_no_news(
    desktop: dict[str, str], notices: Notices
) -> None:
    notifier = Notifier(lambda: True, lambda: desktop)
    follow(notifier, State.READY, State.BACKOFF, State.STARTING, State.READY, State.BROKEN)
    until(notices, "a notice")
    assert [down for down in notices() if "web is back" in down] == []


def test_nothing_is_told_unless_it_is_asked_for(desktop: dict[str, str], notices: Notices) -> None:
    wanted = False
    notifier = Notifier(lambda: wanted, lambda: desktop)
    follow(notifier, State.BROKEN, State.READY)
    wanted = True
    follow(notifier, State.BROKEN)
    until(notices, "the notice that is wanted")
    assert len(notices()) == 1


@pytest.mark.parametrize(
    "text", ["#!/bin/sh\nexec sleep 600\n", "#!/bin/sh\nexit 1\n", "no program"]
)
def test_a_program_that_hangs_fails_or_is_none_harms_nothing(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifier, "SECONDS", 0.2)
    path = f"{with_program(tmp_path, text)}:/usr/bin:/bin"
    begun = time.monotonic()
    follow(Notifier(lambda: True, lambda: {"PATH": path}), *[State.BROKEN, State.READY] * 3)
    assert time.monotonic() - begun < 60


def test_a_desktop_without_such_a_program_is_said_once(tmp_path: Path) -> None:
    said: list[str] = []
    notifier = Notifier(lambda: True, lambda: {"PATH": str(tmp_path)}, said.append)
    follow(notifier, State.BROKEN, State.READY, State.BROKEN)
    assert len(said) == 1
    assert "notify-send" in said[0]


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_what_a_service_says_is_text_and_neither_option_script_nor_markup(
    platform: str, tmp_path: Path
) -> None:
    path = str(with_program(tmp_path, PROGRAM))
    line = notifier.command("-e web", '--icon=x <b>" & do shell script', path, platform)
    assert line is not None
    if platform == "linux":
        assert ends_with(line, "--", "-e web", '--icon=x &lt;b&gt;" &amp; do shell script')
    else:
        assert ends_with(line, "end run", "-e web", '--icon=x <b>" & do shell script')


def ends_with(line: Sequence[str], *words: str) -> bool:
    return tuple(line[-len(words) :]) == words
