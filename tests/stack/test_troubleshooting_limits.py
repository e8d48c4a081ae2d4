"""Rows of the table of causes in docs/troubleshooting.md that come of a limit, a port or a server.

As in `test_troubleshooting_rows.py`: each is made to happen to a running stack by what brings it
about in life, what is said is what the row shows, its advice is followed, and all is well.
"""

import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from scripts.docs.troubles import HOLDER
from tests.stack.crashes import API, APP, WEB, WITHOUT_RIGHTS, Stage, is_said, told
from tests.stack.harness import until

NODE_SERVER = """\
require('http').createServer((_, answer) => answer.end('well'))
  .listen(Number(process.env.WEB_PORT), '127.0.0.1');
"""
NODE = "web: cd webapp/frontend && exec node serve.js # $WEB_PORT"
GREEDY = "const kept = []; for (let i = 0; i < 100; i++) kept.push(new Array(1e5).fill({}));\n"
HOARD = "kept = b'x' * (100 << 20)"
NEEDS = """\
import asyncio
import concurrent.futures

opened = asyncio.open_connection("127.0.0.1", {port})
concurrent.futures.ThreadPoolExecutor().submit(asyncio.run, opened).result()
"""
CROWD, USER = 12, 54_321
AS_USER = ("setpriv", "--reuid", str(USER), "--inh-caps=+dac_override")
"""Before a command: a user who is not root, and may write here nevertheless."""
OTHERS = ("--ambient-caps=+dac_override",)
WATCHES = "/proc/sys/user/max_inotify_watches"


class Row(NamedTuple):
    """A row of the page: its kind, how its sentence begins, and whose crash it is."""

    kind: str
    says: str
    service: str = "api"


Steps = Generator[Mapping[str, object]]
"""What makes a row happen, then what of its example is something else here, then what heals it."""
AS_SHOWN: Mapping[str, object] = {}


def too_many_files(stage: Stage) -> Steps:
    few = ("bash", "-c", 'ulimit -Sn 256; exec "$@"', "-")
    stage.write("webapp/backend/main.py", f"{APP}kept = [open(os.devnull) for _ in range(1000)]\n")
    stage.prepare(API, WEB).start(within=few)
    yield AS_SHOWN
    command = stage.fix.partition("in the same shell: ")[2]
    stage.run.run("stop")
    stage.run.await_end()
    stage.run.start(within=("bash", "-c", f'{command}; exec "$@"', "-"))


def too_many_programs(stage: Stage) -> Steps:
    if os.geteuid():
        pytest.skip("only root can be another user, of whom nobody else's programs count")
    run = stage.prepare(API, WEB, USER=str(USER))
    run.start(within=(*AS_USER, *OTHERS))
    api = run.await_state("api", "READY")
    with crowd():
        tasks = sum(each.num_threads() for each in psutil.process_iter() if is_theirs(each))
        limit = ["prlimit", "--pid", str(run.pid), f"--nproc={tasks - CROWD // 2}:"]
        subprocess.run([*AS_USER, *limit], check=True)
        os.kill(int(api["pid"]), 9)
        until(lambda: "could not be started" in run.output(), "no program can be started")
        yield AS_SHOWN
        assert "sleep" in stage.type("ps -u $USER")


@contextmanager
def crowd() -> Iterator[None]:
    """Programs of that user, which end with the block."""
    many = [subprocess.Popen([*AS_USER, "sleep", "1000"]) for _ in range(CROWD)]
    try:
        until(lambda: all(is_theirs(psutil.Process(each.pid)) for each in many), "all run")
        yield
    finally:
        for each in many:
            each.kill()
            each.wait()


def is_theirs(process: psutil.Process) -> bool:
    try:
        return bool(process.uids().real == USER)
    except psutil.NoSuchProcess:
        return False


def memory_that_node_allows(stage: Stage) -> Steps:
    stage.write(".env", "NODE_OPTIONS=--max-old-space-size=20\n")
    stage.write("webapp/frontend/serve.js", f"{GREEDY}{NODE_SERVER}")
    stage.prepare(API, NODE).start()
    yield AS_SHOWN
    stage.write(".env", f"{stage.fix.partition('in .env: ')[2]}\n")


def memory_of_the_computer(stage: Stage) -> Steps:
    small_memory: Path = stage.fixture("small_memory")
    within = f"echo $$ > {small_memory}/cgroup.procs; cd webapp/backend"
    stage.write("webapp/backend/main.py", f"{APP}{HOARD}\n")
    run = stage.prepare(API.replace("cd webapp/backend", within), WEB).start()
    stage.closing.callback(run.close)  # before the group is removed
    yield AS_SHOWN
    stage.type_what_shows()
    for name in ("memory.limit_in_bytes", "memory.max"):
        if (small_memory / name).exists():
            (small_memory / name).write_text(str(1 << 30))


def watched_files(stage: Stage) -> Steps:
    """In a namespace of its own there is a limit of its own; the fix is for the whole machine."""
    limit = stage.write("limit", "1")
    enter = ["unshare", "--user", "--map-root-user", "sh", "-c", f'cat {limit} > {WATCHES}; "$@"']
    if subprocess.run([*enter, "-", "true"], check=False, capture_output=True).returncode:
        pytest.skip("user namespaces, in which the limit can be set, are not to be had here")
    folders = "const fs = require('fs'); fs.watch('.'); fs.watch('..');\n"
    stage.write("webapp/frontend/serve.js", f"{folders}{NODE_SERVER}")
    stage.prepare(API, NODE.replace("node", f"{shlex.join([*enter, '-'])} node")).start()
    yield AS_SHOWN
    limit.write_text("1000")
    stage.type("make restart p=web")


