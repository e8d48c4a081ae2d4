"""The merged log, as everybody else uses it: any method may be called from any thread.

PTY masters go in; terminal, per-process files and the last lines in memory come out. All of it is
done by one thread, the pump.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, BinaryIO

from .display import Display
from .prefix import own_name
from .pump import CLOSING_SECONDS, Pump, last

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from .stream import Stream


class Log:
    """The log of one guard.

    `directory` is where the files go (None: no files); `output` the descriptor, or the file behind
    it, that the merged log is printed to; `erases` is whether a terminal there can erase a line;
    `time` and `prefix` are whether its lines begin with the time, and with anything of ours.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        directory: Path | None = None,
        output: BinaryIO | int = 1,
        colour: bool = True,
        erases: bool = True,
        as_json: bool = False,
        time: bool = True,
        prefix: bool = True,
    ) -> None:
        self._own = own_name(names)
        streams: list[Stream] = []
        self._display = Display(
            output if isinstance(output, int) else output.fileno(),
            self._own,
            streams,
            colour=colour,
            erases=erases,
            as_json=as_json,
            time=time,
            prefix=prefix,
        )
        self._pump = Pump(self._own, names, directory, self._display, streams)
        self._thread = threading.Thread(target=self._pump.run, name="log", daemon=True)

    def start(self) -> None:
        """Start the pump; what was attached or said before is shown now."""
        self._thread.start()

    def attach(self, name: str, master: int) -> None:
        """Read this PTY's master from now on, and close it when every writer is gone.

        The terminal's other end must be open when the pump gets to it.
        """
        os.set_blocking(master, False)
        self._pump.ask(lambda: self._pump.open_stream(name, master))

    def report(self, text: str, *, name: str | None = None) -> None:
        """Print a line (or some) of the guard's own among the others'."""
        self._pump.report(name or self._own, text)

    def when_unread(self, call: Callable[[], object] | None) -> None:
        """Call this, from the pump's thread, once the reader of the pipe it prints to has left."""
        self._pump.when_unread(call)

    def tail(self, name: str, count: int = 200) -> list[str]:
        """Answer the last lines of a process, with their colours; a begun line is the last."""
        return self._tail(name, count, this_life=False)

    def begun(self, name: str) -> str | None:
        """Answer the line that a process has begun and not ended, None where there is none."""
        channel = self._pump.channels.get(name)
        partial = [] if channel is None else self._pump.partial_lines(channel)
        return partial[-1].decode(errors="replace") if partial else None

    def output_of_current_run(self, name: str, count: int = 200) -> list[str]:
        """Answer as `tail` does, but nothing from before the last `attach` of that name."""
        return self._tail(name, count, this_life=True)

    def drained(self, name: str, timeout: float = 1.0) -> bool:
        """Wait until all that was written so far has been read; False when that takes too long."""
        return self.drain(name, timeout).wait(timeout)

    def drain(self, name: str, timeout: float = 1.0) -> threading.Event:
        """Have all read that was written so far; it is set then, and never if that takes too long.

        After a process has exited, `tail` then holds its final output.
        """
        done = threading.Event()
        deadline = time.monotonic() + timeout
        self._pump.ask(lambda: self._pump.drain(name, done, deadline))
        return done

    def tap(self, name: str, sink: Callable[[bytes], None], lines: int = 0) -> Callable[[], None]:
        """Hand every byte that the process writes to `sink` too, unchanged; answers how to stop.

        Before them come its last `lines`, as they stand on its terminal. `sink` is called by the
        pump and must not block.
        """
        self._pump.tap(name, sink, lines)
        return lambda: self._pump.ask(lambda: self._pump.channel(name).taps.remove(sink))

    def follow(self, take: Callable[[str, bytes, datetime], None]) -> None:
        """Hand `take` every block of whole lines as it is printed: its name, the lines, the time.

        It is called by the pump and must not block.
        """
        self._pump.followers.append(take)

    def show_only(self, name: str | None, said: str) -> None:
        """Say this, and print no lines but those of that name and our own below; None: of all.

        They are kept all the same: in the files, in memory, for those who follow.
        """
        self._pump.ask(lambda: self._pump.show_only(name, said))

    def blank(self) -> None:
        """Print an empty line, as Return in a terminal does."""
        self._pump.ask(self._display.blank)

    def close(self) -> None:
        """Read what is left, print it, and end the pump."""
        self._pump.close()
        if self._thread.ident is not None:
            self._thread.join(CLOSING_SECONDS)
        else:
            self._pump.finish()

    def _tail(self, name: str, count: int, *, this_life: bool) -> list[str]:
        channel = self._pump.channels.get(name)
        if channel is None:
            return []
        lines = [*channel.lines(this_life=this_life), *self._pump.partial_lines(channel)]
        return [line.decode() for line in last(count, lines)]
