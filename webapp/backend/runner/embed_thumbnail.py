"""Puts a picture into the finished file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yt_dlp.postprocessor.embedthumbnail import EmbedThumbnailPP

if TYPE_CHECKING:
    from pathlib import Path


class ThumbnailFilePP(EmbedThumbnailPP):  # type: ignore[misc]  # yt-dlp has none
    """A step of yt-dlp's, given a picture that lies there already."""

    def __init__(self, picture: Path) -> None:
        super().__init__(already_have_thumbnail=True)
        self._picture = picture

    def run(self, info: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """Put it in."""
        super().run(info | {"thumbnails": [{"filepath": str(self._picture)}]})
        return [], info

    def get_stream_number(self, path: str, keys: object, value: object) -> tuple[Any, Any]:
        """Where an older picture is, and the place of the new one."""
        if self.probe_available:
            return super().get_stream_number(path, keys, value)  # type: ignore[no-any-return]
        return None, "t"  # without ffprobe nobody counts: every attachment, by its kind
