"""When a start is forked, and what happens where it cannot be."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from scripts.guard.preload import forkserver as forkservers
from scripts.guard.preload.forkserver import Forkserver
from tests.guard.preload.starts import DEADLINE, ENVIRONMENT, Starts, finish, starts
from tests.stack.harness import is_gone, until

LINE = "exec $API_PRELOAD env/bin/python main.py"
# Tells whether the library was loaded in this process, or before.
LIBRARY = "import os\nLOADED_BY = os.getpid()\n"
MAIN = "import os, library\nprint('forked' if library.LOADED_BY != os.getpid() else 'fresh')\n"


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """The folder of installed packages of a project's own environment."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    (tmp_path / "main.py").write_text(MAIN)
    (found,) = (tmp_path / "env/lib").glob("python*/site-packages")
    (found / "library.py").write_text(LIBRARY)
    return found


@pytest.fixture
def made(tmp_path: Path, packages: Path) -> Iterator[Starts]:  # noqa: ARG001 - it is there
    with starts(tmp_path, LINE) as found:
        yield found


def test_the_second_start_is_forked(made: Starts) -> None:
    assert made.run() == ("fresh\n", 0)
    assert made.renew()
    assert made.run() == ("forked\n", 0)
    assert made.run() == ("forked\n", 0)
    assert made.preloading.renew() is None
    assert made.notices == []


