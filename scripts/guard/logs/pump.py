"""The merged log: PTY masters in; terminal, per-process files and tails in memory out.

One thread, the pump, owns all of it. It reads a bounded amount from each process in turn, so that
a flood of one does not hold up another, and handles lines in blocks, never one by one. Nothing in
here ever makes a process wait for longer than a stopped terminal is waited for.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import sys
import threading
import time
from collections import Counter, deque
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from honcho.colour import get_colours
from honcho.printer import Message

from . import stamp
from .channel import Channel
from .line_splitter import LineSplitter
from .prefix import own_name
from .printer import JsonPrinter, Printer
from .rotating_file import RotatingFile
from .stream import REDRAWN_PAUSE_SECONDS, Stream
from .terminal_writer import TerminalWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PARTIAL_LINE_SECONDS = 0.1
TURN_BYTES = 48 * 1024
OWN_LINES = 10_000
"""How many lines of the guard's own may wait for the pump."""
CLOSING_SECONDS = 3.0
_LINUX = sys.platform.startswith("linux")


class Log:
    """The log of one guard. Every method may be called from any thread.

    `directory` is where the files go (None: no files); `output` the descriptor, or the file behind
    it, that the merged log is printed to; `time` and `prefix` are whether its lines begin with the
    time, and with anything of ours.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        directory: Path | None = None,
        output: BinaryIO | int = 1,
        colour: bool = True,
        as_json: bool = False,
        time: bool = True,
        prefix: bool = True,
    ) -> None:
        self._directory = directory
        self._terminal = TerminalWriter(output if isinstance(output, int) else output.fileno())
        self._printer: Printer | JsonPrinter = (
            JsonPrinter(self._terminal)
            if as_json
            else Printer(self._terminal, colour=colour, time=time, prefix=prefix)
        )
        self._colours = get_colours()
        self._channels: dict[str, Channel] = {}
        self._streams: list[Stream] = []
        self._requests: deque[Callable[[], None]] = deque()
        self._beginning: deque[tuple[str, Callable[[bytes], None], int]] = deque()
        self._own_lines: deque[tuple[str, str]] = deque(maxlen=OWN_LINES)
        self._followers: list[Callable[[str, bytes, datetime], None]] = []
        self._skipped: Counter[str] = Counter()
        self._complained = False
        self._shown: str | None = None
        self._unread: Callable[[], object] | None = None
        self._awaited = False
        self._closing = False
        # Linux alone has epoll; kqueue and macOS' poll() do not do PTYs.
        self._selector = selectors.DefaultSelector() if _LINUX else selectors.SelectSelector()
        self._wakeup_r, self._wakeup_w = os.pipe()
        os.set_blocking(self._wakeup_w, False)
        os.set_blocking(self._wakeup_r, False)
        self._selector.register(self._wakeup_r, selectors.EVENT_READ, self._take_wakeups)
        self._pump = threading.Thread(target=self._run, name="log", daemon=True)
        self._own = own_name(names)
        for name in (self._own, *names):
            self._channel(name)

    def start(self) -> None:
        """Start the pump; what was attached or said before is shown now."""
        self._pump.start()

    def attach(self, name: str, master: int) -> None:
        """Read this PTY's master from now on, and close it when every writer is gone.

        The terminal's other end must be open when the pump gets to it.
        """
        os.set_blocking(master, False)
        self._ask(lambda: self._open_stream(name, master))

    def report(self, text: str, *, name: str | None = None) -> None:
        """Print a line (or some) of the guard's own among the others'."""
        self._own_lines.append((name or self._own, text))
        self._wakeup()

    def when_unread(self, call: Callable[[], object] | None) -> None:
        """Call this, from the pump's thread, once the reader of the pipe it prints to has left."""
        self._unread = call
        self._wakeup()

    def tail(self, name: str, count: int = 200) -> list[str]:
        """Answer the last lines of a process, with their colours; a begun line is the last."""
        return self._tail(name, count, this_life=False)

    def _tail(self, name: str, count: int, *, this_life: bool) -> list[str]:
        channel = self._channels.get(name)
        if channel is None:
            return []
        lines = [*channel.lines(this_life=this_life), *self._partial_lines(channel)]
        return [line.decode() for line in _last(count, lines)]

    def _partial_lines(self, channel: Channel) -> list[bytes]:
        streams = [stream for stream in tuple(self._streams) if stream.channel is channel]
        return [partial for stream in streams if (partial := stream.splitter.partial)]

    def begun(self, name: str) -> str | None:
        """Answer the line that a process has begun and not ended, None where there is none."""
        channel = self._channels.get(name)
        partial = [] if channel is None else self._partial_lines(channel)
        return partial[-1].decode(errors="replace") if partial else None

    def output_of_current_run(self, name: str, count: int = 200) -> list[str]:
        """Answer as `tail` does, but nothing from before the last `attach` of that name."""
        return self._tail(name, count, this_life=True)

    def drained(self, name: str, timeout: float = 1.0) -> bool:
        """Wait until all that was written so far has been read; False when that takes too long.

        After a process has exited, `tail` then holds its final output.
        """
        done = threading.Event()
        deadline = time.monotonic() + timeout
        self._ask(lambda: self._drain(name, done, deadline))
        return done.wait(timeout)

    def tap(self, name: str, sink: Callable[[bytes], None], lines: int = 0) -> Callable[[], None]:
        """Hand every byte that the process writes to `sink` too, unchanged; answers how to stop.

        Before them come its last `lines`, as they stand on its terminal. `sink` is called by the
        pump and must not block.
        """
        self._beginning.append((name, sink, lines))
        self._wakeup()
        return lambda: self._ask(lambda: self._channel(name).taps.remove(sink))

    def follow(self, take: Callable[[str, bytes, datetime], None]) -> None:
        """Hand `take` every block of whole lines as it is printed: its name, the lines, the time.

        It is called by the pump and must not block.
        """
        self._followers.append(take)

    def show_only(self, name: str | None) -> None:
        """Print no lines but those of that name and our own from now on; None: of all again.

        They are kept all the same: in the files, in memory, for those who follow.
        """

        def change() -> None:
            self._shown = name

        self._ask(change)

    def blank(self) -> None:
        """Print an empty line, as Return in a terminal does."""
        self._ask(self._print_blank)

    def close(self) -> None:
        """Read what is left, print it, and end the pump."""
        self._closing = True
        self._wakeup()
        if self._pump.ident is not None:
            self._pump.join(CLOSING_SECONDS)
        else:
            self._finish()

    # From here on: the pump.

    def _run(self) -> None:
        while not self._closing:
            self._turn()
        self._finish()

    def _turn(self) -> None:
        ready = self._selector.select(self._until_due())
        self._answer()
        for key, _ in ready:
            key.data()
        self._print_own_lines()
        self._show_partial_lines()
        self._watch_terminal()
        if self._terminal.is_unread and (call := self._unread) is not None:
            self._unread = None
            call()

    def _finish(self) -> None:
        deadline = time.monotonic() + CLOSING_SECONDS / 2
        self._answer()
        for stream in tuple(self._streams):
            while self._read(stream) and time.monotonic() < deadline:
                pass
            if not stream.ended:
                self._close_stream(stream)
        self._print_own_lines()
        self._resume_terminal()
        self._printer.close()
        self._terminal.close()
        for channel in self._channels.values():
            channel.close()
        self._selector.close()
        os.close(self._wakeup_r)

    def _ask(self, request: Callable[[], None]) -> None:
        self._requests.append(request)
        self._wakeup()

    def _wakeup(self) -> None:
        # A full pipe has woken the pump already; one without a reader has none to wake.
        with contextlib.suppress(OSError):
            os.write(self._wakeup_w, b"!")

    def _take_wakeups(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wakeup_r, 4096)

    def _answer(self) -> None:
        self._begin_taps()
        for _ in range(len(self._requests)):
            self._requests.popleft()()

    def _print_own_lines(self) -> None:
        for _ in range(len(self._own_lines)):
            name, text = self._own_lines.popleft()
            lines = LineSplitter().feed(text.rstrip("\n").encode("utf-8", "replace") + b"\n")
            self._emit(self._channel(name), lines)

    def _until_due(self) -> float | None:
        if self._requests or self._beginning or self._own_lines:
            return 0
        dues = [stream.due for stream in self._streams if stream.due is not None]
        return max(0, min(dues) - time.monotonic()) if dues else None

    def _channel(self, name: str) -> Channel:
        channel = self._channels.get(name)
        if channel is None:
            colour = None if name == self._own else next(self._colours)
            file = RotatingFile(self._directory / f"{name}.log") if self._directory else None
            channel = self._channels[name] = Channel(name, colour, file)
            if isinstance(self._printer, Printer):
                self._printer.width = max(map(len, self._channels))
        return channel

    def _open_stream(self, name: str, master: int) -> None:
        stream = Stream(self._channel(name), master)
        stream.channel.begin_life()
        self._streams.append(stream)
        self._selector.register(master, selectors.EVENT_READ, lambda: self._read(stream))

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
            sink(data)
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
            channel = self._channel(name)
            channel.taps.append(sink)
            whole = [line + b"\n" for line in channel.lines(this_life=False)]
            if shown := b"".join(_last(count, [*whole, *self._partial_lines(channel)])):
                sink(shown)

    def _drain(self, name: str, done: threading.Event, deadline: float) -> None:
        streams = [stream for stream in self._streams if stream.channel.name == name]
        if not any([self._read(stream) for stream in streams]):  # noqa: C419 - read every one
            done.set()
        elif time.monotonic() < deadline:
            self._ask(lambda: self._drain(name, done, deadline))

    def _emit(self, channel: Channel, lines: bytes) -> None:
        if not lines:
            return
        now = datetime.now().astimezone()
        channel.remember(lines)
        for take in self._followers:
            take(channel.name, lines, now)
        self._file(channel, lines, now)
        if not self._is_shown(channel):
            return
        if self._terminal.stalled:
            self._skipped[channel.name] += lines.count(b"\n")
            return
        if self._printer.partial_is_erasable:
            self._show_again()
        self._printer.write(Message("line", lines, now, channel.name, channel.colour))

    def _is_shown(self, channel: Channel) -> bool:
        return self._shown is None or channel.name in {self._shown, self._own}

    def _print_blank(self) -> None:
        if not self._terminal.stalled:
            self._show_again()
            self._printer.blank()

    def _file(self, channel: Channel, lines: bytes, now: datetime) -> None:
        if channel.file is None:
            return
        begin = f"{stamp.of(now)} ".encode()
        error = channel.file.write(begin + lines[:-1].replace(b"\n", b"\n" + begin) + b"\n")
        if error and not self._complained:
            self._complained = True
            self.report(
                f"{channel.file.path} cannot be written ({error.strerror}): "
                "the log goes on here, and there again once that is fixed"
            )

    def _show_partial_lines(self) -> None:
        now = time.monotonic()
        for stream in self._streams:
            if stream.due is not None and stream.due <= now:
                stream.due = None
                self._emit(stream.channel, stream.splitter.feed(stream.screen.release()))
                self._show_partial(stream)

    def _show_partial(self, stream: Stream) -> None:
        partial = stream.splitter.partial
        if not self._is_shown(stream.channel):
            return
        if partial and partial != stream.shown and not self._terminal.stalled:
            now = datetime.now().astimezone()
            channel = stream.channel
            message = Message("line", partial, now, channel.name, channel.colour)
            if self._printer.write_partial(message, for_good=stream.is_waiting):
                stream.shown = partial
            elif not stream.is_waiting and stream.splitter.is_redrawn:
                stream.due = stream.heard + REDRAWN_PAUSE_SECONDS

    def _show_again(self) -> None:
        """What is printed next erases an incomplete line: let it come back below."""
        for stream in self._streams:
            if stream.shown:
                stream.shown = b""
                stream.due = time.monotonic() + PARTIAL_LINE_SECONDS

    def _watch_terminal(self) -> None:
        """Learn when a stalled terminal moves again."""
        if self._terminal.stalled and not self._awaited:
            self._selector.register(self._terminal, selectors.EVENT_WRITE, self._resume_terminal)
            self._awaited = True
        elif self._awaited and not self._terminal.stalled:
            self._selector.unregister(self._terminal)
            self._awaited = False

    def _resume_terminal(self) -> None:
        self._terminal.resume()
        if self._terminal.stalled:
            return
        for name, count in self._skipped.items():
            file = self._channels[name].file
            see = f", see {file.path}" if file else ""
            self.report(f"{count:,} lines of {name} not shown{see}")
        self._skipped.clear()


def _last(count: int, lines: list[bytes]) -> list[bytes]:
    return lines[max(0, len(lines) - count) :]
