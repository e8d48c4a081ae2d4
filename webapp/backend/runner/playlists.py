"""HLS playlists that are complete without saying so at their end.

A playlist of type VOD never changes (RFC 8216, 4.3.3.5), so it is not live, even if the tag that
should end it is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yt_dlp.extractor.common import InfoExtractor

if TYPE_CHECKING:
    from collections.abc import Callable

VOD, END = "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-ENDLIST"


def install() -> None:
    """Patch yt-dlp in this process."""
    InfoExtractor._parse_m3u8_vod_duration = _ended(InfoExtractor._parse_m3u8_vod_duration)  # noqa: SLF001


def _ended(parse: Callable[..., int | None]) -> Callable[..., int | None]:
    def parse_ended(self: InfoExtractor, playlist: str, video_id: str) -> int | None:
        return parse(self, f"{playlist}\n{END}" if VOD in playlist else playlist, video_id)

    return parse_ended
