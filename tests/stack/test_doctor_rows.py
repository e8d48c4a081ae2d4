"""Each row of the doctor's table in docs/troubleshooting.md, made to happen.

What the doctor then says is what the row shows; what the row advises is done, and all is well.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from scripts.guard.doctor import messages
from scripts.guard.doctor.messages import MESSAGES, Message
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, toy, until
from tests.stack.test_doctor import (
    CLOSES_ITS_PORT,
    HUNG_GUARD,
    ONE_ADDRESS,
    WELL,
    diagnosed,
    listens,
    program,
)
from tests.stack.test_unready import SERVER, TROUBLE

MAKEFILE = f"""\
guard := {sys.executable} -m scripts.guard
restart start doctor:
	@$(guard) $@ $(p) -f Procfile
stop:
	@$(guard) stop -f Procfile
"""
TOY = toy("web")
NOBODY = ["setpriv", "--reuid=65534", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
"""Before a command: another user, who may read what is of this test."""


class Stage:
    """A folder with a Procfile, and the fix that the doctor named."""

    def __init__(
        self, guarded: Guarded, folder: Path, free_port: Callable[[], int], elsewhere: Path
    ) -> None:
        self.guarded, self.folder, self.free_port = guarded, folder, free_port
        self.elsewhere, self.fix = elsewhere, ""
        self.closing = ExitStack()
        (folder / "Makefile").write_text(MAKEFILE)

    def script(self, text: str) -> Path:
        path = self.folder / "script.py"
        path.write_text(text)
        return path

    def start(self, line: str = TOY, state: str = "READY", **settings: str) -> GuardRun:
        self.run = self.guarded(line, **settings)
        self.run.await_state("web", state)
        return self.run

    def stopped(self) -> GuardRun:
        self.run = self.guarded(TOY, started=False)
        return self.run

    def type(self) -> None:
        """Type the fix, up to what is only explained."""
        command = self.fix.partition("   #")[0]
        subprocess.run(command, shell=True, cwd=self.folder, env=self.run.environment, check=True)  # noqa: S602

    def correct(self, line: str = TOY) -> None:
        self.run.procfile.write_text(f"{line}\n")


Row = Iterator[None]


def nothing_runs(stage: Stage) -> Row:
    stage.stopped()
    yield
    assert stage.fix == "make dev"
    stage.run.start()


def guard_stopped(stage: Stage) -> Row:
    os.kill(stage.start().pid, signal.SIGSTOP)
    yield
    command = stage.fix.partition("anywhere: ")[2]
    subprocess.run(shlex.split(command), check=True)


def guard_elsewhere(stage: Stage) -> Row:
    run = stage.start()
    before = run.environment
    run.environment = {**before, "GUARD_PORT": str(stage.free_port())}
    yield
    assert stage.fix.startswith("end it with Ctrl-C in its terminal, then: make dev")
    os.kill(run.pid, signal.SIGINT)
    run.await_end()
    run.ports = {**run.ports, "guard": int(run.environment["GUARD_PORT"])}
    run.start()


def guard_hung(stage: Stage) -> Row:
    run = stage.stopped()
    run.directory.mkdir(mode=0o700)
    lock, port = run.directory / "lock", run.ports["guard"]
    stage.closing.enter_context(
        program(stage.folder, stage.script(HUNG_GUARD), lock, port, port=port)
    )
    yield
    stage.type()
    until(lambda: not listens("127.0.0.1", port), "it has gone")
    run.start()


def exited(stage: Stage) -> Row:
    stage.start("web: no-such-program $WEB_FD # ${WEB_PORT:-1}", "BROKEN")
    yield
    stage.correct()


def stopped(stage: Stage) -> Row:
    stage.start().post("/api/services/web/stop")
    stage.run.await_state("web", "STOPPED")
    yield
    stage.type()


def broken_code(stage: Stage) -> Row:
    script = stage.script("def broken(:\n")
    stage.start(TOY.replace("exec python", f"python {script} && exec python"), "BROKEN")
    yield
    script.write_text("")


def failing(stage: Stage) -> Row:
    script = stage.script(ONE_ADDRESS)
    stage.start(f"web: exec python {script} :: $WEB_PORT 500", "READY")
    yield
    assert stage.fix.startswith("make logs p=web")
    stage.correct(f"web: exec python {script} :: $WEB_PORT 200")


def not_ready(stage: Stage) -> Row:
    stage.start("web: sleep 1000 # $WEB_PORT", "STARTING")
    until(lambda: stage.run.service("web").get("cause"), "it is said")
    yield
    stage.correct()


def cannot_work(stage: Stage) -> Row:
    (stage.folder / "trouble.json").write_text(json.dumps(TROUBLE))
    line = f"web: exec python {stage.script(SERVER)} $WEB_PORT"
    stage.start(line, WEB_READY="/can-you-work")
    yield
    assert stage.fix == TROUBLE["fix"]
    (stage.folder / "trouble.json").unlink()


def starting(stage: Stage) -> Row:
    stage.start(toy("web", "--slow", "4"), "STARTING")
    yield
    assert stage.fix.startswith("wait a moment")


def other_port(stage: Stage) -> Row:
    script, other = stage.script(ONE_ADDRESS), stage.free_port()
    stage.start(f"web: : $WEB_FD; exec python {script} 127.0.0.1 {other} 200", "STARTING")
    until(lambda: listens("127.0.0.1", other), "it listens elsewhere")
    yield
    assert "have its Procfile line take $WEB_PORT" in stage.fix
    stage.correct(f"web: exec python {script} :: $WEB_PORT 200")


def other_setting(stage: Stage) -> Row:
    run = stage.start()
    run.environment = {**run.environment, "WEB_PORT": str(stage.free_port())}
    yield
    assert "make stop" in stage.fix
    subprocess.run(["make", "-s", "stop"], cwd=stage.folder, env=run.environment, check=True)
    run.await_end()
    run.start()


def other_family(stage: Stage) -> Row:
    stage.start(f"web: exec python {stage.script(ONE_ADDRESS)} ::1 $WEB_PORT 200")
    yield
    assert "its Procfile line can take the guard's socket, $WEB_FD" in stage.fix
    stage.correct()


def stranger(stage: Stage) -> Row:
    run = stage.stopped()
    port, script = run.ports["web"], stage.script(ONE_ADDRESS)
    stage.closing.enter_context(program(stage.elsewhere, script, "127.0.0.1", port, 200, port=port))
    yield
    stage.type()
    until(lambda: not listens("127.0.0.1", port), "it has gone")
    run.start()


def hidden_stranger(stage: Stage) -> Row:
    """Somebody else's program, and the doctor is asked by one who may look at their own only."""
    if os.geteuid() or not shutil.which("lsof"):
        pytest.skip("needs root, to be somebody else, and lsof")
    run = stage.stopped()
    port, script = run.ports["web"], stage.script(ONE_ADDRESS)
    command = [*NOBODY, sys.executable, str(script), "127.0.0.1", str(port), "200"]
    run.by = ("setpriv", "--bounding-set=-all")
    with subprocess.Popen(command) as stranger:
        until(lambda: listens("127.0.0.1", port), "the stranger listens")
        yield
        run.by = ()
        look = stage.fix.partition("   #")[0].removeprefix("sudo ")
        shown = subprocess.run(shlex.split(look), capture_output=True, text=True, check=True).stdout
        assert str(stranger.pid) in shown
        stranger.kill()
    run.start()


