"""Errors by their cause, with the advice that helps: whether they come as types or as text."""

from __future__ import annotations

import io
import ssl
import subprocess
import threading
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from yt_dlp.networking import Response
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import DownloadError as YtDlpError
from yt_dlp.utils import ExtractorError, UnsupportedError

from domain.failures import classify
from domain.ids import seconds_until
from domain.retry_after import MOST_SECONDS, seconds_asked
from scripts.docs.downloads import download_failures
from work import retries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.backend.api_process import Api

TEXTS = {
    "[download] Got error: HTTP Error 503: Service Unavailable. Giving up after 2 retries": (
        ("server-error", True)
    ),
    "[download] Got error: HTTP Error 429: Too Many Requests. Giving up after 2 retries": (
        ("rate-limited", True)
    ),
    "[download] Got error: HTTP Error 404: Not Found. Giving up after 2 retries": (
        ("piece-missing", False)
    ),
    "[download] Got error: 76736 bytes read. Giving up after 2 retries": ("broken-off", True),
    "[download] Got error: 5 bytes read, 9 more expected. Giving up after 2 retries": (
        ("broken-off", True)
    ),
    "[download] Got error: The read operation timed out. Giving up after 2 retries": (
        ("connection", True)
    ),
    "ERROR: fragment 3 not found, unable to continue": ("broken-off", True),
    "ERROR: The downloaded file is empty": ("broken-off", True),
    "HTTP Error 403: Forbidden": ("forbidden", False),
    "HTTP Error 302: Found (redirect loop detected)": ("redirect-loop", False),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.items())
def test_errors_that_come_as_text_are_known_like_those_of_a_file(
    text: str, expected: tuple[str, bool]
) -> None:
    failure = classify(Exception(text))

    assert (failure.kind, failure.transient) == expected


TIMED_OUT = "HTTPSConnectionPool(host='accounts.test', port=443): Read timed out. (read timeout=20)"
NAMED = [
    ("account", "Unable to download webpage", TransportError(TIMED_OUT), "connection"),
    ("log in", "Unable to download JSON metadata", TransportError(TIMED_OUT), "connection"),
    ("certificate", "Unable to extract title", None, "unexpected"),
    ("no media", "Private video. Sign in to see it", None, "login-needed"),
]
"""How a site calls a medium, what yt-dlp says of it, and what that means."""


@pytest.mark.parametrize(("name", "said", "cause", "kind"), NAMED)
def test_the_name_of_a_medium_is_no_reason(
    name: str, said: str, cause: TransportError | None, kind: str
) -> None:
    raised = ExtractorError(said, expected=True, cause=cause, video_id=name, ie="generic")
    told = YtDlpError(f"ERROR: {raised}", (type(raised), raised, None))

    assert classify(told).kind == kind


@pytest.mark.parametrize("page", ["certificate", "login", "redirect-loop", "drm", "timed-out"])
def test_nor_is_its_address(page: str) -> None:
    assert classify(UnsupportedError(f"https://example.org/{page}")).kind == "unsupported"


SITES_SAY = {
    "This video is no longer available because the YouTube account associated with this video has "
    "been terminated.": "gone",
    "Video unavailable. This video has been removed by the uploader": "gone",
    "The uploader has not made this video available in your country": "geo-blocked",
    "This video is not available from your location due to geo restriction": "geo-blocked",
    "Log in to your account to see it": "login-needed",
}


@pytest.mark.parametrize(("said", "kind"), SITES_SAY.items())
def test_what_sites_say_in_words(said: str, kind: str) -> None:
    assert classify(ExtractorError(said, expected=True, video_id="x", ie="Site")).kind == kind


def refused(status: int, **headers: str) -> HTTPError:
    """An answer as yt-dlp raises it."""
    return HTTPError(Response(io.BytesIO(), "https://example.org/", headers, status))


@pytest.mark.parametrize("status", [429, 503])
def test_a_site_that_says_how_long_to_wait_is_believed(status: int) -> None:
    failure = classify(refused(status, **{"Retry-After": "240"}))
    row = {"file_name": None}

    later = retries.after(failure, row, 1, ())
    soon = retries.after(classify(refused(status)), row, 1, ())

    assert seconds_until(later["not_before"]) == pytest.approx(240, abs=60)
    assert seconds_until(soon["not_before"]) < 60
    assert later["attempt"] == soon["attempt"] == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("7", 7),
        ("99999999999", MOST_SECONDS),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 21 Oct 2999 07:28:00 GMT", MOST_SECONDS),
        ("Wed, 21 Oct 2999 07:28:00 -0000", MOST_SECONDS),
        ("Wed, 99 Oct 2999 99:28:00 GMT", 0),
    ],
)
def test_how_long_a_server_asks_to_be_left_alone(header: str | None, seconds: float) -> None:
    assert seconds_asked(header) == seconds


def test_a_date_is_read_in_its_own_time_zone() -> None:
    in_two_minutes = datetime.now(timezone(timedelta(hours=-7))) + timedelta(minutes=2)

    assert seconds_asked(format_datetime(in_two_minutes)) == pytest.approx(120, abs=30)


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[str]:
    """The address of a server whose certificate nobody vouches for."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}/clip.mp4"
        server.shutdown()
        thread.join()


def test_a_certificate_that_nobody_vouches_for_is_named(shared_api: Api, self_signed: str) -> None:
    failed = shared_api.wait(shared_api.add(self_signed), "failed")

    assert failed["error"] == download_failures()["certificate"].as_error() | {"values": {}}
    assert "certificate" in failed["error"]["sentence"]
