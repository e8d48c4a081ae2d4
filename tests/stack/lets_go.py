"""A server that closes its port once ``/let-go`` is asked for, and runs on; and who takes that.

python lets_go.py PORT
"""

from __future__ import annotations

import contextlib
import shlex
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

FILE = shlex.quote(__file__)
"""This program, for a line of a Procfile."""


class Handler(BaseHTTPRequestHandler):
    """Says yes to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        if self.path == "/let-go":
            threading.Thread(target=self.server.shutdown).start()


def taken(port: int) -> socket.socket | None:
    """Listen there, as a stranger does; None while another does."""
    with contextlib.suppress(OSError):
        return socket.create_server(("127.0.0.1", port))
    return None


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    server.serve_forever()
    server.server_close()
    time.sleep(1000)
