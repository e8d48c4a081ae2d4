"""A job's first request finds the certificates read; any other has a context of its own."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
from yt_dlp import YoutubeDL
from yt_dlp.networking import common

from runner import tls

pytestmark = pytest.mark.long


def test_the_first_who_asks_as_usual_finds_one_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []
    make = vars(common)["make_ssl_context"]

    def counted(**asked: Any) -> ssl.SSLContext:  # noqa: ANN401 - yt-dlp's own
        made.append(asked)
        context: ssl.SSLContext = make(**asked)
        return context

    monkeypatch.setattr(common, "make_ssl_context", counted)
    tls.install()
    assert made == [tls.USUAL]

    with YoutubeDL({"quiet": True}) as downloader:
        handler = downloader.build_request_director([_handler()]).handlers["Requests"]
        odd = handler._make_sslcontext(legacy_ssl_support=True)  # noqa: SLF001 - it is what asks
        first = handler._make_sslcontext()  # noqa: SLF001
        assert len(made) == 2
        second = handler._make_sslcontext()  # noqa: SLF001

    assert made[1:] == [tls.USUAL | {"legacy_support": True}, tls.USUAL]
    assert len({id(each) for each in (odd, first, second)}) == 3
    for context in (odd, first, second):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.cert_store_stats()["x509_ca"] > 50


def _handler() -> type[common.RequestHandler]:
    from yt_dlp.networking._requests import RequestsRH

    found: type[common.RequestHandler] = RequestsRH
    return found
