"""The runner's main job: make one file in its staging folder, resuming where a former run ended."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError, classify
from domain.formats import FORMATS
from domain.requests import DownloadRequest
from domain.texts import sanitized
from files.cookies import private_copy
from files.item_lock import locked
from files.staging import read_result, write_result
from runner.completeness import verified_duration
from runner.join import is_short, join
from runner.metadata import (
    add_entry,
    extract_metadata,
    is_list,
    is_live,
    not_begun,
    only_entry,
    require_ended,
    without_login,
)
from runner.notes import live_notes, missing, missing_subtitles
from runner.options import parameters, takes_subtitles
from runner.progress_meter import ProgressMeter
from runner.recording import Recording
from runner.reopen import missing_said_first, reopen, what_lacks
from runner.sidecars import write_sidecars
from runner.thumbnails import extract_frame, fetch_thumbnail
from runner.trim import DURATION_SLACK, kept_duration, measure_duration, require_within, trim

if TYPE_CHECKING:
    from runner.downloader import Downloader

Emit = Callable[[dict[str, Any]], None]

NOTHING_RECORDED = DownloadError(
    "nothing-recorded", "Nothing had been recorded yet.", "Retry to begin anew."
)


@dataclass(frozen=True, slots=True)
class FetchJob:
    """What is to be made, and where."""

    request: dict[str, Any]
    staging: str
    ffmpeg: str | None
    rate: int = 0
    """Bytes/s at most; 0 = as fast as it goes."""
    cookies: str | None = None
    sponsorblock: str = ""
    """The address of its API."""
    stop: bool = False
    """Whether a live stream is recorded no further: what there is becomes the file."""
    finished: str | None = None
    """A file that was made before and lacks only extras: nothing else is fetched."""


def fetch(job: FetchJob, emit: Emit) -> dict[str, Any]:
    """Make the file; return its name and size, and what is known of the medium.

    Raises:
        Exception: whatever yt-dlp raises; `failures.classify` knows what it means.

    """
    staging, request = Path(job.staging), DownloadRequest.model_validate(job.request)
    with locked(staging):
        result = read_result(staging)
        if result:  # it was whole before the api died
            return result
        with private_copy(staging, job.cookies) as cookies:
            result = _make(job, request, staging, cookies, emit)
        write_result(staging, result)
        return result


def _make(
    job: FetchJob, request: DownloadRequest, staging: Path, cookies: str | None, emit: Emit
) -> dict[str, Any]:
    from yt_dlp.postprocessor.ffmpeg import FFmpegPostProcessor

    from runner import conversion
    from runner.downloader import Downloader
    from runner.live import record

    # As yt-dlp's own command line does it: what asks without a downloader finds it, too.
    FFmpegPostProcessor._ffmpeg_location.set(job.ffmpeg)  # noqa: SLF001
    meter = ProgressMeter(emit)
    conversion.listen(meter.converted)
    options = parameters(request, staging=staging, ffmpeg=job.ffmpeg) | {
        "cookiefile": cookies,
        "ratelimit": job.rate or None,
        "extract_flat": "in_playlist",
        "playlistend": 2,
        "wait_for_video": (1, 1) if request.live == "wait" else None,
        "progress_hooks": [meter.progress],
        "postprocessor_hooks": [meter.converting],
        "note": lambda note: emit({"event": "note", "note": note}),
    }
    with Downloader(options, audio=request.audio) as downloader:
        emit({"event": "progress", "stage": "fetching"})
        recording = Recording.open(staging)
        info = _told(downloader, request, recording, stop=job.stop)
        known = extract_metadata(info)
        emit({"event": "info", **known})
        if request.live is None:
            require_ended(info)
        require_within(request.start, known["duration"], slack=DURATION_SLACK)
        meter.expect(info)
        if (is_live(info) or recording.begun) and info is not recording.info:
            record(downloader, recording, info, request, emit)
            if not recording.begun:
                raise NOTHING_RECORDED
        cover = _cover(downloader, info, request, staging)
        if recording.begun:
            made = _joined(downloader, info, request, job, recording, cover, emit)
            known["duration"] = None  # of what was recorded, not of what the site may tell
        elif job.finished:
            made = _complete(downloader, info, request, Path(job.finished), staging, cover)
        else:
            made = _download(downloader, info, request, job, cover)
            if request.sponsorblock != "cut":
                told = known["duration"]
                known["duration"] = verified_duration(job.ffmpeg, made, told, downloader.notes)
            elif not is_clip(request):
                known["duration"] = measure_duration(job.ffmpeg, made)
        if is_clip(request) and not job.finished:
            made, known["duration"] = _clip(job.ffmpeg, made, request, known["duration"])
        known["duration"] = known["duration"] or measure_duration(job.ffmpeg, made)
        info["duration"] = known["duration"]
        picture = cover.name if cover else _picture(downloader, info, job, made)
        result = {"file": made.name, "bytes": made.stat().st_size, "thumbnail": picture}
        shown = cover or (made.parent / picture if picture else None)
        result["sidecars"] = write_sidecars(
            request, info, made, shown, job.ffmpeg, downloader.notes
        )
        return result | known | {"notes": downloader.notes}


def is_clip(request: DownloadRequest) -> bool:
    """Whether only a part is kept."""
    return request.start is not None or request.end is not None


def _told(
    downloader: Downloader, request: DownloadRequest, recording: Recording, *, stop: bool
) -> dict[str, Any]:
    """What is known of the medium; of a stream that is over, what was told when it began."""
    if recording.begun and (stop or recording.ended):
        return recording.info
    if stop:
        raise NOTHING_RECORDED
    try:
        info = _medium(downloader, request)
    except Exception as error:
        known = classify(error)
        if recording.begun and not known.transient:
            return recording.info
        if request.live == "wait" and known.kind == "not-found":
            raise not_begun(None) from error
        raise
    return info


def _joined(
    downloader: Downloader,
    info: dict[str, Any],
    request: DownloadRequest,
    job: FetchJob,
    recording: Recording,
    cover: Path | None,
    emit: Emit,
) -> Path:
    """Make one file of what has been recorded, as it is wished; return it."""
    from runner.postprocessors import postprocessors

    emit({"event": "progress", "stage": "converting", "bytes": recording.size})
    made = join(job.ffmpeg, recording)
    downloader.notes += live_notes(
        sum(track.missing for track in recording.tracks),
        late=any(track.late for track in recording.tracks),
        short=is_short(job.ffmpeg, made, recording),
    )
    info |= {"filepath": str(made), "ext": made.suffix[1:]}
    plain = request.model_copy(update={"sponsorblock": None})  # nobody has marked it yet
    for step in postprocessors(plain, cover, info.get("abr"), downloader.notes):
        step.set_downloader(downloader)
        info = downloader.run_pp(step, info)
    return Path(info["filepath"])


def _medium(downloader: Downloader, request: DownloadRequest) -> dict[str, Any]:
    """What is known of the one medium that a link leads to, be it through lists of one."""
    info = downloader.extract_info(request.url, download=False)
    while is_list(info):
        info = downloader.process_ie_result(only_entry(info), download=False)
    found: dict[str, Any] = without_login(sanitized(info))
    if request.entry:
        add_entry(found, request.entry)
    return found


def _download(
    downloader: Downloader,
    info: dict[str, Any],
    request: DownloadRequest,
    job: FetchJob,
    cover: Path | None,
) -> Path:
    """Download all streams, merge and convert them; return the file."""
    from runner.postprocessors import postprocessors

    staging = Path(job.staging)
    for step in postprocessors(
        request, cover, info.get("abr"), downloader.notes, sponsorblock=job.sponsorblock
    ):
        downloader.add_post_processor(step)
    reopen(staging)
    with missing_said_first(staging):
        done = downloader.process_ie_result(info, download=True)
    downloader.notes += what_lacks(staging)
    _note_languages(downloader, done, request)
    return Path(done["requested_downloads"][-1]["filepath"])


def _complete(
    downloader: Downloader,
    info: dict[str, Any],
    request: DownloadRequest,
    finished: Path,
    staging: Path,
    cover: Path | None,
) -> Path:
    """Embed what was missing into a copy of the finished file; return the copy."""
    from runner.postprocessors import extras

    made = staging / f"media{finished.suffix}"
    shutil.copyfile(finished, made)
    info |= {"filepath": str(made), "ext": finished.suffix[1:]}
    downloader._write_subtitles(info, str(made))  # noqa: SLF001 - as a download does
    for step in extras(request, cover, downloader.notes):
        step.set_downloader(downloader)
        info = downloader.run_pp(step, info)
    _note_languages(downloader, info, request)
    return Path(info["filepath"])


def _note_languages(downloader: Downloader, info: dict[str, Any], request: DownloadRequest) -> None:
    """Note the languages that the site does not have at all."""
    if takes_subtitles(request):
        there = {*(info.get("subtitles") or ()), *(info.get("automatic_captions") or ())}
        downloader.notes += [
            missing_subtitles(language) for language in request.subtitles if language not in there
        ]


def _clip(
    ffmpeg: str | None, made: Path, request: DownloadRequest, told: float | None
) -> tuple[Path, float | None]:
    """What is kept of the whole, and its length. Sites are wrong about lengths, or silent."""
    whole = measure_duration(ffmpeg, made) or told
    require_within(request.start, whole)
    return trim(ffmpeg, made, request.start, request.end), kept_duration(
        whole, request.start, request.end
    )


def _cover(
    downloader: Downloader, info: dict[str, Any], request: DownloadRequest, staging: Path
) -> Path | None:
    """What is to be put into the file: the site's picture."""
    if "thumbnail" not in request.embed or not FORMATS[request.format].holds_picture:
        return None
    failed: list[Exception] = []
    name = fetch_thumbnail(downloader, info, staging, failed)
    if name is None:
        downloader.notes.append(missing("thumbnail", *failed, step="fetched"))
    return staging / name if name else None


def _picture(downloader: Downloader, info: dict[str, Any], job: FetchJob, made: Path) -> str | None:
    folder = made.parent
    picture = fetch_thumbnail(downloader, info, folder)
    if picture is None and FORMATS[job.request["format"]].kind == "video":
        picture = extract_frame(job.ffmpeg, made, info.get("duration"), folder)
    return picture
