"""The network between a backend and its database, made worse by the kernel's own packet filter.

What is lost here is lost as on a wire: both sides send again, wait and give up as TCP does. It
needs root, and a network namespace of its own, so that no rule touches the machine's network.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence

import psutil

from scripts.histories.proxy import Link, Mode

PORT = 5432
LOST: dict[Mode, Sequence[str]] = {"cut": (), "one-way": ("--ctdir", "REPLY")}
"""Which packets of a connection: all, or what the database says."""


def inside() -> bool:
    """Whether nothing but loopback can be reached from here: no rule can harm anybody."""
    return os.geteuid() == 0 and {n for n, s in psutil.net_if_stats().items() if s.isup} == {"lo"}


def possible() -> bool:
    """Whether it can get one, with a packet filter that follows connections."""
    if sys.platform != "linux" or os.geteuid() or not shutil.which("iptables"):
        return False
    follow = "iptables -w -t nat -L && iptables -w -A INPUT -m conntrack --ctdir REPLY"
    return not _run("unshare", "--net", "sh", "-c", f"ip link set lo up && {follow}", check=False)


def enter(module: str, arguments: Sequence[str]) -> None:
    """Begin this program anew in a network namespace that nobody else is in; does not return."""
    run = 'ip link set lo up && exec "$@"'
    command = ["unshare", "--net", "sh", "-c", run, "sh", sys.executable, "-m", module, *arguments]
    os.execvp(command[0], command)  # noqa: S606 - nothing in it is for a shell


class Filter:
    """Leads an address of loopback to `target`, a port of this machine that may change."""

    port = PORT

    def __init__(self, number: int, target: int) -> None:
        if not inside():
            raise PermissionError("packets are lost in a network namespace only: see enter()")
        self.host = f"127.0.0.{11 + number}"
        self._mode: Mode = "open"
        self._target = target
        self._lock = threading.Lock()
        self._rules("-A")

    @property
    def target(self) -> int:
        """The port that connections from now on are led to."""
        return self._target

    @target.setter
    def target(self, port: int) -> None:
        with self._changing():
            self._target = port

    @property
    def mode(self) -> Mode:
        """What gets through."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        with self._changing():
            self._mode = mode

    def close(self) -> None:
        """Let everything through, and lead nothing any more."""
        with self._lock:
            self._rules("-D")

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Replace the rules: faults overlap, and rules are found again by what they say."""
        with self._lock:
            self._rules("-D")
            yield
            self._rules("-A")

    def _rules(self, change: str) -> None:
        to = ("-d", self.host, "-p", "tcp", "--dport", str(PORT))
        there = ("-j", "DNAT", "--to-destination", f"127.0.0.1:{self._target}")
        _run("iptables", "-w", "-t", "nat", change, "OUTPUT", *to, *there)
        if self._mode in LOST:
            ours = ("-m", "conntrack", "--ctorigdst", self.host, *LOST[self._mode])
            _run("iptables", "-w", change, "INPUT", *ours, "-j", "DROP")


@contextlib.contextmanager
def filtering(number: int, target: int) -> Iterator[Link]:
    """A way to the database for the length of the block."""
    opened = Filter(number, target)
    try:
        yield opened
    finally:
        opened.close()


def _run(*command: str, check: bool = True) -> int:
    return subprocess.run(command, check=check, capture_output=True).returncode
