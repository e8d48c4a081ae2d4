"""Where ffmpeg is: the system's, else the one that comes with the install."""

from __future__ import annotations

import shutil


def find_ffmpeg() -> str | None:
    """The path of an ffmpeg; None when there is neither (conversions then fail and say so)."""
    system = shutil.which("ffmpeg")
    if system:
        return system
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        return None
