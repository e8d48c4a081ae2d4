"""From a typed choice to yt-dlp's parameters: the one place that knows both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from downloads.models import AUDIO_FORMATS

if TYPE_CHECKING:
    from pathlib import Path

SOCKET_SECONDS = 20
REMUXED = {"mp4", "mkv"}
"""Containers that take nearly every codec: no need to encode again."""


def parameters(
    format_: str, resolution: str, *, staging: Path, ffmpeg: str | None
) -> dict[str, Any]:
    """What `yt_dlp.YoutubeDL` is given for a choice."""
    return {
        **common(staging, ffmpeg),
        **(_audio(format_) if format_ in AUDIO_FORMATS else _video(format_, resolution)),
    }


def common(staging: Path, ffmpeg: str | None) -> dict[str, Any]:
    """What every use of yt-dlp shares, with the resume rules that are mere parameters."""
    return {
        "paths": {"home": str(staging)},
        "outtmpl": {"default": "media.%(ext)s"},
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "no_color": True,
        "noplaylist": True,
        "updatetime": False,
        "cachedir": False,
        "proxy": "",
        "ffmpeg_location": ffmpeg,
        "socket_timeout": SOCKET_SECONDS,
        "retries": 2,
        "fragment_retries": 2,
        "extractor_retries": 1,
        "fixup": "force",
        "skip_unavailable_fragments": False,
        "hls_prefer_native": True,
        "continuedl": True,
        "js_runtimes": {"deno": {}},
    }


def _video(format_: str, resolution: str) -> dict[str, Any]:
    sort = ["ext:webm:webm"] if format_ == "webm" else ["ext:mp4:m4a"]
    if resolution == "best":
        sort = ["res", *sort]
    else:
        sort = [f"res:{resolution.removesuffix('p')}", *sort]
    converter = "FFmpegVideoRemuxer" if format_ in REMUXED else "FFmpegVideoConvertor"
    return {
        "format": "bv*+ba/b",
        "format_sort": sort,
        "merge_output_format": "mkv" if format_ in {"mkv", "avi"} else format_,
        "postprocessors": [{"key": converter, "preferedformat": format_}],
    }


def _audio(format_: str) -> dict[str, Any]:
    return {
        "format": "ba[ext=m4a]/ba/b" if format_ == "m4a" else "ba/b",
        "postprocessors": [{"key": "FFmpegExtractAudio", "preferredcodec": format_}],
    }
