"""What becomes of the answers that yt-dlp gets."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING

import pytest
from yt_dlp.networking.exceptions import HTTPError, RequestError

from runner import downloader as module
from runner.downloader import Downloader

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTH = 100_000


@pytest.fixture
def refusing() -> Iterator[str]:
    """The address of a server that refuses everything, at length."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(403)
            self.send_header("Content-Length", str(LENGTH))
            self.end_headers()
            self.wfile.write(b"x" * LENGTH)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def test_a_medium_that_is_refused_leaves_no_connection_open(refusing: str) -> None:
    with pytest.raises(HTTPError) as refused:
        Downloader({"quiet": True}).urlopen_medium(refusing)
    assert refused.value.status == 403
    assert refused.value.response.closed


def test_what_is_said_with_a_refused_page_can_be_read_and_is_bounded(
    refusing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloader = Downloader({"quiet": True})
    with pytest.raises(HTTPError) as refused:
        downloader.urlopen(refusing)
    assert len(refused.value.response.read()) == LENGTH

    monkeypatch.setattr(module, "MAX_PAGE_BYTES", LENGTH - 1)
    with pytest.raises(HTTPError) as refused:
        downloader.urlopen(refusing)
    with pytest.raises(RequestError, match="page-too-large"), refused.value.response as answer:
        answer.read()
