"""What libpq says of a PostgreSQL that answers, and refuses."""

import socket
import struct
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guard.diagnosis.dying import run

ENCRYPTION = {80877103, 80877104}  # what a client asks first


class Refusing:
    """A server that refuses whoever connects, in PostgreSQL's protocol and words."""

    def __init__(self, words: str) -> None:
        fields = ("SFATAL", "VFATAL", "C28P01", f"M{words}", "")
        message = "".join(f"{field}\0" for field in fields).encode()
        self._message = b"E" + struct.pack("!I", len(message) + 4) + message
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                while self._asks_for_encryption(connection):
                    connection.sendall(b"N")
                connection.sendall(self._message)

    def _asks_for_encryption(self, connection: socket.socket) -> bool:
        length, code = struct.unpack("!II", connection.recv(8, socket.MSG_WAITALL))
        connection.recv(length - 8, socket.MSG_WAITALL)
        return code in ENCRYPTION


@pytest.fixture
def refusing(request: pytest.FixtureRequest) -> Iterator[Refusing]:
    server = Refusing(request.param)
    yield server
    server.close()


@pytest.mark.parametrize(
    ("refusing", "kind", "transient"),
    [
        ('password authentication failed for user "app"', "config-error", False),
        ('database "shop" does not exist', "config-error", False),
        ("the database system is starting up", "dependency-down", True),
        ("sorry, too many clients already", "dependency-down", True),
    ],
    indirect=["refusing"],
)
def test_a_database_that_refuses_is_told_in_its_own_words(
    refusing: Refusing,
    kind: str,
    tmp_path: Path,
    *,
    transient: bool,
    request: pytest.FixtureRequest,
) -> None:
    words = request.node.callspec.params["refusing"]
    (tmp_path / "main.py").write_text(
        f"import psycopg\npsycopg.connect('postgresql://app@127.0.0.1:{refusing.port}/shop')\n"
    )

    cause = run(tmp_path, f"exec {sys.executable} main.py")

    assert (cause.kind, cause.transient) == (kind, transient)
    assert words in cause.sentence
    assert f"port {refusing.port}" in cause.sentence
    assert "nothing answers" not in cause.sentence
