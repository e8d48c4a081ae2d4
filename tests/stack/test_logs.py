"""`logs -f`: a user in another terminal follows what a stack writes, whatever becomes of it."""

import os
import pty
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import quote

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import ROOT, GuardRun, ask, toy, until


class Follower:
    """A terminal in which `logs` runs."""

    def __init__(self, run: GuardRun, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            [*run.command()[:-2], "-f", str(run.procfile), "logs", *arguments],
            cwd=ROOT,
            env={**run.environment, "NO_COLOR": ""},
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with suppress(OSError):
            while data := os.read(self._master, 65536):
                self.shown += data.decode()

    def expect(self, text: str) -> None:
        until(lambda: text in self.shown, f"{text!r} in {self.shown!r}")

    def await_end(self) -> int:
        code = self.process.wait(timeout=60)
        self._reader.join(60)
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.await_end()
        os.close(self._master)


Follow = Callable[..., Follower]


@pytest.fixture
def follow() -> Iterator[Follow]:
    followers: list[Follower] = []

    def start(run: GuardRun, *arguments: str) -> Follower:
        followers.append(Follower(run, *arguments))
        return followers[-1]

    yield start
    for follower in followers:
        follower.close()


def say(run: GuardRun, name: str, text: str) -> None:
    ask(run.ports[name], f"/say?{quote(text)}")


def test_it_is_followed_over_everything_that_can_happen(guarded: Guarded, follow: Follow) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    user = follow(run, "-f")
    user.expect("web is up")
    say(run, "web", "hello there")
    user.expect("hello there")

    # A service that comes later, the end of the guard, and another guard.
    run.procfile.write_text(f"{toy('web')}\nlate: echo I came late; exec sleep 1000\n")
    user.expect("I came late")
    run.close()
    user.expect("stopping everything")
    run.start()
    run.await_state("web", "READY")
    say(run, "web", "once more")
    user.expect("once more")

    assert user.shown.count("hello there") == 1
    assert re.search(r"\x1b\[36m\d\d:\d\d:\d\d web   \| \x1b\[0monce more", user.shown)
    user.process.send_signal(signal.SIGINT)
    assert user.await_end() == 0


def test_one_service_is_followed_even_before_it_has_written(
    guarded: Guarded, follow: Follow
) -> None:
    run = guarded(toy("web"), toy("api", "--slow", "1"))
    run.await_state("web", "READY")
    user = follow(run, "api", "-f")
    run.await_state("api", "READY")
    user.expect("api is up")
    assert "web is up" not in user.shown


def test_without_following_it_shows_the_last_lines_and_ends(
    guarded: Guarded, follow: Follow
) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    until((run.directory / "logs/web.log").exists, "it has a log")
    user = follow(run)
    assert user.await_end() == 0
    assert "web is up" in user.shown


def test_a_reader_that_leaves_ends_it(guarded: Guarded) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    command = [*run.command()[:-2], "-f", str(run.procfile), "logs", "-f"]
    with subprocess.Popen(
        command, cwd=ROOT, env=run.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"web" in process.stdout.readline()
        process.stdout.close()

        def has_ended() -> bool:
            say(run, "web", "is anybody there?")
            return process.poll() is not None

        until(has_ended, "it has ended")
        assert process.returncode == 0
        assert process.stderr.read() == b""


def test_the_make_target_follows() -> None:
    done = subprocess.run(
        ["make", "-n", "logs", "p=api"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].endswith("-m scripts.guard logs api -f")
