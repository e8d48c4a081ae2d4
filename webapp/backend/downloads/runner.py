"""The process that runs yt-dlp: one job, then it ends.

    stdin   one JSON line: the job; afterwards nothing. Its end means that the api is gone.
    stdout  JSON lines: ready, info, progress (at most four a second), then done or failed

A thread waits for the end of stdin and kills the whole process group: however the api died, neither
this process nor an ffmpeg of its making is left. It is confined before it sees a job.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from downloads.confine import confine
from downloads.egress import Allowed
from downloads.failures import Failed, classify
from downloads.meter import Meter
from downloads.options import parameters
from downloads.staging import locked, read_result, write_result

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Job:
    """What the api asks for."""

    url: str
    format: str
    resolution: str
    staging: str
    allowed: list[str]
    ffmpeg: str | None


def main() -> None:
    """Warm up, take one job, report."""
    jobs, answers = _channels()
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(jobs, inbox), daemon=True).start()
    emit = _emitter(answers)
    _warm_up()
    emit({"event": "ready"})
    job = Job(**json.loads(inbox.get()))
    confine(Allowed.parse(job.allowed))
    try:
        emit({"event": "done", **download(job, emit)})
    except Exception as error:  # noqa: BLE001 -- whatever it is, the api is told
        emit(classify(error).as_event())
    os._exit(0)  # nothing is left to be tidied; threads of libraries are not waited for


def _warm_up() -> None:
    """Load, while nobody waits, what nearly every job needs."""
    import yt_dlp
    import yt_dlp.extractor.generic
    import yt_dlp.postprocessor.ffmpeg

    from downloads import resume

    resume.install()
    yt_dlp.YoutubeDL({"quiet": True}).close()


def download(job: Job, emit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Make the file in the staging folder; return its name there and what is known of it.

    Raises:
        Exception: whatever yt-dlp raises; `failures.classify` knows what it means.

    """
    import yt_dlp

    staging = Path(job.staging)
    with locked(staging):
        result = read_result(staging)
        if result:  # it was whole before the api died
            return result
        meter = Meter(emit)
        options = parameters(job.format, job.resolution, staging=staging, ffmpeg=job.ffmpeg)
        options |= {
            "logger": _Silence(),
            "progress_hooks": [meter.progress],
            "postprocessor_hooks": [meter.converting],
        }
        with yt_dlp.YoutubeDL(options) as downloader:
            emit({"event": "progress", "stage": "fetching"})
            info = downloader.extract_info(job.url, download=False)
            if info.get("_type") in {"playlist", "multi_video"}:
                info = _only_entry(info)
            described = describe(info)
            emit({"event": "info", **described})
            meter.expect(info)
            info = downloader.process_ie_result(info, download=True)
        made = Path(info["requested_downloads"][-1]["filepath"])
        result = {"file": made.name, "bytes": made.stat().st_size, **described}
        write_result(staging, result)
        return result


def describe(info: dict[str, Any]) -> dict[str, Any]:
    """What people want to know of a medium, before a byte of it is here."""
    return {
        "title": info.get("title"),
        "uploader": info.get("uploader") or info.get("channel"),
        "duration": info.get("duration"),
        "platform": _platform(info),
    }


def _platform(info: dict[str, Any]) -> str:
    name = str(info.get("extractor_key") or "")
    return str(info.get("webpage_url_domain") or "web") if name in {"", "Generic"} else name


def _only_entry(info: dict[str, Any]) -> dict[str, Any]:
    entries = [entry for entry in info.get("entries") or () if entry]
    if len(entries) != 1:
        raise Failed(
            "playlist",
            f"The link leads to {len(entries)} media, not to one.",
            "Paste the link of one of them.",
        )
    only: dict[str, Any] = entries[0]
    return only


def _channels() -> tuple[TextIO, TextIO]:
    """The two pipes, kept from everything else: what others print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    jobs = os.fdopen(os.dup(0), encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return jobs, answers


def _emitter(answers: TextIO) -> Callable[[dict[str, Any]], None]:
    lock = threading.Lock()

    def emit(event: dict[str, Any]) -> None:
        with lock, contextlib.suppress(BrokenPipeError):  # the api is gone: `_listen` sees to it
            answers.write(json.dumps(event) + "\n")
            answers.flush()

    return emit


def _listen(jobs: TextIO, inbox: queue.SimpleQueue[str]) -> None:
    """Hand on the job; when the api has gone, go, with everything that was started here."""
    line = jobs.readline()
    if line:
        inbox.put(line)
        jobs.read()
    os.killpg(0, signal.SIGKILL)


class _Silence:
    """yt-dlp's log: errors come as exceptions, the rest concerns nobody."""

    def debug(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...


if __name__ == "__main__":
    main()
