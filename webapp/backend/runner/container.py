"""Brings a video into the requested container: copied where its codecs fit, else encoded again.

Copying takes seconds and loses nothing; which codecs a container takes, ffmpeg knows best.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yt_dlp.postprocessor.ffmpeg import FFmpegPostProcessorError, FFmpegVideoConvertorPP

from domain.failures import DISK_FULL, DownloadError

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL_BYTES = 1_000_000
"""A disk with less room than this is why ffmpeg failed."""

COPY = ("-map", "0", "-dn", "-ignore_unknown", "-c", "copy")
SUBTITLES = {"mp4": "mov_text", "mkv": "srt", "webm": "webvtt"}
PICTURES_AND_SOUND = ("-map", "0:V?", "-map", "0:a?", "-dn")
ENCODING = {
    # what every player takes, and its encoder wants even sides
    "mp4": ("-pix_fmt", "yuv420p", "-vf", "scale=trunc(iw/2)*2:trunc(ih/2)*2"),
    # ffmpeg's own defaults for this encoder are many times slower and hardly better
    "webm": ("-row-mt", "1", "-deadline", "good", "-cpu-used", "5"),
    # in every ffmpeg, while libxvid is not; without -q:v it would do with 200 kbit/s
    "avi": ("-c:v", "mpeg4", "-vtag", "XVID", "-q:v", "4"),
}


class ContainerPP(FFmpegVideoConvertorPP):  # type: ignore[misc]  # yt-dlp has none
    """A step of yt-dlp's that tries one way after the other."""

    def run_ffmpeg(self, path: str, out_path: str, _: object, **options: Any) -> None:  # noqa: ANN401 - yt-dlp's
        """Make `out_path` of `path`.

        Raises:
            DownloadError: when there is no way, or no room.

        """
        ending = Path(out_path).suffix[1:]
        for way in ways(ending):
            try:
                return super().run_ffmpeg(path, out_path, way, **options)  # type: ignore[no-any-return]
            except FFmpegPostProcessorError as error:
                why = error
            if shutil.disk_usage(Path(out_path).parent).free < FULL_BYTES:
                raise DISK_FULL from why
        raise DownloadError(
            "conversion",
            f"ffmpeg could not make {ending} of this video ({why}).",
            "Choose mkv, which takes nearly every video as it is.",
        ) from why


def ways(ending: str) -> Iterator[tuple[str, ...]]:
    """The arguments that ffmpeg is given, the best way first."""
    if ending in SUBTITLES:
        yield COPY
        yield (*COPY, "-c:s", SUBTITLES[ending])
    yield (*PICTURES_AND_SOUND, *ENCODING.get(ending, ()))
