"""The doctor's own rules, and the checks of the machine and of `.env`."""

import importlib.metadata
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from honcho import environ

from scripts import checks
from scripts.guard.cli.doctor import table
from scripts.guard.config import settings
from scripts.guard.config.service import Service
from scripts.guard.doctor import (
    Check,
    Problem,
    dotenv_checks,
    examine,
    machine_checks,
    service_check,
)
from scripts.guard.doctor.facts import LOOPBACKS, Facts, Listener

PROBLEM = Problem("it is broken", "mend it")


def test_a_check_finds_nothing_or_a_problem_with_its_fix() -> None:
    well, ill = examine([Check("one", lambda: None), Check("two", lambda: PROBLEM)])
    assert (well.title, well.problem) == ("one", None)
    assert (ill.title, ill.problem) == ("two", PROBLEM)


def test_a_check_that_crashes_is_a_finding() -> None:
    def crash() -> Problem | None:
        raise ZeroDivisionError("no divisor")

    crashed, other = examine([Check("crashes", crash), Check("runs", lambda: None)])
    assert crashed.problem is not None
    assert "ZeroDivisionError: no divisor" in crashed.problem.message
    assert other.problem is None


def test_checks_wait_at_the_same_time() -> None:
    together = threading.Barrier(8)

    def wait_for_the_others() -> None:
        together.wait(timeout=60)

    findings = examine([Check(str(n), wait_for_the_others) for n in range(8)], deadline=60)
    assert all(finding.problem is None for finding in findings)


def test_a_check_that_does_not_end_is_a_finding_and_holds_up_nobody() -> None:
    never = threading.Event()

    def hang() -> None:
        never.wait(60)

    begun = time.monotonic()
    hung, other = examine([Check("hangs", hang), Check("runs", lambda: None)], deadline=0.2)
    assert time.monotonic() - begun < 30
    never.set()
    assert hung.problem is not None
    assert "no answer within 0.2 s" in hung.problem.message
    assert other.problem is None


def test_the_table_names_every_problem_with_its_fix_below() -> None:
    findings = examine([Check("one holds", lambda: None), Check("two holds", lambda: PROBLEM)])
    lines = table(findings, colour=False).splitlines()
    assert lines[0].split() == ["ok", "one", "holds"]
    assert [line.strip() for line in lines[1:4]] == [
        "problem  two holds: no",
        "it is broken",
        "fix: mend it",
    ]
    assert "\x1b" not in "".join(lines)


# --- .env ---------------------------------------------------------------------------------------


@pytest.fixture
def env(tmp_path: Path) -> Callable[[str], list[tuple[int, str]]]:
    def write(text: str) -> list[tuple[int, str]]:
        path = tmp_path / ".env"
        path.write_text(text, encoding="utf-8")
        return list(dotenv_checks.differences(path))

    return write


Env = Callable[[str], list[tuple[int, str]]]


@pytest.mark.parametrize(
    "line",
    [
        "A=hello world",
        "A=foo#bar",
        "A=it's",
        "export A=1",
        "A=",
        "A=${HOME}/x",
        "\ufeffA=1",
        "A='a\\nb'",
        'A="multi\nline"',
        "A = 'x y' # note",
    ],
)
def test_a_line_is_named_exactly_when_bare_honcho_reads_it_otherwise(line: str, env: Env) -> None:
    from io import StringIO

    from dotenv import dotenv_values

    ours = dotenv_values(stream=StringIO(line.removeprefix("\ufeff")))
    try:
        alike = environ.parse(line).get("A") == ours["A"]
    except ValueError:
        alike = False
    assert [number for number, _ in env(line + "\n")] == ([] if alike else [1])


def test_plain_lines_are_read_alike(env: Env) -> None:
    assert env("# a comment\n\nA=1\nB=https://example.org/a-b_c\nC='quoted words'\n") == []


@pytest.mark.fault(row="F20")
def test_every_line_that_differs_is_named_with_both_readings(env: Env) -> None:
    assert env("A=1\nB=hello world\n\nexport C=2\n") == [
        (2, "B is 'helloworld' to honcho, 'hello world' to the app"),
        (4, "C is not set by honcho"),
    ]


