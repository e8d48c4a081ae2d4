"""Brings a video into the requested container: copied where its codecs fit, else encoded again.

Copying takes seconds and loses nothing; which codecs a container takes, ffmpeg knows best. Which
ones every device plays, it does not: see `compatible.py`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yt_dlp.postprocessor.ffmpeg import FFmpegPostProcessorError, FFmpegVideoConvertorPP

from domain.failures import DISK_FULL, DownloadError
from runner.compatible import again, converted, streams_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.notes import Note

FULL_BYTES = 1_000_000
"""A disk with less room than this is why ffmpeg failed."""

COPY = ("-map", "0", "-dn", "-ignore_unknown", "-c", "copy")
IN_ORDER = ("-map", "0:v?", "-map", "0:a?", "-map", "0:s?", *COPY[2:])
"""The picture first, as players expect it, whatever comes first at the site."""
SUBTITLES = {"mp4": "mov_text", "mkv": "srt", "webm": "webvtt"}
PICTURES_AND_SOUND = ("-map", "0:V?", "-map", "0:a?", "-dn")
WITHOUT_THE_REST = ("-map", "0:v?", "-map", "0:a?", "-dn", "-c", "copy")
"""Subtitles that are pictures, fonts: an MP4 takes neither, which is no reason to encode."""
ENCODING = {
    # what every player takes, and its encoder wants even sides
    "mp4": (
        *("-c:v", "h264", "-c:a", "aac"),
        *("-pix_fmt", "yuv420p", "-vf", "scale=trunc(iw/2)*2:trunc(ih/2)*2"),
    ),
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
        for way in self._ways(ending):
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

    def _ways(self, ending: str) -> Iterator[tuple[str, ...]]:
        """The arguments that ffmpeg is given, the best way first."""
        yield from ways(ending)


class CompatiblePP(ContainerPP):
    """Makes an MP4 that every device plays of whatever the site sent, be it called so or not."""

    def __init__(self) -> None:
        super().__init__(preferedformat="mp4")
        self._again: tuple[str, ...] = ()

    def run(self, info: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """Encode what does not fit; the note of it is kept before, since it may be interrupted."""
        made = Path(info["filepath"])
        held = streams_of(self.executable if self.available else None, made)
        self._again = again(held)
        tell: Callable[[Note], None] | None = self.get_param("note")
        if self._again and tell:
            tell(converted(held))
        if info["ext"].lower() != "mp4":
            told: tuple[list[str], dict[str, Any]] = super().run(info)
            return told
        if self._again:
            fitting = made.with_name(f"{made.stem}.temp.mp4")
            self.run_ffmpeg(str(made), str(fitting), None)
            fitting.replace(made)
        return [], info

    def _ways(self, ending: str) -> Iterator[tuple[str, ...]]:
        yield from ways(ending, self._again)


def ways(ending: str, again: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The arguments that ffmpeg is given, the best way first; `again` is what is not copied."""
    whole = IN_ORDER if again else COPY
    if ending in SUBTITLES:
        yield (*whole, *again)
        yield (*whole, "-c:s", SUBTITLES[ending], *again)
        yield (*WITHOUT_THE_REST, *again)
    yield (*PICTURES_AND_SOUND, *ENCODING.get(ending, ()))
