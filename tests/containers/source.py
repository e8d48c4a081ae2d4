"""A site for containers: `python source.py PORT FILE`, with ranges, as slow as ?rate= says."""

import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BLOCK = 16_384
PORT, BODY = int(sys.argv[1]), Path(sys.argv[2]).read_bytes()


class Handler(BaseHTTPRequestHandler):
    """The same bytes under every path."""

    def _answer(self) -> None:
        asked = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2] or len(BODY) - 1), len(BODY) - 1) if asked else len(BODY) - 1
        self.send_response(206 if asked else 200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last - first + 1))
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(BODY)}")
        self.end_headers()
        if self.command == "GET":
            self._send(BODY[first : last + 1])

    def _send(self, body: bytes) -> None:
        rate = re.search(r"rate=(\d+)", self.path)
        for start in range(0, len(body), BLOCK):
            self.wfile.write(body[start : start + BLOCK])
            time.sleep(BLOCK / int(rate[1]) if rate else 0)

    do_GET = do_HEAD = _answer  # noqa: N815 - the library's names


if __name__ == "__main__":
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()