def test_the_example_of_settings_is_read_alike() -> None:
    assert list(dotenv_checks.differences(Path(__file__).parents[3] / ".env.example")) == []


# --- A service ----------------------------------------------------------------------------------


@pytest.fixture
def unseen() -> Iterator[int]:
    """A port on which somebody listens whom nobody sees: the socket is on its way to a process."""
    listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    port: int = listener.getsockname()[1]
    sender, receiver = socket.socketpair()
    with sender, receiver:
        with listener:
            socket.send_fds(sender, [b"-"], [listener.fileno()])
        yield port


def kind(port: int, state: str, leader: int | None) -> str:
    """What a service is put down to whose port is listened on."""
    line = Service("web", "docker run -p $WEB_PORT:80 app", port=port)
    view = {"name": "web", "state": state, "pid": leader, "port": port, "cause": None}
    here = Path("/project")
    config = settings.Settings(here, here / "Procfile", (here / ".env",), here / ".guard", (line,))
    return service_check.cause(
        Facts(
            procfile=config.procfile,
            env_files=config.env_files,
            config=config,
            error=None,
            guard=1,
            status={"services": [view]},
            listeners=(Listener(port, "::", None),),
        ),
        line,
    ).kind


@pytest.mark.starts
@pytest.mark.parametrize(
    ("state", "expected"), [("READY", "slow"), ("STARTING", "slow"), ("UNHEALTHY", "hung")]
)
def test_who_cannot_be_seen_acts_for_the_process_that_runs(
    state: str, expected: str, unseen: int
) -> None:
    assert kind(unseen, state, os.getpid()) == expected


@pytest.mark.starts
def test_who_cannot_be_seen_is_a_stranger_where_no_process_of_ours_runs(unseen: int) -> None:
    assert kind(unseen, "BROKEN", None) == "stranger"


@pytest.mark.starts
@pytest.mark.parametrize("answer", [b"", b"-ERR unknown command\r\n", b"HTTP/1.0 200 OK\r\n\r\n"])
def test_what_is_ready_need_not_speak_http(answer: bytes) -> None:
    listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)

    def serve() -> None:
        for _ in LOOPBACKS:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    with listener:
        threading.Thread(target=serve, daemon=True).start()
        assert kind(listener.getsockname()[1], "READY", os.getpid()) == "all-well"


# --- The machine --------------------------------------------------------------------------------


def test_an_old_python_is_named() -> None:
    problem = machine_checks.python((3, 9, 2))
    assert problem is not None
    assert "3.9.2" in problem.message
    assert machine_checks.python((3, 11, 0)) is None


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_that_catches_localhost_is_named_with_what_spares_it(variable: str) -> None:
    around = {variable: "http://proxy.example:3128", "no_proxy": ".example.org,localhost"}
    problem = machine_checks.proxy(around)
    assert problem is not None
    assert variable in problem.message
    assert "no_proxy=.example.org,localhost,127.0.0.1,::1" in problem.fix


@pytest.mark.parametrize(
    "around",
    [
        {},
        {"HTTP_PROXY": ""},
        {"https_proxy": "http://proxy.example"},
        {"http_proxy": "http://proxy.example", "no_proxy": "*"},
        {"http_proxy": "http://proxy.example", "NO_PROXY": "localhost, 127.0.0.1, ::1"},
    ],
)
def test_a_proxy_that_spares_localhost_is_none(around: dict[str, str]) -> None:
    assert machine_checks.proxy(around) is None


def test_a_full_disk_is_named_with_what_is_left(tmp_path: Path) -> None:
    problem = machine_checks.disk(tmp_path, needed=1 << 60)
    assert problem is not None
    assert " MB left" in problem.message
    assert machine_checks.disk(tmp_path, needed=0) is None


def test_a_low_limit_of_open_files_is_named() -> None:
    problem = machine_checks.open_files(256)
    assert problem is not None
    assert problem.fix == "ulimit -n 4096"
    assert machine_checks.open_files(65_536) is None


def test_a_low_limit_of_watched_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "max_user_watches").write_text("8192\n")
    (tmp_path / "max_user_instances").write_text("128\n")
    problem = machine_checks.watches(tmp_path)
    assert problem is not None
    assert "fs.inotify.max_user_watches is 8192" in problem.message
    assert machine_checks.watches(tmp_path / "not-linux") is None


