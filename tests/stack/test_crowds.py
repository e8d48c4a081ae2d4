"""Another user opens a thousand connections and says nothing: the stack runs on all the same."""

import os
import resource
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.conftest import NOBODY, Observe
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, toy, until

CROWD = Path(__file__).with_name("crowd.py")
IDLE = 1000
KILLS = 20
IN_A_ROW = 3  # crashes that a circuit breaker bears
Come = Callable[..., None]

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells users apart"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user"),
]


@contextmanager
def crowd(ports: tuple[int, ...], uid: int) -> Iterator[None]:
    command = [sys.executable, str(CROWD), str(uid), str(IDLE), *map(str, ports)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"here\n"
            yield
            assert process.poll() is None
        finally:
            process.stdin.close()
            process.wait()


@pytest.fixture
def come() -> Iterator[Come]:
    """A function that has a thousand silent connections to each of some ports made and kept."""
    with ExitStack() as leaving:
        yield lambda *ports, uid=NOBODY: leaving.enter_context(crowd(ports, uid))


def start(run: GuardRun, limit: str) -> GuardRun:
    return run.start(within=["sh", "-c", f'ulimit {limit}; exec "$@"', "sh"])


@pytest.mark.fault(row="F41")
def test_a_service_is_relaunched_20_of_20_times_and_the_status_answers(
    guarded: Guarded, observe: Observe
) -> None:
    lines = (toy("web"), toy("api"))
    run = start(guarded(*lines, started=False, GUARD_RELAUNCH="process"), "-n 1024")
    pid = run.await_state("web", "READY")["pid"]
    run.await_state("api", "READY")
    run.post("/api/services/api/stop")
    run.await_state("api", "STOPPED")
    answered = []
    with crowd((run.ports["guard"], run.ports["api"]), NOBODY):  # also where the guard answers
        for number in range(KILLS):
            if number and number % IN_A_ROW == 0:  # a beginning that the user asks for
                run.post("/api/services/web/stop")
                run.await_state("web", "STOPPED")
                run.post("/api/services/web/start")
                pid = run.await_new_pid("web", pid)
            os.kill(pid, signal.SIGKILL)
            asked = time.monotonic()
            run.status()
            answered.append(time.monotonic() - asked)
            pid = run.await_new_pid("web", pid)
            assert run.run("status").stdout.count("READY") == 1
        assert ask(run.ports["api"]).status == 503
    observe(ms=1000 * statistics.median(answered))

    assert "Too many open files" not in run.output()
    run.post("/api/services/api/start")
    run.await_state("api", "READY")


@pytest.mark.fault(row="F24")
def test_another_user_who_has_too_many_is_sent_away_and_one_who_has_few_is_told_why(
    guarded: Guarded, come: Come
) -> None:
    run = start(guarded(toy("web"), started=False), "-n 1024")
    run.await_state("web", "READY")
    come(run.ports["guard"])
    fds = Path(f"/proc/{run.pid}/fd")
    until(lambda: len(list(fds.iterdir())) < 400, "no more than its share is open")
    answers = []
    for _ in range(3):  # a third user, whom the second does not keep out
        script = (
            "import encodings.idna, os, sys, urllib.request, urllib.error; os.setuid(20001)\n"
            "try: urllib.request.urlopen(sys.argv[1])\n"
            "except urllib.error.HTTPError as error: print(error.read().decode())"
        )
        url = f"http://127.0.0.1:{run.ports['guard']}/api/status"
        command = [sys.executable, "-c", script, url]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        answers.append(asked.stdout)
    assert all("you are user 20001" in answer for answer in answers), answers


@pytest.mark.fault(row="F24")
@pytest.mark.parametrize(
    ("limit", "soft"), [("-Sn 300", "300"), ("-n 300", "300")], ids=["soft", "both"]
)
def test_the_guard_may_open_all_that_the_system_allows_and_a_service_what_the_shell_did(
    guarded: Guarded, limit: str, soft: str
) -> None:
    line = 'web: echo "limits $(ulimit -Sn) $(ulimit -Hn)"; exec sleep 1000'
    run = start(guarded(line, started=False), limit)
    hard = str(resource.getrlimit(resource.RLIMIT_NOFILE)[1]) if limit == "-Sn 300" else soft
    run.await_output(f"limits {soft} {hard}")
    own = Path(f"/proc/{run.pid}/limits").read_text().split("Max open files")[1].split()[:2]
    assert own == [hard, hard]
