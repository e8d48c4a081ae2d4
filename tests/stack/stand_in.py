"""Stands in for any server or worker that a foreign Procfile may name.

    NAME [ARGUMENT...]

It listens on the port that an argument names (`5000`, `:5000`, `0.0.0.0:5000`, `-p5000`), else on
$PORT if $LISTENS is set, else it only works, printing a line now and then. A file named `down`
beside it makes it fail at once. `GET /exit` ends it.
"""

import http.server
import os
import re
import sys
import time
from pathlib import Path


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"{Path(sys.argv[0]).name} {os.getpid()}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        if self.path == "/exit":
            os._exit(1)

    def log_message(self, *_: object) -> None:
        pass


def port() -> int | None:
    for argument in sys.argv[1:]:
        if match := re.search(r"(?:^|:|-p|=)(\d{4,5})/?$", argument):
            return int(match[1])
    return int(os.environ["PORT"]) if "LISTENS" in os.environ else None


def main() -> None:
    if Path(sys.argv[0]).with_name("down").exists():
        print("down on purpose")
        sys.exit(1)
    number = port()
    if number is not None:
        with http.server.ThreadingHTTPServer(("127.0.0.1", number), Handler) as server:
            print("listening", flush=True)
            server.serve_forever()
    while True:
        print("working", flush=True)
        time.sleep(0.2)


if __name__ == "__main__":
    main()
