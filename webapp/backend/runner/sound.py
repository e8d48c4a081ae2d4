"""Makes a file of sound: copied where the source has that format, unless a bit rate was chosen."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from yt_dlp.postprocessor.ffmpeg import FFmpegExtractAudioPP

from runner.compatible import streams_of

Run = tuple[list[str], dict[str, Any]]


class SoundPP(FFmpegExtractAudioPP):  # type: ignore[misc]  # yt-dlp has none
    """A step of yt-dlp's, which copies whatever has the right codec."""

    def __init__(self, format_: str, kbps: int | None, *, chosen: bool) -> None:
        """Take the bit rate of what is encoded, and whether somebody wants just that."""
        super().__init__(preferredcodec=format_, preferredquality=kbps)
        self._format, self._chosen, self._track = format_, chosen, 0

    def get_audio_codec(self, path: str) -> str | None:
        """The codec of the track; one that nothing is called, if it is not to be copied."""
        codec: str | None = super().get_audio_codec(path)
        tracks = [one for one in streams_of(self.executable, Path(path)) if not one.is_video]
        if codec and tracks:
            self._track = next((n for n, one in enumerate(tracks) if one.is_default), 0)
            codec = tracks[self._track].codec
        return f"{codec}, to be encoded" if codec and self._chosen else codec

    def run_ffmpeg(self, path: str, out_path: str, codec: str, more: list[str]) -> None:
        """Take the file's own default track; ffmpeg would take the one with most channels."""
        super().run_ffmpeg(path, out_path, codec, ["-map", f"0:a:{self._track}", *more])

    def run(self, info: dict[str, Any]) -> Run:
        """Make the file; what was downloaded stays, so that a retry does not encode it twice."""
        source = Path(info["filepath"])
        if self._chosen and source.suffix == f".{self._format}":
            info["filepath"] = str(_again(source, source.with_name(f"sound{source.suffix}")))
        done: Run = super().run(info)
        return done


def _again(source: Path, name: Path) -> Path:
    """Have a file under a second name."""
    name.unlink(missing_ok=True)
    try:
        os.link(source, name)
    except OSError:  # not every file system has such names
        shutil.copyfile(source, name)
    return name
