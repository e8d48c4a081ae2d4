"""Backends that misbehave at will, under one name that a small name server resolves to all."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = "backend"


class Upstream:
    """An HTTP server on an address of its own: it answers, refuses to work, or hangs."""

    def __init__(self, address: str, port: int, manner: str) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _handle(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.asked.append((self.command, self.path, dict(self.headers.items())))
                if manner == "hangs":
                    outer.released.wait(60)
                    return
                body = address.encode()
                self.send_response(503 if manner == "cannot work" else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = _handle  # noqa: N815 - the library's names

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self.server = ThreadingHTTPServer((address, port), Handler)
        self.server.daemon_threads = True


@contextmanager
def answering(port: int, *manners: str) -> Iterator[list[Upstream]]:
    """Backends on 127.0.0.1, 127.0.0.2, ..., one for each manner; "away" has no server."""
    with ExitStack() as stack:
        made: list[Upstream] = []
        for number, manner in enumerate(manners, 1):
            if manner == "away":
                continue
            upstream = Upstream(f"127.0.0.{number}", port, manner)
            threading.Thread(target=upstream.server.serve_forever, daemon=True).start()
            stack.callback(upstream.server.server_close)
            stack.callback(upstream.server.shutdown)
            stack.callback(upstream.released.set)
            made.append(upstream)
        yield made


@contextmanager
def naming(port: int, count: int) -> Iterator[str]:
    """A name server (RFC 1035): every A question is answered by 127.0.0.1 to 127.0.0.`count`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", port))
        server.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    question, client = server.recvfrom(512)
                except TimeoutError:
                    continue
                server.sendto(_answer(question, count), client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            over.set()
            thread.join()


def _answer(question: bytes, count: int) -> bytes:
    end = question.index(b"\0", 12) + 5  # after the name, its type and its class
    is_a = question[end - 4 : end - 2] == b"\0\1"
    answers = [
        struct.pack("!HHHLH4B", 0xC00C, 1, 1, 1, 4, 127, 0, 0, number)
        for number in range(1, count + 1)
    ]
    given = answers if is_a else []
    head = question[:2] + struct.pack("!HHHHH", 0x8180, 1, len(given), 0, 0)
    return head + question[12:end] + b"".join(given)
