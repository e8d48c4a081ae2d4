"""Authorities of one's own: their certificates are trusted beside the public ones.

There is nothing here, and nowhere else, to turn the verification off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yt_dlp.networking import _helper

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable


def trust(file: str) -> None:
    """Patch yt-dlp in this process, to trust the certificates in a file too."""
    _helper.ssl_load_certs = _adding(_helper.ssl_load_certs, file)


def _adding(load: Callable[..., None], file: str) -> Callable[..., None]:
    def load_and_add(context: ssl.SSLContext, *arguments: bool, **options: bool) -> None:
        load(context, *arguments, **options)
        context.load_verify_locations(cafile=file)

    return load_and_add