@pytest.mark.parametrize(
    ("mounts", "silent"),
    [
        ("/dev/sda1 / ext4 rw 0 0\nC:\\134 /mnt/c 9p rw 0 0\n", True),
        ("/dev/sda1 / ext4 rw 0 0\nhost:/home /mnt/c nfs4 rw 0 0\n", True),
        ("/dev/sda1 / ext4 rw 0 0\n/dev/sdb /mnt/c btrfs rw 0 0\n", False),
        ("C:\\134 / 9p rw 0 0\n/dev/sda1 /mnt/c ext4 rw 0 0\n", False),
    ],
    ids=["WSL's drive of Windows", "network", "local", "local inside another"],
)
def test_a_file_system_that_tells_of_no_save_is_named(
    mounts: str, *, silent: bool, tmp_path: Path
) -> None:
    table = tmp_path / "mounts"
    table.write_text(mounts)
    problem = machine_checks.file_system(Path("/mnt/c/project"), table)
    assert (problem is not None) == silent


# --- The app's tools and packages ---------------------------------------------------------------


def test_python_packages_that_are_not_as_locked_are_named(tmp_path: Path) -> None:
    pytest_version = importlib.metadata.version("pytest")
    (tmp_path / "requirements.txt").write_text(
        f"pytest=={pytest_version} \\\n    --hash=sha256:00\n"
        "honcho==0.0.1 \\\n    --hash=sha256:00\n"
        "not-installed-here==1.0 ; sys_platform == 'nosuch' \\\n    --hash=sha256:00\n"
        "missing-here==2.0\n"
    )
    problem = checks.packages(tmp_path)
    assert problem is not None
    honcho = importlib.metadata.version("honcho")
    assert problem.message == (
        f"not as locked: honcho ({honcho}, the lock says 0.0.1), "
        "missing-here (missing, the lock says 2.0)"
    )


def test_npm_packages_that_are_not_as_locked_are_named(tmp_path: Path) -> None:
    locked = {
        "": {"name": "app"},
        "node_modules/vite": {"version": "8.3.8"},
        "node_modules/react": {"version": "19.0.0"},
        "node_modules/only-on-mac": {"version": "1.0.0", "optional": True},
    }
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": locked}))
    absent = checks.modules(tmp_path)
    assert absent is not None
    assert "node_modules is missing" in absent.message
    record = tmp_path / "node_modules/.package-lock.json"
    record.parent.mkdir()
    installed = {**locked, "node_modules/vite": {"version": "7.0.0"}}
    record.write_text(json.dumps({"packages": installed}))
    problem = checks.modules(tmp_path)
    assert problem is not None
    assert problem.message == "not as locked: vite (7.0.0, the lock says 8.3.8)"
    record.write_text(json.dumps({"packages": dict(list(locked.items())[:3])}))
    assert checks.modules(tmp_path) is None


@pytest.mark.starts
@pytest.mark.parametrize(("says", "well"), [("v20.19.1", True), ("v18.20.4", False), (None, False)])
def test_a_node_that_vite_does_not_accept_is_named(
    says: str | None, *, well: bool, tmp_path: Path
) -> None:
    if says is not None:
        program = tmp_path / "node"
        program.write_text(f"#!/bin/sh\necho {says}\n")
        program.chmod(0o755)
    problem = checks.node(f"{tmp_path}:/nowhere")
    assert (problem is None) == well
    assert problem is None or (says or "no Node") in problem.message


def test_an_old_yt_dlp_is_named_with_its_age() -> None:
    released = date(*map(int, importlib.metadata.version("yt-dlp").split(".")[:3]))
    assert checks.yt_dlp(released) is None
    problem = checks.yt_dlp(released.replace(year=released.year + 1))
    assert problem is not None
    assert "365 days old" in problem.message or "366 days old" in problem.message


def test_tools_that_are_missing_are_named(tmp_path: Path) -> None:
    nothing = str(tmp_path)
    for check in (checks.npm, checks.javascript):
        problem = check(nothing)
        assert problem is not None
        assert problem.fix.startswith("make setup")
