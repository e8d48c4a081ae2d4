"""Each row of the doctor's table in docs/troubleshooting.md, made to happen.

What the doctor then says is what the row shows, word for word, with our ports and pids in place of
the example's; what the row advises is typed or done, and all is well.
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
from urllib.parse import urlsplit

import pytest

from scripts.docs.doctor import example
from scripts.guard.doctor import messages
from scripts.guard.doctor.messages import MESSAGES, Message
from tests.stack.conftest import Guarded
from tests.stack.crashes import told
from tests.stack.harness import ROOT, TOY, GuardRun, ask, toy, until
from tests.stack.test_doctor import (
    CLOSES_ITS_PORT,
    ONE_ADDRESS,
    WELL,
    diagnosed,
    listens,
    program,
)
from tests.stack.test_unready import SERVER

MAKEFILE = f"""\
guard := {sys.executable} -m scripts.guard
restart start doctor:
	@$(guard) $@ $(p) -f Procfile
logs:
	@$(guard) $@ $(p)
stop:
	@$(guard) stop -f Procfile
"""
"""What the advice calls; its `logs` ends by itself."""
SERVER_LINE = toy("web")
NOBODY = ["setpriv", "--reuid=65534", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
"""Before a command: another user, who may read what is of this test."""
HANGS = """\
import signal, time
signal.signal(signal.SIGUSR1, lambda *_: time.sleep(1000))
"""
"""Every Python loads it first: a call that does not end can be brought about in it from outside."""
APP = f"""\
import runpy, sys
sys.argv = ["server", "web"]
runpy.run_path({str(TOY)!r}, None, "__main__")
"""
"""The toy, as a file of the project."""


class Stage:
    """A folder with a Procfile, and the fix that the doctor named."""

    def __init__(
        self, guarded: Guarded, folder: Path, free_port: Callable[[], int], elsewhere: Path
    ) -> None:
        self.guarded, self.folder, self.free_port = guarded, folder, free_port
        self.elsewhere, self.fix = elsewhere, ""
        self.here: dict[str, str] = {}
        """What stands for a part of the page's example here, where the page shows one in full."""
        self.closing = ExitStack()
        (folder / "Makefile").write_text(MAKEFILE)

    def script(self, text: str) -> Path:
        path = self.folder / "script.py"
        path.write_text(text)
        return path

    def start(self, line: str = SERVER_LINE, state: str = "READY", **settings: str) -> GuardRun:
        self.run = self.guarded(line, **settings)
        self.run.await_state("web", state)
        return self.run

    def stopped(self) -> GuardRun:
        self.run = self.guarded(SERVER_LINE, started=False)
        return self.run

    def type(self, line: str = "") -> str:
        """Type a line, or the fix up to what is only explained. Returns what is shown."""
        command = line or self.fix.partition("   #")[0]
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.run.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 0 or "doctor" in command, command  # whose status is a verdict
        return done.stdout

    def open(self) -> None:
        """Open the address that the fix names, as a browser does."""
        found = re.search(r"\bopen (https?://\S+?)(?:,|$)", self.fix)
        assert found, self.fix
        place = urlsplit(found[1])
        host = str(place.hostname)
        assert ask(int(place.port or 0), headers={"Host": place.netloc}, host=host).status == 200

    def also(self, words: str) -> str:
        """Type the first command, which only shows something, and return what the fix says then."""
        assert self.type()
        return self.fix.partition(words)[2]

    def correct(self, line: str = SERVER_LINE) -> None:
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
    (stage.folder / "hangs").mkdir()
    (stage.folder / "hangs/sitecustomize.py").write_text(HANGS)
    run.environment["PYTHONPATH"] = f"{stage.folder / 'hangs'}:{ROOT}"
    run.start()
    run.await_state("web", "READY")
    os.kill(run.pid, signal.SIGUSR1)
    yield
    stage.type()
    run.await_end()
    until(lambda: not listens("127.0.0.1", run.ports["web"]), "the stack has gone too")
    run.start()


def exited(stage: Stage) -> Row:
    stage.start("web: cd . && && x # $WEB_FD", "BROKEN")
    yield
    stage.correct()


def stopped(stage: Stage) -> Row:
    stage.start().post("/api/services/web/stop")
    stage.run.await_state("web", "STOPPED")
    yield
    stage.type()


def broken_code(stage: Stage) -> Row:
    file = stage.folder / "webapp/backend/main.py"
    file.parent.mkdir(parents=True)
    file.write_text("#\n" * 11 + "def broken(:\n")
    line = f"web: cd webapp/backend && WEB_FD=$WEB_FD exec python {file} # $WEB_PORT"
    stage.start(line, "BROKEN")
    yield
    file.write_text(APP)


def failing(stage: Stage) -> Row:
    script = stage.script(ONE_ADDRESS)
    stage.start(f"web: exec python {script} :: $WEB_PORT 500", "READY")
    yield
    assert stage.also("   # ") == "the last lines say where its code fails"
    stage.correct(f"web: exec python {script} :: $WEB_PORT 200")


