"""Thumbnails, made in the runner: the site's own picture, else a frame of the video.

Only what is a picture by its first bytes is kept, so that nothing else is ever served as one.
"""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yt_dlp import YoutubeDL

MAX_BYTES = 5_000_000
WIDTH = 640
FRAME_SECONDS = 20
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def suffix_of(data: bytes) -> str | None:
    """What kind of picture it is; None when it is none that browsers take safely."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return None


def fetch_thumbnail(
    downloader: YoutubeDL, info: dict[str, Any], folder: Path, failed: list[Exception] | None = None
) -> str | None:
    """Keep the site's picture as `folder`/thumbnail.*; the file's name, or None.

    Why it could not be had is added to `failed`.
    """
    from yt_dlp.utils import YoutubeDLError

    address = info.get("thumbnail")
    if not isinstance(address, str) or not address.startswith(("http://", "https://")):
        return None
    try:
        data = downloader.urlopen(address).read(MAX_BYTES + 1)
    except (YoutubeDLError, OSError) as error:  # a picture is not worth a failure
        if failed is not None:
            failed.append(error)
        return None
    kind = suffix_of(data)
    return _keep(folder, kind, data) if kind and len(data) <= MAX_BYTES else None


def extract_frame(
    ffmpeg: str | None, video: Path, duration: float | None, folder: Path
) -> str | None:
    """Keep a frame from the first tenth of the video as `folder`/thumbnail.jpg."""
    if ffmpeg is None:
        return None
    target = folder / "frame.jpg"
    command = [
        *(ffmpeg, "-nostdin", "-loglevel", "error", "-y", "-protocol_whitelist", "file"),
        *("-ss", f"{(duration or 0) / 10:.3f}", "-i", f"file:{video}", "-frames:v", "1"),
        *("-vf", f"scale='min({WIDTH},iw)':-2", "-q:v", "4", f"file:{target}"),
    ]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(command, check=True, capture_output=True, timeout=FRAME_SECONDS)
        data = target.read_bytes()
        kind = suffix_of(data)
        if kind:
            return _keep(folder, kind, data)
    return None


def _keep(folder: Path, kind: str, data: bytes) -> str:
    name = f"thumbnail.{kind}"
    (folder / name).write_bytes(data)
    return name
