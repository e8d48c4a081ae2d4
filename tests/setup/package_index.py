"""A package index for tests: a real server with a few pages."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Handler(BaseHTTPRequestHandler):
    """Serves `pages`; to those who know `login`, if there is one."""

    def __init__(self, pages: dict[str, bytes], login: str | None, *args: object) -> None:
        self.pages, self.login = pages, login
        super().__init__(*args)  # type: ignore[arg-type] # request, client and server, as given

    def do_GET(self) -> None:
        known = self.login and f"Basic {b64encode(self.login.encode()).decode()}"
        status = 200 if self.path in self.pages else 404
        self.send_response(401 if self.headers.get("Authorization") != known else status)
        kind = "text/html" if self.path.endswith("/") else "application/octet-stream"
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(self.pages.get(self.path, b""))

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(pages: dict[str, bytes], login: str | None = None) -> Iterator[str]:
    """The address of an index with these pages, for a while."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, pages, login)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
