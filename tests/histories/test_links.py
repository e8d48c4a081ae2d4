"""The network that is cut, a proxy or the kernel's: what gets through, and what does not."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from scripts.histories import faults, packets
from scripts.histories.plan import Step
from scripts.histories.proxy import proxy
from tests.backend.api_process import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.histories.proxy import Link
    from scripts.histories.stand import Stand

ROOT = Path(__file__).resolve().parents[2]


class Echo(socketserver.BaseRequestHandler):
    """Answers what it is told, and notes it."""

    heard: list[bytes]

    def handle(self) -> None:
        while data := self.request.recv(100):
            self.heard.append(data)
            self.request.sendall(data)


@pytest.fixture
def heard() -> list[bytes]:
    return []


@pytest.fixture(params=["kernel" if packets.inside() else "proxy"])
def link(heard: list[bytes], request: pytest.FixtureRequest) -> Iterator[Link]:
    kind = type("Noted", (Echo,), {"heard": heard})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        target = server.server_address[1]
        with proxy(target) if request.param == "proxy" else packets.filtering(0, target) as opened:
            yield opened
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def client(link: Link) -> Iterator[socket.socket]:
    with socket.create_connection((link.host, link.port), timeout=30) as connection:
        yield connection


@pytest.mark.parametrize("mode", ["open", "delay"])
def test_what_is_said_gets_through_and_back(link: Link, mode: str) -> None:
    link.mode = mode  # type: ignore[assignment]
    with client(link) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"


def test_through_a_cut_nothing_gets_until_it_is_mended(link: Link, heard: list[bytes]) -> None:
    with client(link) as connection:
        connection.sendall(b"one")
        assert connection.recv(100) == b"one"
        link.mode = "cut"
        connection.sendall(b"two")
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(100)
        assert heard == [b"one"]
        link.mode = "open"
        connection.settimeout(30)
        assert connection.recv(100) == b"two"


def test_one_way_the_server_hears_and_the_client_does_not(link: Link, heard: list[bytes]) -> None:
    with client(link) as connection:
        link.mode = "one-way"  # nobody connects without hearing the answer
        connection.sendall(b"hello")
        wait_for(lambda: heard == [b"hello"], "it is heard")
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(100)
        link.mode = "open"
        connection.settimeout(30)
        assert connection.recv(100) == b"hello"


def test_who_took_connections_is_gone_when_the_way_is_closed() -> None:
    def taking() -> set[threading.Thread]:
        return {thread for thread in threading.enumerate() if thread.name == "proxy"}

    before = taking()
    with proxy(1):
        assert len(taking() - before) == 1
    assert not taking() - before


def test_the_end_of_one_side_is_told_to_the_other(link: Link) -> None:
    with client(link) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""


def test_a_way_leads_where_its_target_is_from_then_on(link: Link) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        link.target = other.getsockname()[1]
        with client(link) as connection:
            connection.sendall(b"hello")
            taken, _ = other.accept()
            with taken:
                assert taken.recv(100) == b"hello"


def test_changes_at_the_same_moment_leave_the_way_as_the_last_wanted_it(link: Link) -> None:
    def set_mode(number: int) -> None:
        link.mode = "cut" if number % 2 else "open"

    def set_target(_: int) -> None:
        link.target = link.target

    with ThreadPoolExecutor(4) as threads:
        changes = [
            threads.submit(change, n) for n in range(10) for change in (set_mode, set_target)
        ]
        for change in changes:
            change.result()
    link.mode = "open"
    with client(link) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"


def test_the_kernel_does_all_of_it_too() -> None:
    if not packets.possible():
        pytest.skip("network namespaces and a packet filter need root, Linux and iptables")
    lone = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    tests = ["-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(
        [*lone, sys.executable, *tests, "-k", "[kernel"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr
    assert "skipped" not in done.stdout
    assert "7 passed" in done.stdout


def test_no_rule_is_made_where_it_could_touch_the_machines_network() -> None:
    with pytest.raises(PermissionError):
        packets.Filter(0, 1)


@pytest.mark.parametrize("kind", ["cut network", "delay network", "one-way network"])
def test_a_fault_that_is_interrupted_leaves_the_way_open(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    way = SimpleNamespace(mode="open")
    modes: list[str] = []

    def interrupted(_: float) -> None:
        modes.append(way.mode)
        raise KeyboardInterrupt

    monkeypatch.setattr("scripts.histories.faults.time.sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        faults.inflict(cast("Stand", SimpleNamespace(links=[way])), Step(0, kind, 0))

    assert modes == [kind.removesuffix(" network")]
    assert way.mode == "open"
