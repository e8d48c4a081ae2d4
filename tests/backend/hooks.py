"""A receiver of notifications on loopback: it keeps what comes, and answers as it is told."""

from __future__ import annotations

import contextlib
import http.server
import json
import ssl
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Post:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass
class Hooks:
    """What has come, and how each path is answered: 204 unless it is said otherwise."""

    base: str = ""
    posts: list[Post] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with each answer."""
    silent: set[str] = field(default_factory=set)
    """Paths that are not answered, until `speak` is set."""
    speak: threading.Event = field(default_factory=threading.Event)

    def at(self, path: str) -> list[Post]:
        return [post for post in list(self.posts) if post.path == path]

    def types(self, path: str) -> Counter[str]:
        """How often each event has come, what came twice counted once."""
        return Counter({post.id: post.json["type"] for post in self.at(path)}.values())


@contextlib.contextmanager
def listening(tls: ssl.SSLContext | None = None) -> Iterator[Hooks]:
    hooks = Hooks()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hooks.posts.append(Post(self.path, headers, self.rfile.read(length).decode()))
            if self.path in hooks.silent:
                hooks.speak.wait(60)
            with contextlib.suppress(ConnectionError):
                self.send_response(hooks.answers.get(self.path, 204))
                for name, value in hooks.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        hooks.base = f"http{'s' * bool(tls)}://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield hooks
        hooks.speak.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    with listening() as started:
        yield started
