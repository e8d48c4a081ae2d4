"""One blocking HTTP request to a server of this machine; a proxy is never asked.

For the commands and the doctor: both have to tell a server that is not there from one that is
silent. Python's own client would be half of what `status` takes: it loads TLS, and what reads mail.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from typing import NamedTuple

ANSWER_BYTES = 64 * 1024 * 1024  # of an answer that are read at the most
HEAD_BYTES = 64 * 1024  # of its headers
_CHUNK = 64 * 1024
_SERVER_ERROR = 500
_END = b"\r\n\r\n"


class Answer(NamedTuple):
    """What came of an HTTP request."""

    connected: bool
    status: int | None = None
    """None where there was no answer, or none that is HTTP."""
    standby: str | None = None
    """The state of the service, where the guard answered in its place."""
    body: bytes = b""
    silent: bool = False
    """Connected, and then nothing came in time."""
    error: str = ""
    """Why there was no answer."""

    @property
    def well(self) -> bool:
        """Whether the server itself answered, and not with an error of its own."""
        ours = self.status is not None and self.status < _SERVER_ERROR
        return ours and self.standby is None


def ask(
    host: str,
    port: int,
    path: str,
    timeout: float,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    vet: Callable[[], None] = lambda: None,
) -> Answer:
    """Make one HTTP request. `timeout` is in seconds, for each time that something is awaited.

    `vet` is called once there is a connection, before anything is sent; raises what it raises, and
    nothing else.
    """
    try:
        connection = socket.create_connection((host, port), timeout)
    except OSError as error:
        silent = isinstance(error, TimeoutError)
        return Answer(connected=False, silent=silent, error=str(error))
    sent = {"Host": f"localhost:{port}", "Accept": "*/*", "Content-Length": "0", **(headers or {})}
    if method == "GET":
        del sent["Content-Length"]
    # 1.0: what comes after the headers is the body and nothing but the body, to the end.
    lines = [f"{method} {path} HTTP/1.0", *(f"{name}: {value}" for name, value in sent.items())]
    with connection:
        try:
            vet()
            connection.sendall("\r\n".join(lines).encode("utf-8", "surrogateescape") + _END)
            return _answer(connection)
        except TimeoutError as error:
            return Answer(connected=True, silent=True, error=str(error))
        except OSError as error:
            return Answer(connected=True, error=str(error) or type(error).__name__)


def _answer(connection: socket.socket) -> Answer:
    """Read it; raises `OSError`."""
    read = b""
    while _END not in read and len(read) < HEAD_BYTES and (chunk := connection.recv(_CHUNK)):
        read += chunk
    head, _, body = read.partition(_END)
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    if not (version.startswith("HTTP/") and rest[:3].isdigit()):
        told = f"it said {first[:80]!r}" if read else "it closed the connection"
        return Answer(connected=True, error=told)
    fields = [line.partition(":") for line in lines]
    told_of = {name.lower(): value.strip() for name, _, value in fields}
    length = told_of.get("content-length", "")
    wanted = min(int(length), ANSWER_BYTES) if length.isdigit() else ANSWER_BYTES
    parts, left = [body], wanted - len(body)
    while left > 0 and (chunk := connection.recv(min(_CHUNK, left))):
        parts.append(chunk)
        left -= len(chunk)
    if left > 0 and length.isdigit():
        return Answer(connected=True, error=f"it closed the connection {left} bytes too early")
    standby = told_of.get("x-guard-standby")
    whole = b"".join(parts)[:wanted]
    return Answer(connected=True, status=int(rest[:3]), standby=standby, body=whole)
