"""What the merged log shows: on a terminal that may stop, whole lines and those just begun."""

from __future__ import annotations

import selectors
import time
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from honcho.printer import Message

from .printer import JsonPrinter, Printer
from .stream import REDRAWN_PAUSE_SECONDS, Stream
from .terminal_writer import TerminalWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .channel import Channel

PARTIAL_LINE_SECONDS = 0.1
FULL_SECONDS = 2.0  # between two attempts to write to a full disk


class Display:
    """Where the lines of all are printed; used by the pump alone.

    `descriptor` is printed to; `own` is the name of the guard's own lines, which are always shown;
    `streams` are those whose begun lines may be on the screen. `erases` is whether a terminal can
    erase a line, `time` and `prefix` whether one begins with the time, and with anything of ours.
    """

    def __init__(
        self,
        descriptor: int,
        own: str,
        streams: Sequence[Stream],
        *,
        colour: bool,
        erases: bool,
        as_json: bool,
        time: bool,
        prefix: bool,
    ) -> None:
        self._own = own
        self._streams = streams
        self._terminal = TerminalWriter(descriptor)
        self._printer: Printer | JsonPrinter = (
            JsonPrinter(self._terminal)
            if as_json
            else Printer(self._terminal, colour=colour, erases=erases, time=time, prefix=prefix)
        )
        self._skipped: Counter[Channel] = Counter()
        self._shown: str | None = None
        self._awaited = False
        self.due: float | None = None
        """When a full disk is tried again, on the monotonic clock."""

    @property
    def is_unread(self) -> bool:
        """Whether the reader of the pipe that it prints to has left."""
        return self._terminal.is_unread

    def fit(self, names: Sequence[str]) -> None:
        """Leave room for these names before the lines."""
        if isinstance(self._printer, Printer):
            self._printer.width = max(map(len, names))

    def show_only(self, name: str | None) -> None:
        """Print no lines but those of that name and our own from now on; None: of all again."""
        self._shown = name

    def write(self, channel: Channel, lines: bytes, now: datetime) -> None:
        """Print whole lines, unless the terminal has stopped: then count them."""
        if not self._is_shown(channel):
            return
        if self._terminal.stalled:
            self._skipped[channel] += lines.count(b"\n")
            return
        if self._printer.partial_is_erasable:
            self._show_again()
        self._printer.write(Message("line", lines, now, channel.name, channel.colour))

    def blank(self) -> None:
        """Print an empty line."""
        if not self._terminal.stalled:
            self._show_again()
            self._printer.blank()

    def show_partial(self, stream: Stream) -> None:
        """Print the line that a process has begun, where it was not already."""
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

    def watch(self, selector: selectors.BaseSelector, moves: Callable[[], None]) -> None:
        """Have `moves` called once a terminal that has stopped takes something again."""
        if self._terminal.is_file:  # nobody tells that a disk has room again
            self._try_again(moves)
        elif self._terminal.stalled and not self._awaited:
            selector.register(self._terminal, selectors.EVENT_WRITE, moves)
            self._awaited = True
        elif self._awaited and not self._terminal.stalled:
            selector.unregister(self._terminal)
            self._awaited = False

    def _try_again(self, moves: Callable[[], None]) -> None:
        now = time.monotonic()
        if not self._terminal.stalled:
            self.due = None
        elif self.due is None:
            self.due = now + FULL_SECONDS
        elif self.due <= now:
            self.due = None
            moves()

    def resume(self) -> Sequence[str]:
        """Print what was left when it stopped; returns what there is to say of lines not shown."""
        self._terminal.resume()
        if self._terminal.stalled:
            return ()
        skipped, self._skipped = self._skipped, Counter()
        return [
            f"{count:,} {'line' if count == 1 else 'lines'} of {channel.name} not shown"
            + (f", see {channel.file.path}" if channel.file else "")
            for channel, count in skipped.items()
        ]

    def close(self) -> None:
        """End the last line."""
        self._printer.close()
        self._terminal.close()

    def _is_shown(self, channel: Channel) -> bool:
        return self._shown is None or channel.name in {self._shown, self._own}

    def _show_again(self) -> None:
        """What is printed next erases an incomplete line: let it come back below."""
        for stream in self._streams:
            if stream.shown:
                stream.shown = b""
                stream.due = time.monotonic() + PARTIAL_LINE_SECONDS
