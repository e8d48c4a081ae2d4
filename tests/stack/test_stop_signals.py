"""Each service is asked to leave by the signal that it leaves on; one that does not is killed."""

import textwrap
from pathlib import Path

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import is_gone, toy, until

LEAVES_ON = """
    import signal, sys, time
    def leave(number, _):
        print("leaving on", signal.Signals(number).name, flush=True)
        sys.exit(0)
    for name in ("SIGTERM", "SIGINT", "SIGQUIT", "SIGUSR2"):
        signal.signal(getattr(signal, name), leave)
    print("working", flush=True)
    while True:
        time.sleep(0.1)
"""


@pytest.mark.parametrize("before", ["", "exec ", "true; "])
@pytest.mark.parametrize("name", ["INT", "SIGQUIT", "usr2"])
def test_a_service_is_stopped_by_its_own_signal(
    guarded: Guarded, tmp_path: Path, name: str, before: str
) -> None:
    (tmp_path / "worker.py").write_text(textwrap.dedent(LEAVES_ON))
    run = guarded(f"worker: {before}python worker.py", WORKER_STOP_SIGNAL=name, started=False)
    del run.environment["WORKER_PORT"]
    run.start().await_state("worker", "READY")
    run.await_output("working")
    run.post("/api/services/worker/stop")
    run.await_state("worker", "STOPPED")
    run.await_output(f"leaving on SIG{name.upper().removeprefix('SIG')}")
    assert "was killed" not in run.output()


def test_one_that_was_killed_after_its_grace_is_said_to_have_been(guarded: Guarded) -> None:
    run = guarded(toy("web", "--ignore-term"), GUARD_GRACE_SECONDS="0.5")
    run.await_state("web", "READY")
    run.post("/api/services/web/stop")
    run.await_state("web", "STOPPED")
    run.await_output("web did not leave within 0.5 s of SIGTERM, and was killed")
    run.await_output("WEB_STOP_SIGNAL=INT")


def test_a_signal_that_is_none_is_an_error(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("WEB_STOP_SIGNAL=KILL\n")
    run = guarded(toy("web"), started=False)
    told = run.run("up")
    assert told.returncode == 1
    assert "WEB_STOP_SIGNAL=KILL: must be a signal that asks to leave: TERM, INT" in told.stderr


def test_a_line_that_ends_in_an_ampersand_lasts_as_long_as_what_it_started(
    guarded: Guarded,
) -> None:
    beat = "beat: sh -c 'while :; do echo tick; sleep 0.1; done' &"
    run = guarded(beat, "short: sh -c 'sleep 0.3; exit 7' & ", started=False)
    for name in ("BEAT_PORT", "SHORT_PORT"):
        run.environment.pop(name)
    run.environment["GUARD_RELAUNCH"] = "process"
    run.start()
    view = run.await_state("beat", "READY")
    run.await_output("beat  | tick")
    run.await_output("short: short ended with error code 7")
    assert run.service("beat")["pid"] == view["pid"]
    run.post("/api/services/beat/stop")
    run.await_state("beat", "STOPPED")
    until(lambda: is_gone(view["pid"]), "the shell has ended")
    said = run.output().count("tick")
    run.post("/api/services/short/stop")
    run.await_state("short", "STOPPED")
    assert run.output().count("tick") == said
