"""Serve the files of a folder, with ranges: ``source.py FOLDER PORT BYTES_PER_SECOND``.

0 bytes a second means as fast as the kernel can (sendfile), so that the source is never what is
measured.
"""

import contextlib
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

STEP_SECONDS = 0.1


class Source(BaseHTTPRequestHandler):
    """Answers for one file after another, on connections that stay open."""

    protocol_version = "HTTP/1.1"
    folder = Path()
    rate = 0

    def do_HEAD(self) -> None:
        """Tell size and type."""
        self._begin()

    def do_GET(self) -> None:
        """Send the file, or the part that was asked for."""
        file, first, count = self._begin()
        with contextlib.suppress(ConnectionError), file.open("rb") as stream:
            step = int(self.rate * STEP_SECONDS) or count
            for place in range(first, first + count, step):
                self.connection.sendfile(stream, place, min(step, first + count - place))
                if self.rate:
                    time.sleep(STEP_SECONDS)

    def _begin(self) -> tuple[Path, int, int]:
        file = self.folder / Path(self.path.partition("?")[0]).name
        size = file.stat().st_size
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(wanted[1]) if wanted else 0
        last = int(wanted[2]) if wanted and wanted[2] else size - 1
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Accept-Ranges", "bytes")
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        return file, first, last - first + 1

    def log_message(self, *_: object) -> None:
        """Be silent: what is measured is not the printing of requests."""


def main() -> None:
    """Serve until killed."""
    Source.folder, Source.rate = Path(sys.argv[1]), int(sys.argv[3])
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Source).serve_forever()


if __name__ == "__main__":
    main()