def not_ready(stage: Stage) -> Row:
    other, script = stage.free_port(), stage.script(ONE_ADDRESS)
    run = stage.guarded(
        f"web: exec python {script} 127.0.0.1 {other} 200 # $WEB_PORT", started=False
    )
    stage.run, good = run, run.environment.pop("WEB_PORT")  # the shell would beat the file
    (stage.folder / ".env").write_text(f"WEB_PORT={good}\n")
    run.start()
    until(lambda: run.service("web").get("cause"), "it is said")
    stage.here = {"3000": good, "3001": str(other)}
    yield
    assert "Have its line use $PORT" in stage.fix
    stage.correct(f"web: exec python {script} :: $PORT 200")


def cannot_work(stage: Stage) -> Row:
    shown = example(messages.CANNOT_WORK)
    trouble = {"detail": shown.sentence.partition(": ")[2], "fix": shown.fix}
    (stage.folder / "trouble.json").write_text(json.dumps(trouble))
    line = f"web: exec python {stage.script(SERVER)} $WEB_PORT"
    stage.start(line, WEB_READY="/can-you-work")
    stage.here = {"api runs": "web runs"}
    yield
    (stage.folder / "trouble.json").unlink()


def starting(stage: Stage) -> Row:
    line = toy("web", "--slow", "4").replace("web: ", "web: echo compiling; ", 1)
    stage.start(line, "STARTING").await_output("compiling")
    yield
    assert "compiling" in stage.type(stage.fix.partition("if it takes long: ")[2])


def other_port(stage: Stage) -> Row:
    script, other = stage.script(ONE_ADDRESS), stage.free_port()
    stage.start(f"web: : $WEB_FD; exec python {script} 127.0.0.1 {other} 200", "STARTING")
    until(lambda: listens("127.0.0.1", other), "it listens elsewhere")
    yield
    stage.open()
    assert "have its Procfile line take $WEB_PORT" in stage.fix
    stage.correct(f"web: exec python {script} :: $WEB_PORT 200")


def other_setting(stage: Stage) -> Row:
    run = stage.start()
    run.environment = {**run.environment, "WEB_PORT": str(stage.free_port())}
    yield
    stage.open()
    stage.type(stage.fix.partition("end the guard (")[2].partition(")")[0])
    run.await_end()
    run.start()


def other_family(stage: Stage) -> Row:
    stage.start(f"web: exec python {stage.script(ONE_ADDRESS)} ::1 $WEB_PORT 200")
    yield
    stage.open()
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
    stage.type(stage.also("then: "))


def left_out(stage: Stage) -> Row:
    stage.run = stage.guarded(SERVER_LINE, toy("api"), up=("api",))
    stage.run.await_state("api", "READY")
    yield
    stage.type()


def slow(stage: Stage) -> Row:
    stage.start(f"web: exec python {stage.script(ONE_ADDRESS)} :: $WEB_PORT 200 2")
    yield
    assert "web answers at" in stage.type()


def hung(stage: Stage) -> Row:
    os.kill(stage.start(GUARD_HANG_SECONDS="0").service("web")["pid"], signal.SIGSTOP)
    yield
    stage.type(stage.also("then: "))


def all_well(stage: Stage) -> Row:
    stage.start()
    yield
    stage.open()


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


OF_THE_TABLE_ABOVE = {
    messages.EXITED: ("shell-syntax", "The shell does not understand", {}),
    messages.BROKEN_CODE: ("syntax-error", "Syntax error in", {"api restarts": "web restarts"}),
}
"""Where the page leads to the table of causes: which of its rows, and what is another name here."""
IN_FULL = (messages.NOT_READY, messages.CANNOT_WORK)
"""What another says, of which the page shows one example."""
PLACES = {
    place
    for message in MESSAGES
    for place in re.findall(r"\{(\w+)\}", message.sentence + message.fix)
} - {"name", "logs", "restart", "doctor", "start", "stop"}


def shown(stage: Stage, message: Message) -> tuple[str, str]:
    """What the page shows, as patterns with anything where it has a value of the example."""
    if message in OF_THE_TABLE_ABOVE:
        kind, says, here = OF_THE_TABLE_ABOVE[message]
        row = told(kind, says)
        stage.here = here
        return in_full(stage, row.sentence), in_full(stage, row.fix)
    if message in IN_FULL:
        row_of_it = example(message)
        return in_full(stage, row_of_it.sentence), in_full(stage, row_of_it.fix)
    known = message.of(name="web", **{name: f"<{name}>" for name in PLACES})
    return as_example(known.sentence), as_example(known.fix)


def in_full(stage: Stage, text: str) -> str:
    for part, ours in stage.here.items():
        text = text.replace(part, ours)
    return re.sub(r"after\\ \d+\\ s", r"after\\ \\d+\\ s", re.escape(text))


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
        sentence, fix = shown(stage, message)
        assert re.fullmatch(sentence, cause["sentence"], re.DOTALL), (sentence, cause)
        assert re.fullmatch(fix, cause["fix"], re.DOTALL), (fix, cause)
        stage.fix = cause["fix"]
        with suppress(StopIteration):
            next(steps)
        until(lambda: diagnosed(stage.run)["kind"] == WELL, "all is well")


def test_every_row_is_made_to_happen() -> None:
    assert set(MESSAGES) == set(ROWS)
