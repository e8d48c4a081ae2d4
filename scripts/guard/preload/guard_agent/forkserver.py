"""Forks servers from one interpreter that has loaded their libraries, each ahead of its start.

It has one thread and runs nothing of the project. A fork waits until it is told what to run; what
it does then is told in `becoming`.
"""

from __future__ import annotations

import _socket
import gc
import os
import select
import sys
import time

from . import circumstances, libraries, wire
from .becoming import become, told

LOOK_SECONDS = 5.0  # between two looks whether a library has changed
ADOPTION_POLL_SECONDS = 0.0002


def serve(control_fd: int) -> tuple[str, list[str], int]:
    """Answer the guard until it is gone; returns in a fork what `become` does."""
    control = _socket.socket(fileno=control_fd)
    os.set_inheritable(control_fd, False)
    _be_silent()
    environment = circumstances.environment()
    loaded = libraries.Libraries()
    received = wire.receive(control)
    if received is None:
        os._exit(0)
    try:
        loaded.load(received[0])
    except libraries.Unfit as unfit:
        wire.send(control, {"unfit": str(unfit)})
        os._exit(0)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()  # else each fork would print what is still held back
    gc.collect()
    gc.freeze()  # else the first collection of each fork would copy every page
    wire.send(control, {"ready": len(sys.modules)})
    poll = select.poll()  # the number is the guard's, which may have more than `select` knows
    poll.register(control, select.POLLIN)
    while True:
        if poll.poll(LOOK_SECONDS * 1000):
            channel = _answer(control)
            if channel is not None:
                return become(told(channel), loaded, environment)
        elif (path := loaded.changed()) is not None:
            wire.send(control, {"changed": path})
            os._exit(0)


def _be_silent() -> None:
    """Print nothing: what a library prints when it is imported was printed by the program."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.close(nothing)


def _answer(control: _socket.socket) -> _socket.socket | None:
    """Do what is asked for; returns, in a fork that was, where the guard will speak to it."""
    received = wire.receive(control)
    if received is None:  # the guard has gone
        os._exit(0)
    message, descriptors = received
    if "bury" in message:
        wire.send(control, {"status": os.waitpid(message["bury"], 0)[1]})
        return None
    (channel,) = descriptors
    if not _fork(adopted=message["fork"]):
        os.close(channel)
        return None
    control.close()
    return _socket.socket(fileno=channel)


def _fork(*, adopted: bool) -> bool:
    """Fork, twice where the guard is to adopt the child; returns whether this is the child."""
    child = os.fork()
    if child:
        if adopted:
            os.waitpid(child, 0)
        return False
    if adopted:
        between = os.getpid()
        if os.fork():
            os.setsid()  # should we be orphaned ourselves, the guard takes us for what it reaps
            os._exit(0)
        while os.getppid() == between:
            time.sleep(ADOPTION_POLL_SECONDS)
    return True
