"""From a typed choice to yt-dlp's parameters: the one place that knows both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from downloads.models import AUDIO_FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from downloads.models import Choice

SOCKET_SECONDS = 20
NEVER_SECONDS = 1e9
REMUXED = {"mp4", "mkv"}
"""Containers that take nearly every codec: no need to encode again."""

FASTER_VP9 = {"videoconvertor+ffmpeg_o": ["-row-mt", "1", "-deadline", "good", "-cpu-used", "5"]}
"""ffmpeg's own defaults for this encoder are many times slower and hardly better."""


def parameters(choice: Choice, *, staging: Path, ffmpeg: str | None) -> dict[str, Any]:
    """What `yt_dlp.YoutubeDL` is given for a choice."""
    chosen = _audio(choice) if choice.format in AUDIO_FORMATS else _video(choice)
    embedding, extra = _embedding(choice)
    chosen["postprocessors"] = [*chosen["postprocessors"], *embedding]
    return {**common(staging, ffmpeg, choice.format), **chosen, **extra}


def common(staging: Path, ffmpeg: str | None, format_: str | None = None) -> dict[str, Any]:
    """What every use of yt-dlp shares, with the resume rules that are mere parameters."""
    return {
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
        "postprocessor_args": FASTER_VP9 if format_ == "webm" else {},
    }


def _video(choice: Choice) -> dict[str, Any]:
    sort = ["ext:webm:webm"] if choice.format == "webm" else ["ext:mp4:m4a"]
    if choice.resolution == "best":
        sort = ["res", *sort]
    else:
        sort = [f"res:{choice.resolution.removesuffix('p')}", *sort]
    converter = "FFmpegVideoRemuxer" if choice.format in REMUXED else "FFmpegVideoConvertor"
    return {
        "format": "bv*+ba/b",
        "format_sort": sort,
        "merge_output_format": "mkv" if choice.format in {"mkv", "avi"} else choice.format,
        "postprocessors": [{"key": converter, "preferedformat": choice.format}],
    }


def _audio(choice: Choice) -> dict[str, Any]:
    return {
        "format": "ba[ext=m4a]/ba/b" if choice.format == "m4a" else "ba/b",
        "postprocessors": [{"key": "FFmpegExtractAudio", "preferredcodec": choice.format}],
    }


def _embedding(choice: Choice) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Postprocessors, in the order that yt-dlp's own command line gives them, and parameters."""
    steps: list[dict[str, Any]] = []
    extra: dict[str, Any] = {}
    if choice.subtitles:
        extra = {"writesubtitles": True, "subtitleslangs": choice.subtitles}
        steps.append({"key": "FFmpegEmbedSubtitle", "already_have_subtitle": False})
    if {"metadata", "chapters"} & set(choice.embed):
        wanted = {f"add_{name}": name in choice.embed for name in ("metadata", "chapters")}
        steps.append({"key": "FFmpegMetadata", "add_infojson": False, **wanted})
    if "thumbnail" in choice.embed:
        extra["writethumbnail"] = True
        steps.append({"key": "EmbedThumbnail", "already_have_thumbnail": False})
    return steps, extra


class _Silence:
    """yt-dlp's log: errors come as exceptions, the rest concerns nobody."""

    def debug(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...
