"""A web server as small as Python has them, on the guard's socket if there is one."""

import os
import signal
import socket
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Api(BaseHTTPRequestHandler):
    """Answers everything with its pid, and logs nothing."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        body = b"%d\n" % os.getpid()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be silent: what is measured is not the printing of requests."""


def main() -> None:
    """Serve until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    held = os.environ.get("API_FD")
    server = HTTPServer(("127.0.0.1", int(os.environ["API_PORT"])), Api, bind_and_activate=not held)
    if held:
        server.socket.close()
        server.socket = socket.socket(fileno=int(held))
    server.serve_forever()


if __name__ == "__main__":
    main()
