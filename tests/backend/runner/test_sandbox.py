"""The audit hook in a process of its own: it cannot be removed from this one again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parents[3] / "webapp/backend"


def confined(code: str, *allowed: str) -> str:
    """What a confined process prints: `refused` or what `code` does."""
    script = f"""
import os, socket, subprocess, sys, urllib.request
from runner.sandbox import enter_sandbox
from net.egress import Allowed, RefusedError
enter_sandbox(Allowed.parse({allowed!r}))
try:
    {code}
except RefusedError as error:
    print("refused")
except OSError as error:
    print("let through")
"""
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=BACKEND,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return ended.stdout.strip()


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.create_connection(('localhost', 9))",
        "socket.create_connection(('2130706433', 9))",
        "socket.create_connection(('::ffff:127.0.0.1', 9))",
        "socket.socket().connect_ex(('169.254.169.254', 80))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('10.0.0.1', 53))",
        "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('10.0.0.1', 53))",
        "socket.socket(socket.AF_UNIX).connect('/var/run/docker.sock')",
        "urllib.request.urlopen('http://[::1]:9/')",
        "os.system('true')",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.posix_spawn('/bin/ffmpeg', ['ffmpeg', '-i', 'http://127.0.0.1/x', 'file:/x'], {})",
        "subprocess.run(['true'])",
        "subprocess.run(['/bin/sh', '-c', 'ffmpeg'])",
        "subprocess.run(['ffmpeg', '-i', 'http://127.0.0.1/x', 'file:/tmp/x'])",
        "subprocess.run(['ffmpeg', '-i', 'file:/tmp/x', 'tcp://127.0.0.1:9'])",
    ],
)
def test_what_is_not_allowed_is_refused(code: str) -> None:
    assert confined(code) == "refused"


def test_what_the_operator_listed_is_let_through() -> None:
    assert confined("socket.create_connection(('127.0.0.1', 9))", "127.0.0.1:9") == "let through"
    assert confined("socket.create_connection(('127.0.0.1', 9))", "127.0.0.1:10") == "refused"


def test_ffmpeg_may_work_on_files() -> None:
    assert confined("print(subprocess.run(['ffmpeg', '-version'], stdout=-3).returncode)") == "0"


def test_a_program_that_may_start_is_let_through_by_every_event_of_its_start() -> None:
    """From Python 3.13 on, `subprocess` raises the second event too; here, on any Python."""
    raised = "[sys.audit(event, '/usr/bin/ffmpeg', ['ffmpeg', '-version'], *more)"
    events = "for event, more in (('subprocess.Popen', (None, {})), ('os.posix_spawn', ({},)))]"
    assert confined(f"{raised} {events}; print('started')") == "started"
