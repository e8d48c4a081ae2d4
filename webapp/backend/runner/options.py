"""From a typed request to yt-dlp's parameters: the one place that knows both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from domain.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from domain.requests import DownloadRequest

SOCKET_SECONDS = 20
NEVER_SECONDS = 1e9
NO_LANGUAGES = {"live_chat"}
"""What sites list among subtitles, and is none."""
COMPATIBLE = ("vcodec:h264", "acodec:aac")
"""What every device plays, before anything newer; what is not sent so is encoded again."""


def parameters(request: DownloadRequest, *, staging: Path, ffmpeg: str | None) -> dict[str, Any]:
    """What `yt_dlp.YoutubeDL` is given for a request."""
    format_ = _audio(request) if FORMATS[request.format].kind == "audio" else _video(request)
    page = request.entry.page if request.entry else None
    return {**common(staging, ffmpeg, page), **format_, **_subtitles(request)}


def common(staging: Path, ffmpeg: str | None, page: str | None = None) -> dict[str, Any]:
    """What every use of yt-dlp shares, with the resume rules that are mere parameters.

    `page` is sent as the Referer.
    """
    return {
        "http_headers": {"Referer": page} if page else {},
        "paths": {"home": str(staging)},
        "outtmpl": {"default": "media.%(ext)s"},
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "progress_delta": NEVER_SECONDS,  # it words a line for each block even if it prints none
        "no_color": True,
        "noplaylist": True,
        "updatetime": False,
        "cachedir": False,
        "proxy": "",
        "logger": _Silence(),
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


def _video(request: DownloadRequest) -> dict[str, Any]:
    container = ["ext:webm:webm"] if request.format == "webm" else ["ext:mp4:m4a"]
    codecs, range_ = (list(COMPATIBLE), ["hdr:sdr"]) if is_compatible(request) else ([], [])
    if request.resolution == "best":
        sort = ["lang", *codecs, "res", *range_, *container]
    else:
        size = f"res:{request.resolution.removesuffix('p')}"
        sort = ["lang", size, *codecs, *range_, *container]
    return {
        "format": "bv*+ba/b",
        "format_sort": sort,
        "merge_output_format": FORMATS[request.format].container,
    }


def is_compatible(request: DownloadRequest) -> bool:
    """Whether the file is to have the codecs that every device plays."""
    return request.format == "mp4" and request.codecs == "compatible"


def _audio(request: DownloadRequest) -> dict[str, Any]:
    format_ = "ba[ext=m4a]/ba/b" if request.format == "m4a" else "ba/b"
    return {"format": format_, "format_sort": ["lang"]}


def _subtitles(request: DownloadRequest) -> dict[str, Any]:
    if not request.subtitles or not takes_subtitles(request):
        return {}
    # yt-dlp reads patterns, and has words of its own ("all")
    languages = [f"(?:{re.escape(one)})" for one in request.subtitles if one not in NO_LANGUAGES]
    return {"writesubtitles": True, "writeautomaticsub": True, "subtitleslangs": languages}


def takes_subtitles(request: DownloadRequest) -> bool:
    """Whether there is a place for them: in the file, or beside it."""
    return bool(beside(request)) or FORMATS[request.format].holds_subtitles


def beside(request: DownloadRequest) -> list[str]:
    """The formats in which subtitles are to lie beside the file; none: they are put into it."""
    return [kind for kind in ("srt", "vtt") if kind in request.beside]


class _Silence:
    """yt-dlp's log: errors come as exceptions, the rest concerns nobody."""

    def debug(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...
