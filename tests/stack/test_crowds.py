"""Another user opens a thousand connections and says nothing: the stack runs on all the same."""

import os
import resource
import signal
import socket
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
def crowd(ports: tuple[int, ...], uid: int, count: int = IDLE) -> Iterator[None]:
    command = [sys.executable, str(CROWD), str(uid), str(count), *map(str, ports)]
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
        yield lambda *ports, uid=NOBODY, count=IDLE: leaving.enter_context(crowd(ports, uid, count))


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


HANGS = """
import asyncio, os, socket, time
async def serve(reader, writer):
    if b"/hang" in await reader.readline():
        time.sleep(1000)
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
    await writer.drain()
    writer.close()
async def main():
    held = socket.socket(fileno=int(os.environ["WEB_FD"]))
    async with await asyncio.start_server(serve, sock=held, backlog=4096) as server:
        await server.serve_forever()
asyncio.run(main())
"""


@pytest.mark.fault(row="F24")
def test_a_crowd_that_waited_for_a_server_that_hung_leaves_descriptors_for_the_next(
    guarded: Guarded, come: Come, tmp_path: Path
) -> None:
    (tmp_path / "hangs.py").write_text(HANGS)
    line = f"web: WEB_FD=$WEB_FD exec {sys.executable} hangs.py"
    run = start(guarded(line, started=False, GUARD_HANG_SECONDS="0"), "-n 1024")
    pid = run.await_state("web", "READY")["pid"]
    with socket.create_connection(("127.0.0.1", run.ports["web"])) as visitor:
        visitor.sendall(b"GET /hang HTTP/1.1\r\n\r\n")
        come(run.ports["web"], count=495)  # twice that is nearly all
        run.post("/api/services/web/restart")
        run.await_new_pid("web", pid)
        fds = Path(f"/proc/{run.pid}/fd")
        until(lambda: len(list(fds.iterdir())) < 512, "half of all descriptors are free")


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
