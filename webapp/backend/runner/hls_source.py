"""Fetches what a live stream is made of: playlists, segments, and what decoders need for those.

All of it comes from somebody else, so that each has a size; of heads and keys the last is kept
alone, however many a playlist names.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from yt_dlp.aes import aes_cbc_decrypt_bytes, unpad_pkcs7
from yt_dlp.networking import Request
from yt_dlp.networking.exceptions import HTTPError, IncompleteRead

from domain import lengths
from runner.hls_playlist import NotAPlaylistError, Piece, parse
from runner.keys import key_failure, no_key

if TYPE_CHECKING:
    from runner.downloader import Downloader
    from runner.hls_playlist import Playlist, Segment

MAX_PLAYLIST_BYTES = 16_000_000
MAX_SEGMENT_BYTES = 500_000_000
MAX_HEAD_BYTES = 16_000_000
KEY_BYTES = 16
"""Of AES-128, and of its blocks."""


class HlsSource:
    """One track of a live stream, as the site sends it."""

    def __init__(self, downloader: Downloader, format_: dict[str, Any]) -> None:
        self._downloader = downloader
        self._url, self._headers = format_["url"], format_.get("http_headers") or {}
        self._last_head: tuple[Piece | None, bytes] = None, b""
        self._last_key: tuple[str | None, bytes] = None, b""

    def playlist(self) -> Playlist:
        """What the site lists now.

        Raises:
            NotAPlaylistError: when it is none, or too large to be one.

        """
        with self._open(Piece(self._url)) as answer:
            text = answer.read(MAX_PLAYLIST_BYTES + 1)
            if len(text) > MAX_PLAYLIST_BYTES:
                most = MAX_PLAYLIST_BYTES // 1_000_000
                raise NotAPlaylistError(f"The playlist is larger than {most} MB.")
            return parse(text.decode(errors="replace"), answer.url)

    def segment(self, segment: Segment) -> tuple[bytes, bytes]:
        """What decoders need before a segment (EXT-X-MAP), and what is in it, decrypted.

        Raises:
            DownloadError: when there is no key to be had.
            IncompleteRead: when it was cut off.

        """
        head = self._head(segment.head) if segment.head else b""
        return head, self._decrypted(segment, self._fetch(segment.piece, MAX_SEGMENT_BYTES))

    def _head(self, piece: Piece) -> bytes:
        if piece != self._last_head[0]:
            self._last_head = piece, self._fetch(piece, MAX_HEAD_BYTES)
        return self._last_head[1]

    def _decrypted(self, segment: Segment, content: bytes) -> bytes:
        key = segment.key
        if key is None:
            return content
        if key.url != self._last_key[0]:
            self._last_key = key.url, self._key(key.url)
        if not content or len(content) % KEY_BYTES:  # it comes in whole blocks: it was cut off
            raise IncompleteRead(len(content), KEY_BYTES - len(content) % KEY_BYTES)
        iv = key.iv or segment.number.to_bytes(KEY_BYTES, "big")
        return bytes(unpad_pkcs7(aes_cbc_decrypt_bytes(content, self._last_key[1], iv)))

    def _key(self, url: str) -> bytes:
        try:
            secret = self._fetch(Piece(url), KEY_BYTES + 1)
        except HTTPError as error:
            raise key_failure(error.status) from error
        if len(secret) != KEY_BYTES:
            raise no_key()
        return secret

    def _fetch(self, piece: Piece, most: int) -> bytes:
        with self._open(piece) as answer:
            if piece.bytes and answer.status != HTTPStatus.PARTIAL_CONTENT:
                return _cut(answer, *piece.bytes)
            content: bytes = answer.read(most)
            length = lengths.length(answer.headers.get("Content-Length"))
        if length and len(content) < min(length, most):
            raise IncompleteRead(len(content), length - len(content))
        return content

    def _open(self, piece: Piece) -> Any:  # noqa: ANN401 - yt-dlp's
        headers = dict(self._headers) | {"Accept-Encoding": "identity"}
        if piece.bytes:
            headers["Range"] = "bytes={}-{}".format(*piece.bytes)
        return self._downloader.urlopen_medium(Request(piece.url, None, headers))


def _cut(answer: Any, first: int, last: int) -> bytes:  # noqa: ANN401 - yt-dlp's
    """Return these bytes of a whole file, from a server that knows no ranges."""
    content: bytes = answer.read(min(last + 1, MAX_SEGMENT_BYTES))[first:]
    if len(content) <= last - first:
        raise IncompleteRead(len(content), last - first + 1 - len(content))
    return content
