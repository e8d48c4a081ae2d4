"""`status -w` on a real terminal and into a pipe; GUARD_NOTIFY with a real guard."""

import os
import pty
import signal
import subprocess
from pathlib import Path

from tests.stack.conftest import Guarded
from tests.stack.harness import ROOT, GuardRun, toy, until


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, run: GuardRun, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        os.set_blocking(self._master, False)
        self._shown = b""
        self.process = subprocess.Popen(
            run.command(*arguments),
            cwd=ROOT,
            env=run.environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    def shows(self, text: str) -> bool:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return text in self._shown.decode()
            if not data:
                return text in self._shown.decode()
            self._shown += data

    def forget(self) -> None:
        self._shown = b""

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


def test_it_is_kept_up_to_date_until_ctrl_c(guarded: Guarded) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    terminal = Terminal(run, "status", "-w")
    try:
        until(lambda: terminal.shows("READY"), "web is shown as ready")
        run.post("/api/services/web/stop")
        until(lambda: terminal.shows("STOPPED"), "web is shown as stopped")
        run.post("/api/stop")
        until(lambda: terminal.shows("no guard runs in"), "the guard is shown as gone")
        terminal.forget()
        run.await_end()
        run.start()
        until(lambda: terminal.shows("READY"), "the next guard is shown")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(timeout=60) == 0
        assert terminal.shows("\x1b[?1049l")  # the terminal is left as it was
    finally:
        terminal.close()


def test_into_a_pipe_it_writes_what_changes_and_no_terminal_codes(guarded: Guarded) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    with subprocess.Popen(
        run.command("status", "-w"),
        cwd=ROOT,
        env=run.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout
        tables = iter(watching.stdout.readline, "")
        assert any("READY" in line for line in tables)
        run.post("/api/services/web/stop")
        seen = next(line for line in tables if line.startswith("web") and "READY" not in line)
        assert "\x1b" not in seen
        watching.send_signal(signal.SIGINT)
        rest = watching.stdout.read()
    assert watching.returncode == 0
    assert "\x1b" not in rest


def test_the_desktop_is_told_when_a_service_breaks_and_when_it_is_back(
    guarded: Guarded, tmp_path: Path
) -> None:
    notices = tmp_path / "notices"
    program = tmp_path / "bin/notify-send"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{notices}\n', encoding="utf-8")
    program.chmod(0o755)
    code = tmp_path / "code.py"
    code.write_text("def broken(:\n", encoding="utf-8")
    path = f"{program.parent}{os.pathsep}{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    line = toy("web").replace("exec python", f"python {code} && exec python")
    run = guarded(line, GUARD_NOTIFY="1", PATH=path)
    run.await_state("web", "BROKEN")
    until(lambda: notices.exists() and "web is down" in notices.read_text(), "told that it is down")
    assert "code.py" in notices.read_text()
    code.write_text("", encoding="utf-8")
    run.post("/api/services/web/restart")
    run.await_state("web", "READY")
    until(lambda: "web is back" in notices.read_text(), "told that it is back")