def not_listening(stage: Stage) -> Row:
    run = stage.start(f"web: exec python {stage.script(CLOSES_ITS_PORT)} $WEB_PORT")
    until(lambda: not listens("127.0.0.1", run.ports["web"]), "it has closed its port")
    yield
    stage.script(SERVER)
    stage.fix = stage.fix.partition("then: ")[2]
    stage.type()


def left_out(stage: Stage) -> Row:
    stage.run = stage.guarded(TOY, toy("api"), up=("api",))
    stage.run.await_state("api", "READY")
    yield
    stage.type()


def slow(stage: Stage) -> Row:
    stage.start(f"web: exec python {stage.script(ONE_ADDRESS)} :: $WEB_PORT 200 2")
    yield
    assert stage.fix.startswith("make doctor p=web")


def hung(stage: Stage) -> Row:
    os.kill(stage.start(GUARD_HANG_SECONDS="0").service("web")["pid"], signal.SIGSTOP)
    yield
    assert stage.fix.endswith("then: make restart p=web")
    stage.fix = stage.fix.partition("then: ")[2]
    stage.type()


def all_well(stage: Stage) -> Row:
    stage.start()
    yield


ROWS: dict[Message, Callable[[Stage], Row]] = {
    messages.NOT_RUNNING: nothing_runs,
    messages.GUARD_STOPPED: guard_stopped,
    messages.GUARD_ELSEWHERE: guard_elsewhere,
    messages.GUARD_HUNG: guard_hung,
    messages.EXITED: exited,
    messages.STOPPED: stopped,
    messages.BROKEN_CODE: broken_code,
    messages.FAILING: failing,
    messages.NOT_READY: not_ready,
    messages.CANNOT_WORK: cannot_work,
    messages.STARTING: starting,
    messages.OTHER_PORT: other_port,
    messages.OTHER_SETTING: other_setting,
    messages.OTHER_FAMILY: other_family,
    messages.STRANGER: stranger,
    messages.HIDDEN_STRANGER: hidden_stranger,
    messages.NOT_LISTENING: not_listening,
    messages.LEFT_OUT: left_out,
    messages.SLOW: slow,
    messages.HUNG: hung,
    messages.ALL_WELL: all_well,
}


