"""The thread behind the log: reads PTY masters, and hands lines to the terminal and the files.

The pump owns all of it. It reads a bounded amount from each process in turn, so that a flood of one
does not hold up another, and handles lines in blocks, never one by one. Nothing in here ever makes
a process wait for longer than a stopped terminal is waited for.
"""

from __future__ import annotations

import os
import selectors
import sys
import threading
import time
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING

from honcho.colour import get_colours

from . import stamp
from .channel import Channel
from .display import PARTIAL_LINE_SECONDS, Display
from .failures import Failures
from .line_splitter import LineSplitter
from .rotating_file import RotatingFile
from .stream import Stream
from .wakeup import Wakeup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

TURN_BYTES = 48 * 1024
OWN_LINES = 10_000
"""How many lines of the guard's own may wait for the pump."""
CLOSING_SECONDS = 3.0
FAILED_SECONDS = 1.0  # until the terminals are asked again, after they could not be
_LINUX = sys.platform.startswith("linux")


class Pump:
    """The streams that are read, by the one thread in `run`.

    Where nothing else is said, a method is called by that thread, or before it has begun.
    """

    def __init__(
        self,
        own: str,
        names: Sequence[str],
        directory: Path | None,
        display: Display,
        streams: list[Stream],
    ) -> None:
        self.channels: dict[str, Channel] = {}
        self.followers: list[Callable[[str, bytes, datetime], None]] = []
        self._own = own
        self._directory = directory
        self._display = display
        self._streams = streams
        self._colours = get_colours()
        self._requests: deque[Callable[[], None]] = deque()
        self._beginning: deque[tuple[str, Callable[[bytes], None], int]] = deque()
        self._own_lines: deque[tuple[str, str]] = deque(maxlen=OWN_LINES)
        self._complained = False
        self._failures = Failures(lambda said: self.report(own, said))
        self._unread: Callable[[], object] | None = None
        self._closing = False
        # Linux alone has epoll; kqueue and macOS' poll() do not do PTYs.
        self._selector = selectors.DefaultSelector() if _LINUX else selectors.SelectSelector()
        self._wakeup = Wakeup()
        self._selector.register(self._wakeup, selectors.EVENT_READ, self._wakeup.take)
        for name in (own, *names):
            self.channel(name)

    def run(self) -> None:
        """Read, print and keep, until it is closed.

        Whatever fails in it is told and left out: without this thread every log would be silent for
        ever, and each process would stop as soon as its terminal is full.
        """
        while not self._closing:
            if not self._failures.attempt("the log's thread", self._turn):
                time.sleep(FAILED_SECONDS)
        self._failures.attempt("the log's end", self.finish)

    def _turn(self) -> None:
        ready = self._selector.select(self._until_due())
        self._answer()
        attempt = self._failures.attempt
        for key, _ in ready:
            attempt("what a process wrote", key.data)
        attempt("a line of the guard's", self._print_own_lines)
        attempt("a line that was begun", self._show_partial_lines)
        attempt("what is printed", self._display.watch, self._selector, self._resume)
        if self._display.is_unread and (call := self._unread) is not None:
            self._unread = None
            attempt("the end of who reads it", call)

    def finish(self) -> None:
        """Read and print what is left, and close everything."""
        deadline = time.monotonic() + CLOSING_SECONDS / 2
        self._answer()
        for stream in tuple(self._streams):
            self._failures.attempt("what a process wrote", self._finish_stream, stream, deadline)
        self._print_own_lines()
        self._resume()
        self._display.close()
        for channel in self.channels.values():
            channel.close()
        self._selector.close()
        self._wakeup.close()

    def _finish_stream(self, stream: Stream, deadline: float) -> None:
        while self._read(stream) and time.monotonic() < deadline:
            pass
        if not stream.ended:
            self._close_stream(stream)

    def ask(self, request: Callable[[], None]) -> None:
        """Have the pump do something. Callable from any thread."""
        self._requests.append(request)
        self._wakeup.wake()

    def report(self, name: str, text: str) -> None:
        """Print a line (or some) as of that name. Callable from any thread."""
        self._own_lines.append((name, text))
        self._wakeup.wake()

    def when_unread(self, call: Callable[[], object] | None) -> None:
        """Call this once the reader of what is printed has left. Callable from any thread."""
        self._unread = call
        self._wakeup.wake()

    def tap(self, name: str, sink: Callable[[bytes], None], lines: int) -> None:
        """Hand a name's last lines, and all that comes, to a sink. Callable from any thread."""
        self._beginning.append((name, sink, lines))
        self._wakeup.wake()

    def show_only(self, name: str | None, said: str) -> None:
        """Say this, and have none but that name's lines and our own shown below what was said."""
        self._own_lines.append((self._own, said))
        self._print_own_lines()
        self._display.show_only(name)

    def close(self) -> None:
        """End `run`. Callable from any thread."""
        self._closing = True
        self._wakeup.wake()

    def partial_lines(self, channel: Channel) -> list[bytes]:
        """Return the lines that a name's processes have begun. Callable from any thread."""
        streams = [stream for stream in tuple(self._streams) if stream.channel is channel]
        return [partial for stream in streams if (partial := stream.splitter.partial)]

    def _answer(self) -> None:
        self._begin_taps()
        for _ in range(len(self._requests)):
            self._failures.attempt("what the log was asked for", self._requests.popleft())

    def _print_own_lines(self) -> None:
        for _ in range(len(self._own_lines)):
            name, text = self._own_lines.popleft()
            lines = LineSplitter().feed(text.rstrip("\n").encode("utf-8", "replace") + b"\n")
            self._emit(self.channel(name), lines)

    def _until_due(self) -> float | None:
        if self._requests or self._beginning or self._own_lines:
            return 0
        timed = (self._display.due, *(stream.due for stream in self._streams))
        dues = [due for due in timed if due is not None]
        return max(0, min(dues) - time.monotonic()) if dues else None

    def channel(self, name: str) -> Channel:
        """Return what is kept of a name; made where it is new."""
        channel = self.channels.get(name)
        if channel is None:
            colour = None if name == self._own else next(self._colours)
            file = RotatingFile(self._directory / f"{name}.log") if self._directory else None
            channel = self.channels[name] = Channel(name, colour, file)
            self._display.fit(tuple(self.channels))
        return channel

    def open_stream(self, name: str, master: int) -> None:
        """Read a PTY of that name from now on."""
        stream = Stream(self.channel(name), master)
        self._selector.register(master, selectors.EVENT_READ, lambda: self._read(stream))
        stream.channel.begin_life()
        self._streams.append(stream)

    def _close_stream(self, stream: Stream) -> None:
        stream.ended = True
        self._streams.remove(stream)
        self._selector.unregister(stream.master)
        os.close(stream.master)
        self._emit(stream.channel, stream.splitter.feed(stream.screen.release()))
        self._emit(stream.channel, stream.splitter.flush())

    def _read(self, stream: Stream) -> bool:
        """Take one turn's worth; answer whether there may be more."""
        if stream.ended:
            return False
        chunks, room, ended = [], TURN_BYTES, False
        try:
            while room > 0 and (data := os.read(stream.master, room)):
                chunks.append(data)
                room -= len(data)
            ended = room > 0
        except BlockingIOError:
            pass
        except OSError:  # EIO: the last writer has closed the terminal
            ended = True
        if chunks:
            self._take(stream, b"".join(chunks))
        if ended:
            self._close_stream(stream)
        return room <= 0

    def _take(self, stream: Stream, data: bytes) -> None:
        # Whoever asked before a process wrote is to hear what it wrote, read in the same moment.
        self._begin_taps()
        for sink in stream.channel.taps:
            self._failures.attempt("who is attached", sink, data)
        stream.hear(data)
        lines = stream.splitter.feed(stream.screen.feed(data))
        if lines or stream.due is None:
            stream.due = time.monotonic() + PARTIAL_LINE_SECONDS
        if lines:
            stream.shown = b""
            self._emit(stream.channel, lines)

    def _begin_taps(self) -> None:
        while self._beginning:
            name, sink, count = self._beginning.popleft()
            channel = self.channel(name)
            channel.taps.append(sink)
            whole = [line + b"\n" for line in channel.lines(this_life=False)]
            if shown := b"".join(last(count, [*whole, *self.partial_lines(channel)])):
                self._failures.attempt("who is attached", sink, shown)

    def drain(self, name: str, done: threading.Event, deadline: float) -> None:
        """Read all that is there of a name, then set `done`."""
        streams = [stream for stream in self._streams if stream.channel.name == name]
        if not any([self._read(stream) for stream in streams]):  # noqa: C419 - read every one
            done.set()
        elif time.monotonic() < deadline:
            self.ask(lambda: self.drain(name, done, deadline))

    def _emit(self, channel: Channel, lines: bytes) -> None:
        if not lines:
            return
        now = datetime.now().astimezone()
        channel.remember(lines)
        attempt = self._failures.attempt
        for take in self.followers:
            attempt("who follows the log", take, channel.name, lines, now)
        attempt("a log's file", self._file, channel, lines, now)
        attempt("what is printed", self._display.write, channel, lines, now)

    def _file(self, channel: Channel, lines: bytes, now: datetime) -> None:
        if channel.file is None:
            return
        begin = f"{stamp.of(now)} ".encode()
        error = channel.file.write(begin + lines[:-1].replace(b"\n", b"\n" + begin) + b"\n")
        if error and not self._complained:
            self._complained = True
            self.report(
                self._own,
                f"{channel.file.path} cannot be written ({error.strerror}): "
                "the log goes on here, and there again once that is fixed",
            )

    def _show_partial_lines(self) -> None:
        now = time.monotonic()
        for stream in self._streams:
            if stream.due is not None and stream.due <= now:
                stream.due = None
                self._emit(stream.channel, stream.splitter.feed(stream.screen.release()))
                self._display.show_partial(stream)

    def _resume(self) -> None:
        for said in self._display.resume():
            self.report(self._own, said)


def last(count: int, lines: list[bytes]) -> list[bytes]:
    """Return the last lines, at most so many."""
    return lines[max(0, len(lines) - count) :]
