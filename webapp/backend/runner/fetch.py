"""The runner's main job: make one file in its staging folder, going on where a former try ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.formats import FORMATS
from domain.models import DownloadRequest
from domain.texts import sanitized
from files.cookies import private_copy
from files.staging import locked, read_result, write_result
from runner.metadata import extract_metadata, is_list, only_entry, require_ended
from runner.options import parameters
from runner.progress_meter import ProgressMeter
from runner.reopen import reopen
from runner.thumbnails import extract_frame, fetch_thumbnail
from runner.trim import DURATION_SLACK, kept_duration, measure_duration, require_within, trim

if TYPE_CHECKING:
    from collections.abc import Callable

    from yt_dlp import YoutubeDL


@dataclass(frozen=True, slots=True)
class FetchJob:
    """What is to be made, and where."""

    request: dict[str, Any]
    staging: str
    ffmpeg: str | None
    rate: int = 0
    """Bytes/s at most; 0 = as fast as it goes."""
    cookies: str | None = None


def fetch(job: FetchJob, emit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Make the file; return its name and size, and what is known of the medium.

    Raises:
        Exception: whatever yt-dlp raises; `failures.classify` knows what it means.

    """
    import yt_dlp

    from runner.conditional import CHANGED
    from runner.postprocessors import postprocessors

    staging, request = Path(job.staging), DownloadRequest.model_validate(job.request)
    with locked(staging):
        result = read_result(staging)
        if result:  # it was whole before the api died
            return result
        meter = ProgressMeter(emit)
        options = parameters(request, staging=staging, ffmpeg=job.ffmpeg)
        options |= {"ratelimit": job.rate or None, "extract_flat": "in_playlist", "playlistend": 2}
        options["progress_hooks"] = [meter.progress]
        options["source_changed"] = lambda: emit({"event": "note", "note": CHANGED.as_error()})
        options["postprocessor_hooks"] = [meter.converting]
        with (
            private_copy(staging, job.cookies) as cookies,
            yt_dlp.YoutubeDL(options | {"cookiefile": cookies}) as downloader,
        ):
            emit({"event": "progress", "stage": "fetching"})
            info = _medium(downloader, request.url)
            described = extract_metadata(info)
            emit({"event": "info", **described})
            require_ended(info)
            require_within(request.start, described["duration"], slack=DURATION_SLACK)
            meter.expect(info)
            cover = _cover(downloader, info, request, staging)
            for step in postprocessors(request, cover):
                downloader.add_post_processor(step)
            reopen(staging)
            info = downloader.process_ie_result(info, download=True)
            made = Path(info["requested_downloads"][-1]["filepath"])
            if request.start is not None or request.end is not None:
                made, kept = _stretch(job.ffmpeg, made, request, described["duration"])
                info["duration"] = described["duration"] = kept
            picture = cover.name if cover else _picture(downloader, info, job, made)
        result = {"file": made.name, "bytes": made.stat().st_size, "thumbnail": picture}
        write_result(staging, result | described)
        return result | described


def _medium(downloader: YoutubeDL, url: str) -> dict[str, Any]:
    """What is known of the one medium that a link leads to, be it through lists of one."""
    info = downloader.extract_info(url, download=False)
    while is_list(info):
        info = downloader.process_ie_result(only_entry(info), download=False)
    found: dict[str, Any] = sanitized(info)
    return found


def _stretch(
    ffmpeg: str | None, made: Path, request: DownloadRequest, told: float | None
) -> tuple[Path, float | None]:
    """What is kept of the whole, and its length. Sites are wrong about lengths, or silent."""
    whole = measure_duration(ffmpeg, made) or told
    require_within(request.start, whole)
    return trim(ffmpeg, made, request.start, request.end), kept_duration(
        whole, request.start, request.end
    )


def _cover(
    downloader: YoutubeDL, info: dict[str, Any], request: DownloadRequest, staging: Path
) -> Path | None:
    """What is to be put into the file: the site's picture."""
    if "thumbnail" not in request.embed or not FORMATS[request.format].holds_picture:
        return None
    name = fetch_thumbnail(downloader, info, staging)
    return staging / name if name else None


def _picture(downloader: YoutubeDL, info: dict[str, Any], job: FetchJob, made: Path) -> str | None:
    folder = made.parent
    picture = fetch_thumbnail(downloader, info, folder)
    if picture is None and FORMATS[job.request["format"]].kind == "video":
        picture = extract_frame(job.ffmpeg, made, info.get("duration"), folder)
    return picture
