"""How far ffmpeg is: yt-dlp waits for it without a word, for minutes if it encodes.

ffmpeg writes its progress to a pipe (`-progress`, https://ffmpeg.org/ffmpeg.html#Main-options), and
the length of its input to stderr.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, TextIO

from yt_dlp.postprocessor import ffmpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    Listener = Callable[[float, float], None]
    """Called with the seconds that are converted, and those that there are."""

DURATION = re.compile(r"  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
TIME = re.compile(r"out_time_us=(\d+)")
KEPT_LINES = 500
"""Of the first and of the last."""

_listener: Listener | None = None
_Popen: Any = ffmpeg.Popen


def install() -> None:
    """Patch yt-dlp in this process."""
    ffmpeg.Popen = _TellingPopen


def listen(listener: Listener) -> None:
    """Have the progress of whatever ffmpeg does in this process told."""
    globals()["_listener"] = listener


class _TellingPopen(_Popen):  # type: ignore[misc]  # yt-dlp has no types
    @classmethod
    def run(cls, command: list[str], **options: Any) -> tuple[str, str, int]:  # noqa: ANN401
        """As yt-dlp's: the program's output, its errors and its exit code."""
        if _listener is None or "-i" not in command:
            told: tuple[str, str, int] = super().run(command, **options)
            return told
        with cls([command[0], "-progress", "pipe:1", *command[1:]], **options) as process:
            process.stdin.close()
            errors = _Errors(process.stderr)
            errors.start()
            for line in process.stdout:
                if (time := TIME.match(line)) and errors.duration:
                    _listener(int(time[1]) / 1e6, errors.duration)
            errors.join()
            return "", "".join(errors.lines), process.wait()


class _Errors(threading.Thread):
    """Reads what ffmpeg says, so that its pipe never fills."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._first: list[str] = []
        self._last: deque[str] = deque(maxlen=KEPT_LINES)
        self.duration = 0.0
        """Seconds of the longest input."""

    @property
    def lines(self) -> list[str]:
        """What tells of the input, and why it failed: of a damaged video each picture complains."""
        return [*self._first, *self._last]

    def run(self) -> None:
        for line in self._stream:
            (self._first if len(self._first) < KEPT_LINES else self._last).append(line)
            if found := DURATION.match(line):
                hours, minutes, seconds = found.groups()
                length = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
                self.duration = max(self.duration, length)
