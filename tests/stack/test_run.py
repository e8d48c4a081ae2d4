"""`run`: one command with the environment of a service."""

import os
import signal
import subprocess
import sys

from tests.stack.conftest import Guarded
from tests.stack.harness import ROOT, GuardRun, toy


def run_in(run: GuardRun, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command: its words come last, so where the Procfile is comes first."""
    return subprocess.run(
        [sys.executable, "-m", "scripts.guard", "-f", str(run.procfile), "run", *words],
        cwd=ROOT,
        env=run.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_command_sees_what_the_service_sees_and_its_status_is_handed_through(
    guarded: Guarded,
) -> None:
    run = guarded(toy("web"), toy("api"), started=False)
    (run.procfile.parent / ".env").write_text("FROM_ENV='its own'\n")
    seen = run_in(run, "-s", "api", "printenv", "PORT", "WEB_URL", "FROM_ENV", "PS")
    assert seen.returncode == 0, seen.stderr
    web = f"http://localhost:{run.ports['web']}"
    assert seen.stdout.splitlines() == [str(run.ports["api"]), web, "its own", "api.1"]
    assert run_in(run, "printenv", "PS").returncode == 1  # nobody's
    assert run_in(run, "sh", "-c", "exit 7", "-x", "--help").returncode == 7
    assert run_in(run, 'echo "$API_PORT" | cat; exit 3').stdout == f"{run.ports['api']}\n"
    assert run_in(run, "--", "kill -TERM $$").returncode == -signal.SIGTERM
    assert run_in(run, "true").returncode == 0


def test_the_ports_are_those_of_the_stack_that_runs(guarded: Guarded) -> None:
    run = guarded(
        f"web: exec {sys.executable} -m http.server --bind 127.0.0.1 $PORT", up=("-m", "web=2")
    )
    run.await_state("web.2", "READY")
    port = run.ports["web"]
    del run.environment["WEB_PORT"]  # another shell knows nothing of it
    assert run_in(run, "-s", "web", "printenv", "PORT").stdout == f"{port}\n"
    assert run_in(run, "-s", "web.2", "printenv", "PORT", "PS").stdout == f"{port + 1}\nweb.2\n"
    assert run_in(run, "printenv", "WEB_URL").stdout == f"http://localhost:{port}\n"


def test_what_cannot_be_run_is_told_with_the_status_of_shells(guarded: Guarded) -> None:
    run = guarded(toy("web"), started=False)
    gone = run_in(run, "no-such-program", "x")
    assert (gone.returncode, gone.stdout) == (127, "")
    assert gone.stderr.startswith("no-such-program is not there")
    assert run_in(run, str(run.procfile), "x").returncode == 126
    nothing = run_in(run)
    assert nothing.returncode == 1
    assert "there is nothing to run" in nothing.stderr
    unknown = run_in(run, "-s", "wbe", "true")
    assert unknown.returncode == 1
    assert "Procfile has no line 'wbe'; it has: web" in unknown.stderr


def test_a_reader_that_leaves_ends_the_command_as_in_a_shell(guarded: Guarded) -> None:
    run = guarded(toy("web"), started=False)
    words = [sys.executable, "-m", "scripts.guard", "-f", str(run.procfile), "run", "yes"]
    with subprocess.Popen(words, cwd=ROOT, env=run.environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert os.read(process.stdout.fileno(), 2) == b"y\n"
        process.stdout.close()
        assert process.wait(60) == -signal.SIGPIPE
