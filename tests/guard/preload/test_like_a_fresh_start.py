"""A fork from a preloaded interpreter is to its program what a fresh start is."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.guard.preload.starts import Starts, starts

pytestmark = pytest.mark.starts

PROBE = Path(__file__).with_name("probe.py").read_text(encoding="utf-8")


def without_addresses(text: str) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def facts(started: tuple[str, int]) -> dict[str, Any]:
    """What the probe has found."""
    output, code = started
    assert code == 0, output
    lines = without_addresses(output).splitlines()
    found: dict[str, Any] = json.loads(next(line for line in lines if line.startswith("{")))
    return found


def compare(made: Starts) -> dict[str, Any]:
    """Start it fresh, recorded and forked; what the program sees is the same."""
    fresh = facts(made.plainly())
    assert made.preload(), made.notices
    for way in ("recorded", "forked"):
        if way == "recorded":
            made.preloading.close()
        else:
            assert made.renew()
        seen = facts(made.run())
        different = {name: (fresh[name], seen[name]) for name in fresh if fresh[name] != seen[name]}
        assert different == {}, way
    assert made.notices == []
    return fresh


@pytest.fixture
def probe(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "probe.py").write_text(PROBE)
    script = folder / "served"
    script.write_text(f"#!{sys.executable}\n{PROBE}")
    script.chmod(0o755)
    return folder


LINES = {
    "a file": "exec $API_PRELOAD python probe.py --port 1 'two words' \"$(printf 'a\\nb')\"",
    "a module": "exec $API_PRELOAD python -m probe 'x y' ''",
    "a script": "exec $API_PRELOAD ./served main:app",
    "a script on PATH": 'PATH="$PWD:$PATH"; exec $API_PRELOAD served main:app',
    "from another folder": "cd .. && exec $API_PRELOAD python project/probe.py",
    "circumstances": "umask 027; ulimit -n 200; ulimit -c 0; trap '' HUP USR1; "
    "exec nice -n 3 $API_PRELOAD python probe.py",
    "variables of its own": "A=1 B='x y' exec $API_PRELOAD python probe.py",
    "descriptors": "exec 7<probe.py 3>&2; exec $API_PRELOAD python probe.py",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_it_sees_what_it_would_see(probe: Path, line: str) -> None:
    with starts(probe, line) as made:
        compare(made)


VARIABLES: dict[str, Mapping[str, str]] = {
    "hash seed": {"PYTHONHASHSEED": "7"},
    "warnings": {"PYTHONWARNINGS": "error::DeprecationWarning"},
    "unbuffered": {"PYTHONUNBUFFERED": "1"},
    "developer": {"PYTHONDEVMODE": "1"},
    "latin": {"PYTHONIOENCODING": "latin-1:replace"},
    "safe path": {"PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    "locale": {"LANG": "C", "LC_ALL": "C"},
    "time zone": {"TZ": "Asia/Kolkata"},
    "not utf-8": {"ODD": b"\xff\xfe".decode("utf-8", "surrogateescape")},
}


@pytest.mark.parametrize("environment", VARIABLES.values(), ids=VARIABLES)
def test_it_is_configured_as_it_would_be(probe: Path, environment: Mapping[str, str]) -> None:
    with starts(probe, "exec $API_PRELOAD python probe.py", environment) as made:
        compare(made)


def test_chance_is_new_in_each(probe: Path) -> None:
    with starts(probe, "exec $API_PRELOAD python probe.py") as made:
        assert made.preload()
        drawn = [made.run()[0].splitlines()[-1].split() for _ in range(2)]
    # The last one is the seed of `hash`, which is the forkserver's.
    assert all(one != other for one, other in zip(*drawn, strict=True) if one != drawn[0][-1])
    assert drawn[0][-1] == drawn[1][-1]


ENDS = {
    "an exit code": "import sys; sys.exit(7)",
    "a message": "import sys; sys.exit('no such thing')",
    "an error": "def f():\n    raise ValueError('wrong')\nf()",
    "a hook of its own": "import sys\n"
    "sys.excepthook = lambda kind, error, trace: print(kind, trace.tb_frame.f_code.co_name)\n"
    "raise ValueError",
    "a syntax error": "def f(:\n    pass",
    "a missing module": "import no_such_module",
    "Ctrl-C": "import os, signal; os.kill(os.getpid(), signal.SIGINT)\nimport time; time.sleep(60)",
    "a signal": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "at exit": "import atexit, logging; atexit.register(print, 'over'); print('running', end='')",
    "a thread": "import threading, time\n"
    "threading.Thread(target=lambda: (time.sleep(.2), print('late'))).start()",
    "an error at exit": "import atexit; atexit.register(lambda: 1 / 0)",
}


@pytest.mark.parametrize("how", ["python program.py", "python -m program"])
@pytest.mark.parametrize("program", ENDS.values(), ids=ENDS)
def test_it_ends_as_it_would(tmp_path: Path, program: str, how: str) -> None:
    """The output, the traceback in it, and the exit status."""
    (tmp_path / "program.py").write_text(program)
    (tmp_path / "json5.py").write_text("")
    with starts(tmp_path, f"exec $API_PRELOAD {how}") as made:
        output, code = made.plainly()
        fresh = without_addresses(output), code
        for is_forked in (False, True):
            assert not is_forked or made.renew(), made.notices
            output, code = made.run()
            assert (without_addresses(output), code) == fresh
        assert made.notices == []


def test_a_line_does_each_time_what_comes_before(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("print(open('count').read())")
    line = "echo once more >>count; test -f stop && exit 3; exec $API_PRELOAD python program.py"
    with starts(tmp_path, line) as made:
        assert made.preload()
        assert made.run() == ("once more\n" * 2 + "\n", 0)
        (tmp_path / "stop").touch()
        assert made.run() == ("", 3)
        assert (tmp_path / "count").read_text() == "once more\n" * 3


def test_it_inherits_the_listening_socket(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        "import socket, sys\nprint(socket.socket(fileno=int(sys.argv[1])).getsockname())"
    )
    with socket.create_server(("127.0.0.1", 0)) as sock:
        number = sock.fileno()
        with starts(tmp_path, f"exec $API_PRELOAD python program.py {number}") as made:
            assert made.preload() is True
            fork = made.begin((number,))
            output = os.read(fork.master, 1000)
            fork.reap()
            os.close(fork.master)
        assert output.decode().strip() == str(sock.getsockname())
