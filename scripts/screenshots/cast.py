"""A recording of a terminal, as asciinema keeps it (asciicast v2).

https://docs.asciinema.org/manual/asciicast/v2/: a line of JSON with the size, then a line for each
piece of output: `[seconds, "o", text]`.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field

IDLE = 1.6  # seconds: a longer pause is shown as one of this length


@dataclass
class Recorder:
    """Takes down what a terminal shows, and when."""

    columns: int
    rows: int
    events: list[tuple[float, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, text: str) -> None:
        """Keep a piece of output, shown now."""
        with self._lock:
            self.events.append((time.monotonic(), text))


@dataclass(frozen=True)
class Cast:
    """One terminal of a recording; times are in seconds from its beginning."""

    title: str
    columns: int
    rows: int
    events: tuple[tuple[float, str], ...]

    def asciicast(self) -> str:
        """The text of an asciicast v2 file."""
        header = {"version": 2, "width": self.columns, "height": self.rows, "title": self.title}
        lines = [json.dumps(header)]
        lines += [json.dumps([round(at, 3), "o", text]) for at, text in self.events]
        return "\n".join(lines) + "\n"


def casts(recorders: dict[str, Recorder], since: float) -> list[Cast]:
    """Cut recordings that were made side by side: from a moment on, without long pauses.

    Args:
        recorders: title of each terminal -> what it showed.
        since: the moment (`time.monotonic`) at which it begins; what was before is shown at once.

    """
    moments = sorted({max(at, since) for each in recorders.values() for at, _ in each.events})
    shown_at: dict[float, float] = {}
    clock, before = 0.0, since
    for moment in moments:
        clock += min(moment - before, IDLE)
        shown_at[moment] = clock
        before = moment
    return [
        Cast(
            title,
            recorder.columns,
            recorder.rows,
            tuple((shown_at[max(at, since)], text) for at, text in recorder.events),
        )
        for title, recorder in recorders.items()
    ]
