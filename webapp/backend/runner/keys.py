"""Keys of encrypted streams (HLS, AES-128): what a site says instead of one is told as that.

yt-dlp asks for a key in the midst of the pieces, and whatever comes of it looks like a fault of the
link; what is sent instead of a key decrypts to noise.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from yt_dlp.downloader.fragment import FragmentFD
from yt_dlp.networking import Request
from yt_dlp.networking.exceptions import HTTPError

from domain.failures import DownloadError, of_status
from runner.conditional import urlopen_medium

if TYPE_CHECKING:
    from collections.abc import Callable

    Decrypt = Callable[[dict[str, Any], bytes | None], bytes | None]
KEY_BYTES = BLOCK_BYTES = 16


def encryption(fragment: dict[str, Any]) -> dict[str, Any] | None:
    """How a piece is encrypted in whole blocks; None if it is not."""
    told: dict[str, Any] = fragment.get("decrypt_info") or {}
    return told if told.get("METHOD") == "AES-128" else None


def install() -> None:
    """Patch yt-dlp in this process."""
    FragmentFD.decrypter = _asking_first(FragmentFD.decrypter)


def key_failure(status: int) -> DownloadError:
    """What it means that a key was answered with an HTTP status of 400 or more."""
    known = of_status(status)
    if known.transient:
        return known
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return no_key(f" (HTTP {status})")
    return DownloadError(
        "key-refused",
        f"The stream is encrypted, and the site refused its key (HTTP {status}).",
        "Open the link in a browser: does the site require signing in?",
    )


def no_key(detail: str = "") -> DownloadError:
    """What a download fails of when there is nothing, or no key, where the key should be."""
    return DownloadError(
        "key-missing",
        f"The stream is encrypted, and its key is missing at the site{detail}.",
        "Retry later, or look for another source.",
    )


def _asking_first(decrypter: Callable[..., Decrypt]) -> Callable[..., Decrypt]:
    def decrypter_with_key(self: FragmentFD, info: dict[str, Any]) -> Decrypt:
        decrypt, keys = decrypter(self, info), dict[str, bytes]()

        def ask_then_decrypt(fragment: dict[str, Any], content: bytes | None) -> bytes | None:
            told = encryption(fragment)
            if not content or told is None:
                return decrypt(fragment, content)
            if not told.get("KEY") and not info.get("hls_aes"):
                url = told["URI"]
                keys[url] = told["KEY"] = keys.get(url) or _fetch(self, info, url)
            # Of a piece that was cut off, which fragments.py counts, whole blocks are kept.
            whole = content[: len(content) // BLOCK_BYTES * BLOCK_BYTES]
            return decrypt(fragment, whole) if whole else b""

        return ask_then_decrypt

    return decrypter_with_key


def _fetch(self: FragmentFD, info: dict[str, Any], url: str) -> bytes:
    """Request a key.

    Raises:
        DownloadError: if the site has none, or does not give it.

    """
    try:
        with urlopen_medium(self.ydl, Request(url, headers=info.get("http_headers"))) as answer:
            key: bytes = answer.read(KEY_BYTES + 1)
    except HTTPError as error:
        raise key_failure(error.status) from error
    if len(key) != KEY_BYTES:
        raise no_key()
    return key
