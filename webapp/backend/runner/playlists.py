"""Playlists (M3U): those of HLS that are complete without saying so, and plain lists of files.

A playlist of type VOD never changes (RFC 8216, 4.3.3.5), so it is not live, even if the tag that
should end it is missing. One without any tag of HLS names files or stations, as players write it:
yt-dlp takes each of them for a stream in pieces.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from yt_dlp.extractor.common import InfoExtractor
from yt_dlp.extractor.generic import GenericIE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Info = dict[str, Any]
VOD, END = "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-ENDLIST"
OF_HLS, ENTRY = "#EXT-X-", "#EXTINF:"
SECONDS = re.compile(r"\d{1,6}(\.\d+)?")


class _PlainListError(Exception):
    """What was taken for a stream is a list of these."""

    def __init__(self, entries: list[Info]) -> None:
        super().__init__()
        self.entries = entries


def install() -> None:
    """Patch yt-dlp in this process."""
    InfoExtractor._parse_m3u8_vod_duration = _ended(InfoExtractor._parse_m3u8_vod_duration)  # noqa: SLF001
    GenericIE._parse_m3u8_formats_and_subtitles = _of_streams(  # noqa: SLF001
        GenericIE._parse_m3u8_formats_and_subtitles  # noqa: SLF001
    )
    GenericIE._real_extract = _or_list(GenericIE._real_extract)  # noqa: SLF001


def _ended(parse: Callable[..., int | None]) -> Callable[..., int | None]:
    def parse_ended(self: InfoExtractor, playlist: str, video_id: str) -> int | None:
        return parse(self, f"{playlist}\n{END}" if VOD in playlist else playlist, video_id)

    return parse_ended


def _of_streams(parse: Callable[..., Any]) -> Callable[..., Any]:
    def parse_or_tell(self: GenericIE, playlist: str, url: str, **options: Any) -> Any:  # noqa: ANN401 - yt-dlp's
        if OF_HLS not in playlist and (entries := list(_entries(playlist, url))):
            raise _PlainListError(entries)
        return parse(self, playlist, url, **options)

    return parse_or_tell


def _or_list(extract: Callable[..., Info]) -> Callable[..., Info]:
    def extract_or_list(self: GenericIE, url: str) -> Info:
        try:
            return extract(self, url)
        except _PlainListError as found:
            name = self._generic_title(url)
            return self.playlist_result(found.entries, self._generic_id(url), name)  # type: ignore[no-any-return]

    return extract_or_list


def _entries(playlist: str, url: str) -> Iterator[Info]:
    """What a plain list names: `#EXTINF:12,The title` may stand before an address."""
    told: Info = {}
    for line in map(str.strip, playlist.splitlines()):
        if line.startswith(ENTRY):
            length, _, title = line.removeprefix(ENTRY).partition(",")
            seconds = SECONDS.match(length)
            told = {"title": title or None, "duration": float(seconds[0]) if seconds else None}
        elif line and not line.startswith("#"):
            yield {"_type": "url", "url": urljoin(url, line), **told}
            told = {}
