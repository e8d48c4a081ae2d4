"""The process that runs yt-dlp: one job, then it ends.

    its socket, in   one JSON line: the job (fetch, probe, ..., tell). Its end: the api is gone.
    its socket, out  JSON lines: info, progress (at most four a second), then done or failed

A thread waits for that end and kills the whole process group: however the api died, neither this
process nor an ffmpeg of its making is left. It is confined before it sees a job.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import threading
from typing import TYPE_CHECKING, Any, TextIO

from domain.failures import classify
from net.egress import Allowed
from runner.existing import ReadJob, read_existing
from runner.fetch import FetchJob, fetch
from runner.limits import limit_memory
from runner.look import LookJob, look
from runner.notify import NotifyJob, notify
from runner.probe import ProbeJob, probe
from runner.sandbox import enter_sandbox

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


def main(end: socket.socket) -> None:
    """Take one job from the socket, and report there."""
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
    jobs = end.makefile(encoding="utf-8")
    threading.Thread(target=_listen, args=(jobs, inbox), daemon=True).start()
    emit = _emitter(end.makefile("w", encoding="utf-8"))
    order = json.loads(inbox.get())
    limit_memory()
    enter_sandbox(Allowed.parse(order.pop("allowed")))
    try:
        emit({"event": "done", **_carry_out(order, emit)})
    except Exception as error:  # noqa: BLE001 - whatever it is, the api is told
        emit(classify(error).as_event())


def _carry_out(order: dict[str, Any], emit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    match order.pop("job"):
        case "probe":
            return probe(ProbeJob(**order))
        case "look":
            return look(LookJob(**order))
        case "read":
            return read_existing(ReadJob(**order))
        case "notify":
            return notify(NotifyJob(**order), emit)
    return fetch(FetchJob(**order), emit)


def _emitter(answers: TextIO) -> Callable[[dict[str, Any]], None]:
    lock = threading.Lock()

    def emit(event: dict[str, Any]) -> None:
        with lock, contextlib.suppress(ConnectionError):  # the api is gone: `_listen` sees to it
            answers.write(json.dumps(event) + "\n")
            answers.flush()

    return emit


def _listen(jobs: TextIO, inbox: queue.SimpleQueue[str]) -> None:
    """Hand on the job; when the api has gone, go, with everything that was started here."""
    with contextlib.suppress(ConnectionError):
        line = jobs.readline()
        if line:
            inbox.put(line)
            jobs.read()
    os.killpg(0, signal.SIGKILL)
