"""`--exit-with NAME`: a stack for as long as one line runs, as tests in CI need it."""

import signal
import sys

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import toy

READ = 'import os, urllib.request as u; u.urlopen(os.environ["WEB_URL"]).read()'
FETCH = f"{sys.executable} -c '{READ}'"


@pytest.mark.parametrize(
    ("after", "code"), [("", 0), ("exit 5", 5), ("kill -9 $$", 128 + signal.SIGKILL)]
)
def test_the_stack_ends_with_the_status_of_the_line(
    guarded: Guarded, after: str, code: int
) -> None:
    run = guarded(
        toy("web"),
        f"test: {FETCH} && echo fetched; {after}",
        up=("--exit-with", "test"),
        TEST_AFTER="web",
        TEST_PORT="",
    )
    assert run.await_end() == code, run.output()
    assert "test  | fetched" in run.output()
    assert f"the stack ends with it: exit code {code}" in run.output()
    assert "starts again" not in run.output()
    assert run.left() == []


def test_what_the_line_waits_for_in_vain_ends_it_too(guarded: Guarded) -> None:
    run = guarded(
        "web: exec no-such-program",
        "test: echo never",
        up=("--exit-with", "test"),
        TEST_AFTER="web",
        TEST_PORT="",
        WEB_PORT="",
    )
    assert run.await_end() == 1
    assert "test will not run, and the stack ends with it" in run.output()
    assert "| never" not in run.output()


def test_a_crash_of_another_does_not_run_it_again(guarded: Guarded) -> None:
    run = guarded(
        toy("web"),
        f"test: echo begun >>begun; kill -9 $(cat web.pid); sleep 1; {FETCH}",
        up=("--exit-with", "test"),
        TEST_AFTER="web",
        TEST_PORT="",
        started=False,
    )
    # The toy's pid is the shell's, which becomes it.
    lines = run.procfile.read_text().replace("web: ", "web: echo $$ >web.pid; ")
    run.procfile.write_text(lines)
    assert run.start().await_end() == 0, run.output()
    assert (run.procfile.parent / "begun").read_text() == "begun\n"


def test_ctrl_c_ends_it_as_ever(guarded: Guarded) -> None:
    run = guarded(toy("web"), "test: sleep 1000", up=("--exit-with", "test"), TEST_PORT="")
    run.await_state("web", "READY")
    assert run.process is not None
    run.process.send_signal(signal.SIGINT)
    assert run.await_end() == 130
