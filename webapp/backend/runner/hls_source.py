"""Fetches the playlist and the segments of one HLS stream (RFC 8216), and decrypts them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from yt_dlp.aes import aes_cbc_decrypt_bytes, unpad_pkcs7
from yt_dlp.networking import Request
from yt_dlp.networking.exceptions import IncompleteRead

from runner.hls_playlist import Piece, Playlist, Segment, parse

if TYPE_CHECKING:
    from runner.downloader import Downloader

MAX_PLAYLIST_BYTES = 16_000_000
MAX_SEGMENT_BYTES = 500_000_000


class HlsSource:
    """One stream of a site, through yt-dlp's own connections.

    What it fetches raises yt-dlp's `RequestError`.
    """

    def __init__(self, downloader: Downloader, format_: dict[str, Any]) -> None:
        self._downloader = downloader
        self._url, self._headers = format_["url"], format_.get("http_headers") or {}
        self._heads: dict[Piece, bytes] = {}
        self._keys: dict[str, bytes] = {}

    def playlist(self) -> Playlist:
        """What the site has of it now; raises also `NotAPlaylistError`."""
        answer = self._open(Piece(self._url))
        with answer:
            text = answer.read(MAX_PLAYLIST_BYTES).decode(errors="replace")
            return parse(text, answer.url)

    def segment(self, segment: Segment) -> tuple[bytes, bytes]:
        """What its segments begin with, if anything, and the content of one, decrypted."""
        head = self._head(segment.head) if segment.head else b""
        return head, self._decrypted(segment, self._fetch(segment.piece))

    def _head(self, piece: Piece) -> bytes:
        if piece not in self._heads:
            self._heads[piece] = self._fetch(piece)
        return self._heads[piece]

    def _decrypted(self, segment: Segment, content: bytes) -> bytes:
        key = segment.key
        if key is None:
            return content
        if key.url not in self._keys:
            self._keys[key.url] = self._fetch(Piece(key.url))
        iv = key.iv or segment.number.to_bytes(16, "big")
        return bytes(unpad_pkcs7(aes_cbc_decrypt_bytes(content, self._keys[key.url], iv)))

    def _fetch(self, piece: Piece) -> bytes:
        with self._open(piece) as answer:
            if piece.bytes and answer.status != HTTPStatus.PARTIAL_CONTENT:
                return _cut(answer, *piece.bytes)
            content: bytes = answer.read(MAX_SEGMENT_BYTES)
            length = answer.headers.get("Content-Length")
        if length and length.isdigit() and len(content) < int(length):
            raise IncompleteRead(len(content), int(length) - len(content))
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
