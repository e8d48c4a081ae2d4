"""The process that runners are forked from: it has loaded what they need, and begins nothing.

    stdin   a Unix socket: a request and its answer, in words, one at a time; its end is the end
            "fork", with a descriptor (the runner's end of its own socket)  ->  the runner's pid
            "reap PID"  ->  its exit code, -N for signal N; "alive" while it has none

To load yt-dlp takes over a second of a processor, to fork what has loaded it a hundredth of that.
There is one thread only: what another one held at the fork would stay locked in the child (see
os.fork). Who has ended keeps its number until it is reaped, so that no signal can hit another.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import socket
import sys
import traceback
import urllib.request
from typing import Any, NoReturn, cast

from net import authorities
from runner import job

REQUEST_BYTES = 64
OF_JOBS = ("runner.downloader", "runner.live", "runner.postprocessors")
"""What jobs load themselves, being read without yt-dlp elsewhere."""


def main() -> None:
    """Load, then do as the api says, as long as there is one."""
    with contextlib.suppress(ConnectionError), _channel() as control:
        _warm_up()
        gc.freeze()  # a collection in a runner would copy the memory that all share
        while True:
            request, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES, 1)
            match request.split():
                case [b"fork"]:
                    with socket.socket(fileno=descriptors[0]) as end:
                        end.set_inheritable(False)  # ffmpeg would keep it open
                        answer = str(_fork(control, end))
                case [b"reap", pid]:
                    answer = _reap(int(pid))
                case _:
                    return
            control.sendall(answer.encode())


def _channel() -> socket.socket:
    """The socket, kept from everything else: what others print goes to stderr."""
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return control


def _warm_up() -> None:
    """Load what nearly every job needs."""
    cast("dict[str, Any]", sys.modules)["curl_cffi"] = None  # native code: no hook sees it connect
    import yt_dlp
    import yt_dlp.extractor.generic

    from runner import (
        conversion,
        direct,
        feeds,
        playlists,
        read_size,
        resume,
        stalls,
        tls,
    )

    for patch in (resume, read_size, direct, playlists, feeds, conversion, stalls):
        patch.install()
    for module in OF_JOBS:
        importlib.import_module(module)
    for file in sys.argv[1:]:  # certificates of authorities
        authorities.trust(file)
    tls.install()
    yt_dlp.YoutubeDL({"quiet": True}).close()
    _settle_proxies()
    for extractor in yt_dlp.extractor.gen_extractor_classes():
        extractor.suitable("https://example.org/")  # compiles its pattern: most of a job's start


def _settle_proxies() -> None:
    """Ask the system for its proxies once: on macOS a forked process must not (bpo-30837)."""
    asked, known = vars(urllib.request), urllib.request.getproxies()
    asked.update(getproxies=known.copy, proxy_bypass=asked["proxy_bypass_environment"])


def _fork(control: socket.socket, end: socket.socket) -> int:
    """A runner's process, in a group of its own: whoever learns the number may signal the group."""
    pid = os.fork()
    if pid == 0:
        _become_runner(control, end)
    with contextlib.suppress(OSError):  # it has done so itself, or has ended
        os.setpgid(pid, pid)
    return pid


def _become_runner(control: socket.socket, end: socket.socket) -> NoReturn:
    try:
        os.setpgid(0, 0)
        control.close()
        job.main(end)
        os._exit(0)  # nothing is left to be tidied; threads of libraries are not waited for
    except BaseException:  # noqa: BLE001 - nothing may get back into the forkserver's loop
        traceback.print_exc()
    finally:
        os._exit(1)


def _reap(pid: int) -> str:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return str(os.waitstatus_to_exitcode(status)) if ended else "alive"


if __name__ == "__main__":
    main()