PLACES = {
    place
    for message in MESSAGES
    for place in re.findall(r"\{(\w+)\}", message.sentence + message.fix)
} - {"name", "logs", "restart", "doctor", "start", "stop"}


def as_example(text: str) -> str:
    """A sentence of the page, as a pattern with anything where it has an example."""
    return re.sub(r"<\w+>", ".+", re.escape(text))


def said(stage: Stage, message: Message) -> dict[str, str]:
    if message is messages.SLOW:  # of one service it is asked for longer, and then it is well
        text = stage.run.run("doctor").stdout
        found = re.search(r"(web is slow.*)\n\s*fix: (.*)", text)
        assert found, text
        return {"kind": "slow", "sentence": found[1], "fix": found[2]}
    return diagnosed(stage.run)


@pytest.mark.own_error("/")
@pytest.mark.parametrize("message", ROWS, ids=lambda message: f"{message.kind}: {message.sentence}")
def test_what_the_doctor_says_is_what_the_page_shows_and_its_advice_heals(
    message: Message,
    guarded: Guarded,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    free_port: Callable[[], int],
) -> None:
    stage = Stage(guarded, tmp_path, free_port, tmp_path_factory.mktemp("elsewhere"))
    with stage.closing:
        steps = ROWS[message](stage)
        next(steps)
        cause = said(stage, message)
        assert cause["kind"] == message.kind, cause
        known = message.of(name="web", **{name: f"<{name}>" for name in PLACES})
        assert re.fullmatch(as_example(known.sentence), cause["sentence"], re.DOTALL), cause
        assert re.fullmatch(as_example(known.fix), cause["fix"], re.DOTALL), cause
        stage.fix = cause["fix"]
        with suppress(StopIteration):
            next(steps)
        until(lambda: diagnosed(stage.run)["kind"] == WELL, "all is well")


def test_every_row_is_made_to_happen() -> None:
    assert set(MESSAGES) == set(ROWS)
