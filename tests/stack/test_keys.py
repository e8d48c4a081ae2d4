"""The keys of the terminal that the guard runs in."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence

import psutil
import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import ROOT, GuardRun, is_gone, toy, until
from tests.stack.terminal import Terminal

HELP = "its number chooses what r, o and l are about"

AtTerminal = Callable[..., Terminal]


@pytest.fixture
def at_terminal() -> Iterator[AtTerminal]:
    terminals: list[Terminal] = []

    def start(run: GuardRun, command: Sequence[str] | None = None) -> Terminal:
        terminal = Terminal(run, command or run.command("up"))
        terminals.append(terminal)
        if command is None:
            run.process = terminal.process
            until(lambda: terminal.modes() != terminal.before, "the keys are there")
        return terminal

    yield start
    for terminal in terminals:
        terminal.close()


def test_the_keys_do_what_the_commands_do(guarded: Guarded, at_terminal: AtTerminal) -> None:
    run = guarded(toy("web"), toy("api"), started=False)
    user = at_terminal(run)
    user.expect("? shows the keys, Ctrl-C stops everything")
    web, api = (run.await_state(name, "READY")["pid"] for name in ("web", "api"))
    user.type("?")
    user.expect("1 web, 2 api: " + HELP)
    user.type("r 2")
    user.expect("restarting api")
    api = run.await_new_pid("api", api)
    assert run.service("web")["pid"] == web
    user.type("1r\r")
    user.expect("restarting web")
    web = run.await_new_pid("web", web)
    assert run.service("api")["pid"] == api
    user.type("0r")
    user.expect("restarting everything")
    run.await_new_pid("web", web)
    run.await_new_pid("api", api)
    user.type("3")
    user.expect("there is no service 3: 1 web, 2 api")
    user.type("\r\r")
    user.expect("\r\n\r\n\r\n")
    user.type("q")
    assert user.await_end() == 0
    assert user.modes() == user.before
    assert run.left() == []


def test_the_log_of_one_alone_hides_the_others_and_loses_nothing(
    guarded: Guarded, at_terminal: AtTerminal
) -> None:
    talk = "while sleep 0.05; do echo here is $PS; done"
    run = guarded(f"web: {talk}", f"api: {talk}", started=False, WEB_PORT="", API_PORT="")
    user = at_terminal(run)
    user.expect("here is web.1")
    user.type("l")
    user.expect("whose? choose a service first: 1 web, 2 api")
    user.type("2l")
    user.expect("only the log of api from here on")
    for _ in range(5):
        user.expect("here is api.1")
    user.type("l")
    user.expect("the log of all services again")
    user.expect("here is web.1")
    hidden = user.all.partition(b"only the log of api")[2].partition(b"the log of all services")[0]
    assert b"api.1" in hidden
    assert b"web.1" not in hidden
    written = (run.directory / "logs/web.log").read_text()
    assert written.count("here is web.1") > user.all.count(b"here is web.1")
    user.type("\x03")
    assert user.await_end() == 130
    assert user.modes() == user.before


def test_a_page_is_opened_in_the_browser_that_is_named(
    guarded: Guarded, at_terminal: AtTerminal
) -> None:
    run = guarded(toy("web"), toy("api"), started=False)
    opened = run.procfile.parent / "opened"
    run.environment["BROWSER"] = f"{shutil.which('sh')} -c 'echo $0 >{opened}'"
    user = at_terminal(run)
    user.type("2o")
    url = f"http://localhost:{run.ports['api']}\n"
    until(lambda: opened.exists() and opened.read_text() == url, "the page of api")


def test_a_browser_that_was_opened_outlives_the_guard(
    guarded: Guarded, at_terminal: AtTerminal
) -> None:
    run = guarded(toy("web"), started=False)
    opened = run.procfile.parent / "opened"
    browser = run.procfile.parent / "browser"
    browser.write_text(
        "#!/bin/sh\n"
        f"setsid sh -c 'echo $$ >{opened}.new; mv {opened}.new {opened}; exec sleep 1000' &\n"
    )
    browser.chmod(0o755)
    run.environment["BROWSER"] = str(browser)
    user = at_terminal(run)
    user.type("o")
    until(opened.exists, "the browser is there")
    pid = int(opened.read_text())
    until(lambda: psutil.Process(pid).ppid() == run.pid, "it fell to the guard")
    user.type("q")
    try:
        assert user.await_end() == 0
        assert not is_gone(pid)
    finally:
        os.kill(pid, signal.SIGKILL)


def test_what_is_pasted_does_nothing(guarded: Guarded, at_terminal: AtTerminal) -> None:
    run = guarded(toy("web"), started=False)
    user = at_terminal(run)
    user.type("quit or restart, that is the question")
    user.expect("what was pasted here is ignored")
    user.type("?")
    user.expect(HELP)


@pytest.mark.parametrize("command", ["up", "attach"])
def test_a_kill_9_leaves_the_terminal_as_it_was(
    guarded: Guarded, at_terminal: AtTerminal, command: str
) -> None:
    run = guarded(toy("web"), started=command == "attach")
    if command == "up":
        user = at_terminal(run)
    else:
        run.await_state("web", "READY")
        user = at_terminal(run, run.command("attach", "web"))
        user.expect("Ctrl-] lets go")
        until(lambda: user.modes() != user.before, "every key goes to the service")
    user.process.kill()
    until(lambda: user.modes() == user.before, "the modes are those of before")


def test_ctrl_z_where_nobody_could_continue_it_does_nothing(
    guarded: Guarded, at_terminal: AtTerminal
) -> None:
    run = guarded(toy("web"), started=False)
    user = at_terminal(run)  # the leader of the session: a terminal that runs nothing else
    user.type("\x1a")
    for _ in range(3):  # the first may be read before the signal is handled
        user.type("?")
        user.expect(HELP)


def test_ctrl_z_and_fg_and_bg(guarded: Guarded, at_terminal: AtTerminal) -> None:
    """In a shell without line editing, which leaves the modes to what runs in it."""
    run = guarded(toy("web"), started=False)
    run.environment |= {"PS1": "\\$ ", "ENV": ""}
    user = at_terminal(run, ["/bin/sh", "-i"])
    user.expect("$ ")
    user.type(" ".join(run.command("up")) + "\n")
    until(lambda: user.modes() != user.before, "the keys are there")
    user.type("\x1a")
    user.expect("$ ")
    assert user.modes() == user.before
    user.type("fg\n")
    until(lambda: user.modes() != user.before, "the keys are there again")
    user.type("?")
    user.expect(HELP)
    user.type("\x1a")
    user.expect("$ ")
    user.type("bg\n")
    user.type("echo what $((40 + 2)) shell says\n")  # its keys, not the guard's
    user.expect("what 42 shell says")
    assert user.modes() == user.before
    user.type("fg\n")
    until(lambda: user.modes() != user.before, "the keys are there once more")
    user.type("q")
    until(lambda: user.modes() == user.before, "the modes are those of before")
    user.type("exit\n")
    user.await_end()


@pytest.mark.parametrize("stdin", ["terminal", "pipe"])
def test_there_are_no_keys_unless_both_ends_are_a_terminal(guarded: Guarded, stdin: str) -> None:
    run = guarded(toy("web"), started=False)
    master, slave = os.openpty()
    reading, writing = os.pipe()
    with run.output_file.open("wb") as output:
        run.process = subprocess.Popen(
            run.command("up"),
            cwd=ROOT,
            env=run.environment,
            stdin=slave if stdin == "terminal" else reading,
            stdout=output if stdin == "terminal" else slave,
            stderr=output,
            preexec_fn=lambda: os.setsid(),  # noqa: PLW1509, PLW0108 - no threads of ours before exec
        )
    os.write(writing, b"q")
    os.write(master, b"q")
    run.await_state("web", "READY")
    os.kill(run.pid, signal.SIGINT)
    assert run.await_end() == 130
    assert b"the keys" not in run.output_file.read_bytes()
    for descriptor in (master, slave, reading, writing):
        os.close(descriptor)
