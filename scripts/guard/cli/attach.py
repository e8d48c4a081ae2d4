"""`attach NAME`: your terminal on a service's, until Ctrl-]."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..attach.protocol import KEYS, LIMIT, PROTOCOL, ROWS_AND_COLUMNS, SIZE, frame
from ..config import settings
from ..core import hints
from ..core.errors import GuardError
from ..rundir import lock, trust
from ..terminal.modes import Modes
from ..terminal.private_modes import TerminalModes
from . import client

DETACH = b"\x1d"  # Ctrl-]
ANSWER_SECONDS = 5.0
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_HEAD_LIMIT = 64 * 1024


def attach(procfile: Path, env_files: Sequence[Path], name: str) -> int:
    """Connect this terminal to the service's until Ctrl-] or until the service has ended."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise GuardError(
            "attach needs a terminal to connect; here the input or the output is something else",
            f"{hints.command('logs', name)}   # to see what it writes",
        )
    config = client.load(procfile, env_files)
    with _connected(config, name) as (connection, begun), _raw_terminal():
        # Now, and not before: what is typed from here on reaches the service.
        sys.stdout.write(f"[{name}: Ctrl-] lets go]\r\n")
        sys.stdout.flush()
        detached = _Session(connection).run(begun)
    sys.stdout.write(f"\n[{name}: {'let go' if detached else 'ended'}]\n")
    return 0


@contextlib.contextmanager
def _connected(config: settings.Settings, name: str) -> Iterator[tuple[socket.socket, bytes]]:
    """Give the connection, switched to our protocol, and what came on it already."""
    if lock.owner(config.directory) is None:
        raise GuardError(f"no guard runs in {config.root}", hints.start())
    request = (
        f"POST /api/services/{name}/attach HTTP/1.1\r\nHost: localhost:{config.guard_port}\r\n"
        f"X-Guard-Token: {client.token(config.token_file)}\r\nContent-Length: 0\r\n"
        f"Connection: Upgrade\r\nUpgrade: {PROTOCOL}\r\n\r\n"
    )
    try:
        address = ("127.0.0.1", config.guard_port)
        with socket.create_connection(address, timeout=ANSWER_SECONDS) as connection:
            trust.require_our_listener(config.directory, config.guard_port)
            connection.sendall(request.encode())
            head, rest = _head(connection)
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                raise _refusal(connection, rest)
            connection.settimeout(None)
            yield connection, rest
    except OSError as error:
        raise GuardError(
            f"the guard does not answer on port {config.guard_port} ({error})",
            hints.command("status"),
        ) from error


def _head(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data and len(data) < _HEAD_LIMIT:
        chunk = connection.recv(4096)
        if not chunk:
            break
        data += chunk
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _refusal(connection: socket.socket, body: bytes) -> GuardError:
    while chunk := connection.recv(4096):
        body += chunk
    with contextlib.suppress(ValueError, KeyError, TypeError):
        answer = json.loads(body)
        return GuardError(answer["detail"], answer.get("fix", hints.command("status")))
    return GuardError(
        "the guard does not know how to attach",
        f"restart it: {hints.command('stop')}; {hints.start()}",
    )


@contextlib.contextmanager
def _raw_terminal() -> Iterator[None]:
    """Every key goes to the service as it is, Ctrl-C too; afterwards all is as it was."""
    modes = Modes(0)
    handlers = {number: signal.signal(number, _end) for number in ENDING}
    try:
        modes.give_raw_keys()
        yield
    finally:
        for number in ENDING:  # a second one must not stop this
            signal.signal(number, signal.SIG_IGN)
        modes.put_back(discard=True)
        modes.close()
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)  # as shells tell it


class _Session:
    """What is typed goes there, what is written comes here."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._modes = TerminalModes()

    def run(self, begun: bytes) -> bool:
        """Return whether the user let go (True) or the guard did."""
        before = signal.signal(signal.SIGWINCH, lambda *_: self._send_size())
        try:
            self._show(begun)
            self._send_size()
            with selectors.DefaultSelector() as selector:
                selector.register(0, selectors.EVENT_READ)
                selector.register(self._connection, selectors.EVENT_READ)
                while True:
                    for key, _ in selector.select():
                        if key.fd == 0:
                            if not self._type():
                                return True
                        elif not self._print():
                            return False
        finally:
            signal.signal(signal.SIGWINCH, before)
            with contextlib.suppress(OSError):
                _write(self._modes.undo())

    def _type(self) -> bool:
        """Send what was typed; False once that was Ctrl-]."""
        typed = os.read(0, LIMIT)
        before, detach, _ = typed.partition(DETACH)
        if before:
            self._connection.sendall(frame(KEYS, before))
        return bool(typed) and not detach

    def _print(self) -> bool:
        data = self._connection.recv(LIMIT)
        self._show(data)
        return bool(data)

    def _show(self, data: bytes) -> None:
        self._modes.see(data)
        # The service's terminal leaves line ends alone, and this one is raw: nobody else returns.
        _write(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def _send_size(self) -> None:
        size = os.get_terminal_size(0)
        self._connection.sendall(frame(SIZE, ROWS_AND_COLUMNS.pack(size.lines, size.columns)))


def _write(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest) :]
