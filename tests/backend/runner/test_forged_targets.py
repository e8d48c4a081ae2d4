"""F30: a link that leads to loopback, private or metadata addresses, in whatever way."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.backend.api_process import Api

SEGMENTS = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n"


class Forger(http.server.BaseHTTPRequestHandler):
    """On the allowed address it sends people to the forbidden one, which counts who comes."""

    forbidden = ""

    def do_GET(self) -> None:
        targets = {"/redirect.mp4": self.forbidden, "/metadata.mp4": "http://169.254.169.254/x"}
        if self.path in targets:
            self.send_response(302)
            self.send_header("Location", targets[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body, kind = {
            "/private.m3u8": (SEGMENTS.format(self.forbidden), "application/vnd.apple.mpegurl"),
            "/file.m3u8": (SEGMENTS.format("file:///etc/passwd"), "application/vnd.apple.mpegurl"),
            "/page.html": (f'<title>x</title><video src="{self.forbidden}">', "text/html"),
        }[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it
        """Say nothing."""


@pytest.fixture(scope="module")
def forger() -> Iterator[tuple[str, list[str]]]:
    """The allowed server's address, and who came to the forbidden one."""
    came: list[str] = []

    class Forbidden(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append(self.path)
            self.send_error(500)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    forbidden = http.server.ThreadingHTTPServer(("127.0.0.2", 0), Forbidden)
    Forger.forbidden = f"http://127.0.0.2:{forbidden.server_address[1]}/secret.mp4"
    allowed = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forger)
    threads = [threading.Thread(target=s.serve_forever, args=(0.05,)) for s in (forbidden, allowed)]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{allowed.server_address[1]}", came
    for server, thread in zip((forbidden, allowed), threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.fault(row="F30")
@pytest.mark.parametrize(
    "path", ["/redirect.mp4", "/metadata.mp4", "/private.m3u8", "/file.m3u8", "/page.html"]
)
def test_a_download_never_reaches_it(
    shared_api: Api, forger: tuple[str, list[str]], path: str
) -> None:
    base, came = forger

    download = shared_api.wait(shared_api.add(base + path), "failed", "done")

    assert download["state"] == "failed"
    assert download["attempt"] == 1
    assert came == []


@pytest.mark.fault(row="F30")
@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "[::1]", "2130706434", "0x7f000002"])
def test_no_spelling_of_an_address_reaches_it(
    shared_api: Api, forger: tuple[str, list[str]], host: str
) -> None:
    url = Forger.forbidden.replace("127.0.0.2", host)
    if host == "localhost":  # a name that resolves to it: allowed is the address, not its port 9
        url = "http://ip6-localhost:9/x.mp4"

    answer = shared_api.client.post("/api/previews", json={"url": url})

    assert answer.status_code == 422
    assert forger[1] == []


@pytest.mark.fault(row="F30")
def test_a_video_that_is_a_playlist_reads_no_file_of_ours(
    shared_api: Api, media_folder: Path, tmp_path: Path
) -> None:
    from tests.media_source import serve_media

    secret = tmp_path / "secret.ts"
    secret.write_bytes(b"SECRET" * 1000)
    (media_folder / "trap.mp4").write_text(SEGMENTS.format(f"file://{secret}"))
    with serve_media(media_folder) as media:
        item = shared_api.add(f"{media.base}/trap.mp4", format="mkv")
        download = shared_api.wait(item, "failed", "done")

        if download["state"] == "done":
            assert b"SECRET" not in shared_api.bytes_of(item)