def test_nothing_of_the_project_is_loaded_ahead(made: Starts, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(LIBRARY)
    (tmp_path / "main.py").write_text(
        MAIN.replace("import os, library", "import os, own as library")
    )
    assert made.preload()
    assert made.run() == ("fresh\n", 0)


def test_a_library_never_finds_a_module_of_the_project(
    made: Starts, packages: Path, tmp_path: Path
) -> None:
    """The optional one that it looks for stands in the project too, on its $PYTHONPATH."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/optional.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'a').write('x')")
    (packages / "library.py").write_text(
        LIBRARY + "try:\n    import optional\nexcept ImportError:\n    pass\n"
    )
    made.environment["PYTHONPATH"] = "src"
    made.run()
    assert (tmp_path / "loaded").read_text() == "x"
    made.renew()
    assert (tmp_path / "loaded").read_text() == "x"


def test_what_python_loads_at_every_start_may_be_a_link_to_elsewhere(
    made: Starts, packages: Path, tmp_path: Path
) -> None:
    """As on Debian and Ubuntu, whose Python has its `sitecustomize` in /etc."""
    linked = tmp_path / "linked.py"
    linked.touch()
    (packages / "sitecustomize.py").symlink_to(linked)
    assert made.preload()
    assert made.run() == ("forked\n", 0)
    assert made.notices == []


PIPES = "opens a socket or a pipe"
UNFIT = {
    "import threading, time\n"
    "threading.Thread(target=time.sleep, args=[99], daemon=True).start()": "starts a thread",
    "import socket\nkept = socket.socket()": PIPES,
    "import os\nkept = os.pipe()": PIPES,
    "import asyncio\nkept = asyncio.new_event_loop()": PIPES,
    "import subprocess\nkept = subprocess.Popen(['sleep', '0.5'])": "starts a process",
}


@pytest.mark.parametrize(("source", "said"), UNFIT.items())
def test_what_cannot_be_forked_is_not_and_that_is_said_once(
    made: Starts, packages: Path, source: str, said: str
) -> None:
    (packages / "library.py").write_text(LIBRARY + source)
    assert not made.preload()
    assert made.run() == ("fresh\n", 0)
    assert not made.renew()
    assert made.notices == [f"api is started without preloaded libraries: importing library {said}"]


def test_a_changed_library_is_loaded_anew(made: Starts, packages: Path) -> None:
    assert made.preload()
    (packages / "library.py").write_text(LIBRARY + "print('new')\n")
    assert made.run() == ("new\nfresh\n", 0)
    assert "library.py has changed" in made.notices[0]
    assert made.renew()
    assert made.run() == ("forked\n", 0)


def test_a_library_that_is_linked_elsewhere_or_has_another_mode_is_the_same(
    made: Starts, packages: Path, tmp_path: Path
) -> None:
    """`uv` installs the same package for another project as another link to the same file."""
    assert made.preload()
    os.link(packages / "library.py", tmp_path / "elsewhere")
    (packages / "library.py").chmod(0o600)
    assert made.run() == ("forked\n", 0)
    assert made.notices == []


def test_a_library_that_is_installed_counts_as_a_change(made: Starts, packages: Path) -> None:
    assert made.preload()
    (packages / "another.py").touch()
    assert made.run() == ("fresh\n", 0)
    assert "site-packages has changed" in made.notices[0]


def test_a_library_that_was_removed_is_missing(made: Starts, packages: Path) -> None:
    assert made.preload()
    (packages / "library.py").unlink()
    output, code = made.run()
    assert "No module named 'library'" in output
    assert code == 1


def test_an_idle_forkserver_notices_a_change_by_itself(made: Starts, packages: Path) -> None:
    assert made.preload()
    (packages / "library.py").write_text(LIBRARY + "\n")
    assert made.listen() is False
    assert made.renew()
    assert made.run() == ("forked\n", 0)
    assert made.notices == []


def test_a_module_of_the_project_with_a_librarys_name_wins(made: Starts, tmp_path: Path) -> None:
    assert made.preload()
    (tmp_path / "library.py").write_text('print("the project\'s")\nraise SystemExit')
    assert made.run() == ("the project's\n", 0)
    assert "library.py has the name of a library" in made.notices[0]
    (tmp_path / "library.py").unlink()
    assert made.run() == ("forked\n", 0)


def test_a_folder_with_a_librarys_name_is_no_rival(made: Starts, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library/notes.py").touch()
    assert made.preload()
    assert made.run() == ("forked\n", 0)


def test_a_changed_variable_is_a_fresh_start(made: Starts) -> None:
    assert made.preload()
    made.environment["COLUMNS"] = "99"  # a terminal that was resized
    assert made.run() == ("forked\n", 0)
    made.environment["MODE"] = "other"
    assert made.run() == ("fresh\n", 0)
    assert "MODE has another value than before" in made.notices[0]
    assert made.renew()
    assert made.run() == ("forked\n", 0)


def test_a_forkserver_that_was_killed_is_missed_by_nobody(made: Starts) -> None:
    assert made.preload()
    (pid,) = made.preloading.pids
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # a kill is not yet a death
    assert made.run() == ("fresh\n", 0)
    assert made.notices == [
        "api is started without preloaded libraries: the preloaded interpreter did not answer"
    ]
    assert made.renew()
    assert made.run() == ("forked\n", 0)


def start_beside_a_stopped_one(made: Starts) -> Forkserver:
    """Start anew, since the forkserver was stopped before it was asked for a fork."""
    made.run()
    forkserver = made.preloading.renew()
    assert forkserver is not None
    made.forkserver = forkserver
    assert select.select([forkserver], [], [], DEADLINE)[0], "it says nothing"
    os.kill(forkserver.pid, signal.SIGSTOP)  # before it is asked for a fork
    assert made.listen()
    assert made.run() == ("fresh\n", 0)
    return forkserver


def test_a_forkserver_that_is_stopped_holds_nobody_up(made: Starts) -> None:
    """What it forks later, when it goes on, ends at once."""
    start_beside_a_stopped_one(made)


def test_a_fork_that_is_late_is_kept_for_the_next_start(made: Starts) -> None:
    """On a busy machine it has no turn: the guard waits for it only a moment, and starts anew."""
    forkserver = start_beside_a_stopped_one(made)
    assert made.notices == []
    os.kill(forkserver.pid, signal.SIGCONT)
    until(lambda: len(psutil.Process(forkserver.pid).children()) == 1, "one waits")
    assert made.run() == ("forked\n", 0)


def test_a_fork_that_never_comes_is_given_up(made: Starts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forkservers, "LATE_SECONDS", 0.0)
    start_beside_a_stopped_one(made)
    assert not made.preloading.pids


def test_who_begins_a_forkserver_waits_for_nobody_who_reads_however_much_there_is_to_load(
    tmp_path: Path,
) -> None:
    """An interpreter that has no turn reads nothing for long, and the guard is to answer."""
    never_reads = tmp_path / "interpreter"
    never_reads.write_text("#!/bin/sh\nexec sleep 600\n")
    never_reads.chmod(0o755)
    python = (os.fsencode(never_reads), b"python", [b"main.py"])
    record = {"python": python, "environment": ENVIRONMENT, "folder": os.fsencode(tmp_path)}
    modules = {f"library.{'x' * 80}.{number}": str(tmp_path) for number in range(20_000)}
    made: list[Forkserver] = []
    begun = threading.Thread(
        target=lambda: made.append(Forkserver(record, modules, adopts=False)), daemon=True
    )
    begun.start()
    until(lambda: made, "it is begun")
    made[0].close()


def test_it_is_forked_however_many_files_are_open_here(made: Starts) -> None:
    """The guard may have thousands: clients of a service that is down."""
    made.run()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, limits[1]))
    others = [os.open(os.devnull, os.O_RDONLY) for _ in range(1024)]
    try:
        forkserver = made.preloading.renew()
    finally:
        for descriptor in others:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert forkserver is not None
    poll = select.poll()
    poll.register(forkserver.fileno(), select.POLLIN)
    assert poll.poll(DEADLINE * 1000), "it says nothing"
    assert made.preloading.look(forkserver), made.preloading.notices()
    assert made.run() == ("forked\n", 0)


def test_a_start_waits_for_no_fork_that_has_no_turn_however_large_its_environment(
    made: Starts,
) -> None:
    for number in range(4):
        made.environment[f"LARGE_{number}"] = str(number) * 100_000
    assert made.preload()
    until(lambda: len(psutil.Process(made.forkserver.pid).children()) == 1, "one waits")
    (ahead,) = psutil.Process(made.forkserver.pid).children()
    ahead.suspend()
    running = made.begin()
    assert running.pid == ahead.pid
    ahead.resume()
    assert finish(running) == ("forked\n", 0)


def test_a_start_waits_for_no_fork_where_one_was_made_ahead(made: Starts) -> None:
    assert made.preload()
    for _ in range(2):
        until(lambda: len(psutil.Process(made.forkserver.pid).children()) == 1, "one waits")
        (ahead,) = psutil.Process(made.forkserver.pid).children()
        running = made.begin()
        assert running.pid == ahead.pid
        assert finish(running) == ("forked\n", 0)
        made.preloading.learn()


def test_what_waits_ends_with_its_forkserver(made: Starts) -> None:
    assert made.preload()
    server = psutil.Process(made.forkserver.pid)
    until(server.children, "one waits")
    (ahead,) = server.children()
    made.preloading.close()
    until(lambda: is_gone(ahead.pid), "it has ended")


def test_what_was_forked_outlives_its_forkserver(made: Starts, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(MAIN + "input()\nprint('still here')")
    running = made.begin()
    os.write(running.terminal, b"\n")
    finish(running)
    made.preloading.learn()
    assert made.renew()
    running = made.begin()
    assert os.read(running.master, 100).startswith(b"forked")
    made.preloading.close()
    os.write(running.terminal, b"\n")
    assert "still here" in finish(running)[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("$API_PRELOAD env/bin/python main.py", "does not run $NAME_PRELOAD by `exec`"),
        ("exec $API_PRELOAD env/bin/python main.py | cat", "does not run $NAME_PRELOAD by `exec`"),
        ("exec $API_PRELOAD sh -c 'exec env/bin/python main.py'", "is not `python FILE`"),
        ("exec $API_PRELOAD env/bin/python -W error main.py", "is not `python FILE`"),
        ("exec $API_PRELOAD env/bin/python - <main.py", "is not `python FILE`"),
        ("exec setsid -w $API_PRELOAD env/bin/python main.py", "another session"),
    ],
)
def test_a_line_that_is_not_for_it_runs_as_ever(made: Starts, line: str, said: str) -> None:
    made.line = line
    made.run()
    made.renew()
    assert made.run() == ("fresh\n", 0)
    assert made.run() == ("fresh\n", 0)
    assert len(made.notices) == 1
    assert said in made.notices[0]


def test_a_command_that_is_not_there_is_told_as_ever(made: Starts) -> None:
    made.line = "exec $API_PRELOAD no-such-command"
    assert made.run() == ("no-such-command: not found\n", 127)


def test_another_line_forgets_what_the_first_has_loaded(made: Starts, tmp_path: Path) -> None:
    assert made.preload()
    (tmp_path / "other.py").write_text(MAIN)
    made.line = "exec $API_PRELOAD env/bin/python other.py"
    assert made.run() == ("fresh\n", 0)
    assert made.renew()
    assert made.run() == ("forked\n", 0)


def test_a_new_library_is_learned(made: Starts, packages: Path, tmp_path: Path) -> None:
    (packages / "second.py").write_text(LIBRARY)
    assert made.preload()
    (tmp_path / "main.py").write_text(MAIN.replace("library", "second"))
    assert made.run() == ("fresh\n", 0)
    assert made.renew()
    assert made.run() == ("forked\n", 0)


def test_what_is_only_asked_for_is_not_loaded(made: Starts, packages: Path, tmp_path: Path) -> None:
    """An optional package that a library looks for, and the program itself."""
    (packages / "optional.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'a').write('x')\n")
    (packages / "library.py").write_text(
        LIBRARY + "import importlib.util\nimportlib.util.find_spec('optional')\n"
    )
    (packages / "program").mkdir()
    (packages / "program/__init__.py").touch()
    (packages / "program/__main__.py").write_text(MAIN)
    made.line = "exec $API_PRELOAD env/bin/python -m program"
    assert made.preload()
    assert made.run() == ("forked\n", 0)
    assert not (tmp_path / "loaded").exists()


def test_the_lesson_ends(made: Starts, tmp_path: Path) -> None:
    """Once nobody listens, what told of the imports leaves, and closes its file."""
    (tmp_path / "main.py").write_text(
        MAIN
        + "import sys\ninput()\nimport decimal\nimport fractions\n"
        + "print([type(each).__name__ for each in sys.meta_path].count('Learner'))\n"
        + "print(any(int(fd) >= 100 for fd in os.listdir('/dev/fd')))\n"
    )
    running = made.begin()
    end = time.monotonic() + DEADLINE
    while b"fresh" not in os.read(running.master, 100):
        assert time.monotonic() < end
    made.preloading.learn()
    os.write(running.terminal, b"\n")
    assert finish(running)[0].split()[-2:] == ["0", "False"]
