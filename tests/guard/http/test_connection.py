"""Whatever a client sends, it is answered, and nothing of it troubles the guard."""

import asyncio
import errno
import socket
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest

from scripts.guard.http import connection, messages
from scripts.guard.http.admission import Admission, of_served
from scripts.guard.http.listener import Listener
from scripts.guard.http.messages import Request, Response
from scripts.guard.net import accept_queue
from scripts.guard.net.bind import hold
from tests.conftest import FreePort
from tests.stack.harness import until

MEGABYTES = 20 * 2**20


class Served:
    """A listener on a loop of its own, and what it complained of."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.complaints: list[dict[str, Any]] = []

    def send(self, *parts: bytes) -> bytes:
        """Send a request and return all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            for part in parts:
                client.sendall(part)
            return b"".join(iter(lambda: client.recv(65536), b""))


class Counting(Admission):
    """Knows how many have been let in."""

    count = 0

    def enter(self, uid: int | None) -> bool:
        self.count += 1
        return super().enter(uid)


async def lines() -> AsyncGenerator[bytes, None]:
    for number in range(3):
        yield b"%d\n" % number
        await asyncio.sleep(0.05)


async def down(request: Request) -> Response:
    if request.path == "/bug":
        raise KeyError("a bug")
    if request.path == "/stream":
        return Response(200, "text/plain", stream=lines())
    if request.path == "/large":
        return Response(503, "text/plain", b"x" * MEGABYTES)
    return messages.problem(503, "Down", f"{request.method} {request.path}")


@contextmanager
def serving(port: int) -> Iterator[Served]:
    served, loop = Served(port), asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: served.complaints.append(context))
    with socket.create_server(("127.0.0.1", port)) as sock, closing(loop):
        over = asyncio.Event()
        thread = threading.Thread(target=loop.run_until_complete, args=(_serve(sock, over),))
        thread.start()
        try:
            yield served
        finally:
            loop.call_soon_threadsafe(over.set)
            thread.join()


async def _serve(sock: socket.socket, over: asyncio.Event) -> None:
    listener = Listener(sock, down, of_served(1024))
    listener.accept()
    await over.wait()
    await listener.close()


@pytest.fixture
def served(free_port: FreePort) -> Iterator[Served]:
    with serving(free_port()) as running:
        yield running
        complained = [str(context["exception"]) for context in running.complaints]
        assert complained in ([], ["'a bug'"])


def test_head_is_answered_without_a_body(served: Served) -> None:
    answer = served.send(b"HEAD /page HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"content-length" in head.lower()
    assert body == b""


@pytest.mark.parametrize("size", [10, 100_000, MEGABYTES])
def test_who_sends_a_body_reads_the_answer(served: Served, size: int) -> None:
    head = f"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n"
    assert served.send(head.encode(), b"x" * size).startswith(b"HTTP/1.1 503 ")


def test_who_sends_while_a_large_answer_waits_reads_it(served: Served) -> None:
    head = f"POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: {MEGABYTES}\r\n\r\n"
    assert len(served.send(head.encode(), b"x" * MEGABYTES)) > MEGABYTES


NO_HTTP = {
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"400",
    ),
    "endless headers": (b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"x" * MEGABYTES, b"431"),
    "something else": (b"no HTTP at all\r\n\r\n" + b"x" * MEGABYTES, b"400"),
    "a body that is none": (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno\r\n",
        b"503",
    ),
}


@pytest.mark.parametrize("name", NO_HTTP)
def test_who_sends_what_is_no_http_reads_the_answer_too(served: Served, name: str) -> None:
    sent, status = NO_HTTP[name]
    assert served.send(sent).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    "said", [b"\x16\x03\x01\x00\x05hello", b"*1\r\n$4\r\nPING\r\n", b"\0\0\0\x08\x04\xd2\x16/"]
)
def test_who_speaks_another_protocol_is_not_answered_in_ours(served: Served, said: bytes) -> None:
    assert served.send(said) == b""


def test_a_stream_goes_on_whatever_else_the_client_sends(served: Served) -> None:
    head = b"GET /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as client:
        client.sendall(head)
        answer = client.recv(65536)  # it has been asked for, and nothing more has come
        client.sendall(b"some more")
        answer += b"".join(iter(lambda: client.recv(65536), b""))
    assert b"2\n" in answer


def test_who_asks_whether_to_send_its_body_is_told_at_once(served: Served) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    assert served.send(head).startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize("target", [b"//[", b"http://["])
def test_a_target_that_is_none_is_a_bad_request(served: Served, target: bytes) -> None:
    answer = served.send(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_bug_is_told_to_who_asked_and_to_the_user(served: Served) -> None:
    answer = served.send(b"GET /bug HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert [context["message"] for context in served.complaints] == ["GET /bug"]


def test_who_is_too_slow_is_told_so(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REQUEST_TIMEOUT", 0.05)
    assert served.send(b"GET / HT").startswith(b"HTTP/1.1 408 ")


def test_who_never_asks_for_anything_is_told_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REQUEST_TIMEOUT", 0.05)
    assert served.send() == b""


def test_out_of_descriptors_nobody_is_asked_for_over_and_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full:
        """A socket that has somebody waiting and can let nobody in."""

        asked = 0

        def __init__(self, descriptor: int) -> None:
            self.fileno: Callable[[], int] = lambda: descriptor

        def accept(self) -> None:
            self.asked += 1
            raise OSError(errno.EMFILE, "Too many open files")

    async def look(sock: Full) -> None:
        listener = Listener(sock, down, of_served(1024))  # type: ignore[arg-type]
        listener.accept()
        for _ in range(100):
            await asyncio.sleep(0)
        assert sock.asked == 1
        monkeypatch.setattr(sock, "accept", BlockingIOError)
        await listener.close()

    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.send(b"x")  # ours can be read all the time
        asyncio.run(look(Full(ours.fileno())))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps them back")
def test_who_says_nothing_is_not_let_in_and_nobody_waits_behind_them(free_port: FreePort) -> None:
    port = free_port()
    admission = Counting(512)
    request = b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n"

    def come(visitors: ExitStack) -> socket.socket:
        address = ("127.0.0.1", port)
        return visitors.enter_context(socket.create_connection(address, timeout=60))

    async def run(visitors: ExitStack) -> None:
        sock = visitors.enter_context(hold(port))
        listener = Listener(sock, down, admission, kept_back=True)
        listener.accept()
        silent = [come(visitors) for _ in range(20)]
        answer = await asyncio.to_thread(Served(port).send, request)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert admission.count == 1
        silent[0].sendall(request)
        assert await asyncio.to_thread(silent[0].recv, 12) == b"HTTP/1.1 503"
        assert admission.count == 2
        listener.ignore()
        come(visitors)  # for whoever serves now; a server may have to speak first
        until(lambda: accept_queue.length(sock), "it is queued")
        await listener.close()

    with ExitStack() as visitors:
        asyncio.run(run(visitors))