def port_of_the_administrator(stage: Stage) -> Steps:
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 80:
        pytest.skip("everybody may use port 80 here")
    stage.write("webapp/frontend/serve.js", NODE_SERVER)
    run = stage.prepare(API, NODE.replace("exec", f"exec {WITHOUT_RIGHTS}"))
    good = run.environment.pop("WEB_PORT")  # the shell would beat the file
    stage.write(".env", "WEB_PORT=80\n")
    run.start()
    yield AS_SHOWN
    assert "in .env: WEB_PORT=" in stage.fix
    stage.write(".env", f"WEB_PORT={good}\n")


def taken_port(stage: Stage) -> Steps:
    go = stage.folder / "go"
    stage.write("webapp/frontend/serve.js", NODE_SERVER)
    run = stage.prepare(API, NODE.replace("exec", f"until [ -e {go} ]; do sleep 0.1; done; exec"))
    run.start()
    run.await_state("api", "READY")
    command = [sys.executable, "-m", "http.server", str(run.ports["web"]), "--bind", "127.0.0.1"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as stranger:
        try:
            until(lambda: listens(run.ports["web"]), "the stranger listens")
            go.touch()
            yield {HOLDER: "...", "3000": run.ports["web"]}
            shown = stage.type_what_shows()
            assert f"pid {stranger.pid}" in shown
        finally:
            stranger.kill()
    stage.type("make restart p=web")


def port_that_is_free_again(stage: Stage) -> Steps:
    """Another program has it for a moment, and is gone when somebody looks."""
    held = stage.write("held", "")
    server = stage.write("webapp/frontend/serve.js", NODE_SERVER)
    holder = (
        f"import os, socket, subprocess, sys; os.remove('{held}'); "
        f"s = socket.create_server(('127.0.0.1', int(os.environ['WEB_PORT']))); "
        f"sys.exit(subprocess.call(['node', '{server}']))"
    )
    line = f'web: if [ -e {held} ]; then exec {sys.executable} -c "{holder}"; '
    stage.prepare(API, f"{line}else exec node {server}; fi # $WEB_PORT").start()
    yield {"3000": stage.run.ports["web"]}
    stage.run.await_state("web", "READY")
    stage.type_what_shows()


def listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def forbidden_file(stage: Stage) -> Steps:
    file = stage.write("webapp/backend/data/app.db", "", 0)
    stage.write("webapp/backend/main.py", f'{APP}open("data/app.db")\n')
    stage.prepare(API.replace("exec", f"exec {WITHOUT_RIGHTS}"), WEB).start()
    yield AS_SHOWN
    assert stage.type_what_shows().startswith("----------")
    file.chmod(0o600)
    stage.type("make restart p=api")


def full_disk(stage: Stage) -> Steps:
    disk: Path = stage.fixture("small_disk")("1m")
    unneeded = disk / "unneeded"
    with suppress(OSError), unneeded.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    (stage.folder / "webapp/backend/app.log").symlink_to(disk / "app.log")
    written = 'print("begun", file=open("app.log", "w"), flush=True)'
    stage.write("webapp/backend/main.py", f"{APP}{written}\n")
    stage.prepare(API, WEB).start()
    yield AS_SHOWN
    assert "Avail" in stage.type_what_shows()
    unneeded.unlink()
    stage.type_what_mends()


def server_that_is_down(stage: Stage) -> Steps:
    port: int = stage.fixture("free_port")()
    stage.write("webapp/backend/needs.py", NEEDS.format(port=port))
    stage.write("webapp/backend/main.py", f"{APP}import needs\n")
    stage.prepare(API, WEB).start()
    yield {"5432": port}
    stage.closing.enter_context(socket.create_server(("127.0.0.1", port)))


ROWS: dict[Row, Callable[[Stage], Steps]] = {
    Row("too-many-files", "api had more files"): too_many_files,
    Row("not-started", "api could not be started"): too_many_programs,
    Row("out-of-memory", "web needed more memory", "web"): memory_that_node_allows,
    Row("out-of-memory", "api was killed by the system"): memory_of_the_computer,
    Row("watch-limit", "web watches more files", "web"): watched_files,
    Row("port-forbidden", "web may not use port 80", "web"): port_of_the_administrator,
    Row("port-in-use", "Port 3000 is taken by pid", "web"): taken_port,
    Row("port-in-use", "Port 3000 is taken by another", "web"): port_that_is_free_again,
    Row("no-permission", "api may not use"): forbidden_file,
    Row("disk-full", "api could not write"): full_disk,
    Row("dependency-down", "api needs the server"): server_that_is_down,
}


@pytest.mark.skipif(sys.platform != "linux", reason="these are the limits of Linux")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind}: {row.says}")
def test_what_is_said_is_what_the_page_shows_and_its_advice_heals(
    row: Row, request: pytest.FixtureRequest
) -> None:
    if row.service == "web" and not shutil.which("node"):
        pytest.skip("no Node here")
    stage = Stage(request)
    with stage.closing, closing(ROWS[row](stage)) as steps:
        page = told(row.kind, row.says, next(steps))
        cause = stage.crash_of(row.service, row.kind)
        assert is_said(page.sentence, cause["sentence"]), cause
        assert cause["fix"] == page.fix
        if not page.transient:
            stage.run.await_state(row.service, "BROKEN")
        stage.fix = page.fix
        with suppress(StopIteration):
            next(steps)
        stage.run.await_state(row.service, "READY")
