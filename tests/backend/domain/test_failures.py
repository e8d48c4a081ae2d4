"""Errors by their cause, with the advice that helps: whether they come as types or as text."""

from __future__ import annotations

import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from domain.failures import classify
from scripts.docs.downloads import download_failures

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
