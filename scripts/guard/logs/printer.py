"""honcho's Printer, for whole blocks of lines at a time, and its twin for machines."""

from __future__ import annotations

import io
import json
from datetime import UTC
from typing import TYPE_CHECKING

import honcho.printer
from honcho.printer import Message

from . import ansi
from .display_width import display_width

if TYPE_CHECKING:
    from datetime import datetime

    from .terminal_writer import TerminalWriter

ERASE_LINE = b"\r\x1b[K"
TIME_FORMAT = "%H:%M:%S"
LEFT_OFF = "…\n".encode()


class _ColourScreen(io.StringIO):
    """Where honcho's own Printer renders a prefix; it asks whether colours are understood."""

    def isatty(self) -> bool:
        return True


class Printer(honcho.printer.Printer):  # type: ignore[misc] # honcho carries no types
    """The merged log for people: ``HH:MM:SS name | line``, or less before the line.

    honcho renders the prefix, once a second for each name; the lines behind it are never touched
    one by one.
    """

    def __init__(
        self,
        terminal: TerminalWriter,
        *,
        width: int = 0,
        colour: bool = True,
        erases: bool = True,
        time: bool = True,
        prefix: bool = True,
    ) -> None:
        super().__init__(
            output=_ColourScreen(),
            time_format=TIME_FORMAT if time else "",
            width=width,
            colour=colour,
            prefix=prefix,
        )
        self._terminal = terminal
        self._erases = erases
        self._prefixes: dict[str, tuple[tuple[datetime, int], bytes]] = {}
        self._half: _Half | None = None

    def write(self, message: Message) -> None:
        """Print whole lines; ``message.data`` is bytes as `LineSplitter` gives them out."""
        lines: bytes = message.data if self.colour else ansi.without_colours(message.data)
        prefix = self._prefix(message)
        lead, lines = self._after_half(message.name, prefix, lines)
        self._terminal.write(lead + lines[:-1].replace(b"\n", b"\n" + prefix) + b"\n")

    def write_partial(self, message: Message, *, for_good: bool) -> bool:
        """Show a line that is not complete yet; whatever is printed next ends or replaces it.

        Unless it may stay `for_good`, it is shown only where it can be erased again; answers
        whether it is.
        """
        text: bytes = message.data if self.colour else ansi.without_colours(message.data)
        prefix = self._prefix(message)
        erasable = self._fits(prefix + text)
        if not (for_good or erasable):
            return False
        lead, rest = self._after_half(message.name, prefix, text)
        self._terminal.write(lead + rest)
        self._half = _Half(message.name, text, erasable=erasable)
        return True

    @property
    def partial_is_erasable(self) -> bool:
        """Whether what is printed next takes the place of an incomplete line."""
        return self._half is not None and self._half.erasable

    def blank(self) -> None:
        """Print an empty line."""
        self.close()
        self._terminal.write(b"\n")

    def close(self) -> None:
        """End the last line."""
        if self._half:
            self._terminal.write(b"\n")
            self._half = None

    def _after_half(self, name: str, prefix: bytes, text: bytes) -> tuple[bytes, bytes]:
        """Answer what to print before ``text``, and what of it is still to be printed."""
        partial, self._half = self._half, None
        if partial is None:
            return prefix, text
        if partial.erasable:
            return ERASE_LINE + prefix, text
        if partial.name == name and text.startswith(partial.text):
            return b"", text[len(partial.text) :]
        return LEFT_OFF + prefix, text

    def _fits(self, line: bytes) -> bool:
        """Tell whether a line stays on one row of a screen, so that it can be erased again."""
        if not (self._erases and self._terminal.is_screen):
            return False
        text = ansi.without_colours(line).decode().expandtabs()
        # One that fills the row leaves the cursor on it, as terminals wrap at the next character.
        return display_width(text) <= self._terminal.columns

    def _prefix(self, message: Message) -> bytes:
        if not self.prefix:
            return b""
        stamp = message.time.replace(microsecond=0), self.width
        cached = self._prefixes.get(message.name)
        if cached is None or cached[0] != stamp:
            self.output = _ColourScreen()
            super().write(message._replace(data=" "))
            rendered = self.output.getvalue()[: -len(" \n")]
            if not self.time_format:  # then honcho begins with the space behind it
                rendered = rendered.replace(" ", "", 1)
            cached = stamp, rendered.encode()
            self._prefixes[message.name] = cached
        return cached[1]


class _Half:
    """An incomplete line on the screen."""

    def __init__(self, name: str, text: bytes, *, erasable: bool) -> None:
        self.name = name
        self.text = text
        self.erasable = erasable


class JsonPrinter:
    """The merged log for machines: one object a line, ``{"time", "name", "line"}``."""

    partial_is_erasable = False

    def __init__(self, terminal: TerminalWriter) -> None:
        self._terminal = terminal

    def write(self, message: Message) -> None:
        """Print whole lines, without their colours; ``time`` is UTC."""
        time = message.time.astimezone(UTC).isoformat(timespec="milliseconds")
        head = json.dumps({"time": time.replace("+00:00", "Z"), "name": message.name})[:-1]
        lines: list[str] = ansi.without_colours(message.data).decode()[:-1].split("\n")
        text = "".join(f'{head}, "line": {json.dumps(line)}}}\n' for line in lines)
        self._terminal.write(text.encode())

    def write_partial(self, message: Message, *, for_good: bool) -> bool:  # noqa: ARG002 - as Printer
        """Wait for the rest: a machine wants whole lines."""
        return False

    def blank(self) -> None:
        """Print nothing: an empty line is no object."""

    def close(self) -> None:
        """Nothing is ever left open."""
