"""The process that runs yt-dlp: one job, then it ends.

    stdin   one JSON line: the job (fetch or peek); then nothing. Its end means: the api is gone.
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
import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO, cast

from downloads.confine import confine
from downloads.egress import Allowed
from downloads.failures import classify
from downloads.fetch import FetchJob, fetch
from downloads.peek import PeekJob, peek

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Warm up, take one job, report."""
    jobs, answers = _channels()
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(jobs, inbox), daemon=True).start()
    emit = _emitter(answers)
    _warm_up()
    emit({"event": "ready"})
    order = json.loads(inbox.get())
    confine(Allowed.parse(order.pop("allowed")))
    try:
        emit({"event": "done", **_carry_out(order, emit)})
    except Exception as error:  # noqa: BLE001 -- whatever it is, the api is told
        emit(classify(error).as_event())
    os._exit(0)  # nothing is left to be tidied; threads of libraries are not waited for


def _warm_up() -> None:
    """Load, while nobody waits, what nearly every job needs."""
    cast("dict[str, Any]", sys.modules)["curl_cffi"] = None  # native code: no hook sees it connect
    import yt_dlp
    import yt_dlp.extractor.generic
    import yt_dlp.postprocessor.ffmpeg

    from downloads import blocks, resume

    resume.install()
    blocks.install()
    yt_dlp.YoutubeDL({"quiet": True}).close()
    for extractor in yt_dlp.extractor.gen_extractor_classes():
        extractor.suitable("https://example.org/")  # compiles its pattern: most of a job's start


def _carry_out(order: dict[str, Any], emit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    if order.pop("job") == "peek":
        return peek(PeekJob(**order))
    return fetch(FetchJob(**order), emit)


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


if __name__ == "__main__":
    main()
