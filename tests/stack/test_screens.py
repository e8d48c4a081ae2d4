"""What the services and the user see of each other's terminals."""

import sys
from collections.abc import Iterator

import pytest

from scripts.guard.logs import prefix
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, until
from tests.stack.terminal import Terminal

WORKER = {"WEB_PORT": ""}
TELLER = r"""
import os, signal, sys, time
def tell(*_):
    size = os.get_terminal_size(1)
    print("columns and rows:", size.columns, size.lines, os.environ.get("COLUMNS"), flush=True)
signal.signal(signal.SIGWINCH, tell)
tell()
while True:
    time.sleep(100)
"""
SPINNER = r"""
import sys, time
for number in range(20):
    sys.stdout.write("\r" + "|/-"[number % 3] + " building")
    sys.stdout.flush()
    time.sleep(.12)
print("\rbuilt     ")
time.sleep(99)
"""


@pytest.fixture
def user(guarded: Guarded) -> Iterator[tuple[GuardRun, Terminal]]:
    """Somebody before a terminal of 30 rows and 100 columns, where a teller of its size runs."""
    run = guarded(f"web: exec {sys.executable} teller.py", started=False, **WORKER)
    (run.procfile.parent / "teller.py").write_text(TELLER)
    run.environment |= {"COLUMNS": "100", "LINES": "30"}  # as some shells export them
    terminal = Terminal(run, run.command("up"))
    run.process = terminal.process
    yield run, terminal
    terminal.close()


def test_a_service_has_the_width_that_the_prefix_leaves_and_follows_it_at_once(
    user: tuple[GuardRun, Terminal],
) -> None:
    run, terminal = user
    taken = prefix.width(["web"], time=True)
    terminal.expect(f"columns and rows: {100 - taken} 30 None")
    run.await_state("web", "READY")
    terminal.resize(50, 140)
    terminal.expect(f"columns and rows: {140 - taken} 50 None")
    other = Terminal(run, run.command("attach", "web"))
    other.expect("Ctrl-] lets go")
    other.expect("columns and rows: 100 30")  # all of it, without a prefix
    terminal.resize(40, 150)
    terminal.expect("columns and rows: 100 30")
    other.type("\x1d")
    other.await_end()
    other.close()
    terminal.expect(f"columns and rows: {150 - taken} 40")


def test_a_spinner_is_one_line_of_a_pipe(guarded: Guarded) -> None:
    run = guarded(f"web: exec {sys.executable} spinner.py", started=False, **WORKER)
    (run.procfile.parent / "spinner.py").write_text(SPINNER)
    run.start().await_output("| built")
    assert "building" not in run.output()


def test_without_a_prefix_a_line_is_what_was_written_and_may_be_as_wide_as_the_screen(
    guarded: Guarded,
) -> None:
    line = "web: echo hello; stty size; exec sleep 1000"
    run = guarded(line, up=["--no-prefix"], COLUMNS="77", LINES="44", **WORKER)
    run.await_output("44 77")
    assert {"hello", "44 77"} <= set(run.output().splitlines())


@pytest.mark.parametrize(
    ("shell", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_service_has_colours_on_its_terminal_alone(
    guarded: Guarded, shell: dict[str, str], *, coloured: bool
) -> None:
    asks = "import sys, os; print(*(os.environ.get(n) for n in ('FORCE_COLOR', 'NO_COLOR')))"
    run = guarded(
        f'web: [ -t 1 ] && echo terminal; {sys.executable} -c "{asks}"; sleep 99',
        started=False,
        **WORKER,
    )
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        run.environment.pop(name, None)
    run.environment |= {"TERM": "xterm", **shell}
    terminal = Terminal(run, run.command("up"))
    run.process = terminal.process
    try:
        terminal.expect("terminal")
        terminal.expect("None None" if coloured else "None 1")
        assert (b"\x1b[36m" in terminal.all) is coloured
    finally:
        terminal.close()


BEGINS = r"""
import sys, time
sys.stdout.write("begun")
sys.stdout.flush()
time.sleep(0.5)
print(" and ended", flush=True)
time.sleep(99)
"""


@pytest.mark.parametrize("command", ["up", "status -w", "attach web"])
def test_a_terminal_that_understands_no_codes_is_given_none(guarded: Guarded, command: str) -> None:
    run = guarded(
        f"web: exec {sys.executable} spinner.py",
        f"other: exec {sys.executable} begins.py",
        started=command != "up",
        OTHER_PORT="",
        **WORKER,
    )
    (run.procfile.parent / "spinner.py").write_text(SPINNER)
    (run.procfile.parent / "begins.py").write_text(BEGINS)
    if command != "up":
        run.await_state("web", "READY")
    run.environment["TERM"] = "dumb"
    terminal = Terminal(run, run.command(*command.split()))
    if command == "up":
        run.process = terminal.process
    try:
        terminal.expect({"up": "| built", "status -w": "READY"}.get(command, "built"))
        terminal.type("\x1d" if command == "attach web" else "\x03")
        terminal.await_end()
    finally:
        terminal.close()
    assert b"\x1b" not in terminal.all


def test_colours_that_are_asked_for_reach_a_pipe(guarded: Guarded) -> None:
    run = guarded(r"web: printf '\033[31mred\033[0m\n'; sleep 99", FORCE_COLOR="1", **WORKER)
    run.await_output("\x1b[31mred\x1b[0m")
    until(lambda: "\x1b[36m" in run.output(), "the prefix has its colour too")
