"""From yt-dlp's hooks to one progress that never runs backwards, at most four times a second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL = 0.25
HIDDEN = {"MoveFiles", "MoveFilesAfterDownload"}


class ProgressMeter:
    """Adds up the parts (video, audio) of one download and tells `emit`."""

    def __init__(
        self,
        emit: Callable[[dict[str, Any]], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._emit, self._clock = emit, clock
        self._told = -INTERVAL
        self._sizes: list[float | None] = [None]
        self._parts: list[str] = []
        self._done_bytes = 0
        self._best = 0.0
        self._step_began = 0.0

    def expect(self, info: dict[str, Any]) -> None:
        """Learn how many parts are to come, and their sizes if known."""
        formats = info.get("requested_formats") or [info]
        self._sizes = [f.get("filesize") or f.get("filesize_approx") for f in formats]

    def progress(self, status: dict[str, Any]) -> None:
        """Take a call of yt-dlp's progress hook; of subtitles it tells too, which are no part."""
        if not (status.get("info_dict") or {}).get("format_id"):
            return
        part = str(status.get("filename"))
        here = int(status.get("downloaded_bytes") or 0)
        if part not in self._parts:
            self._parts.append(part)
        finished = status["status"] == "finished"
        whole = status.get("total_bytes") or status.get("total_bytes_estimate")
        if finished or self._clock() - self._told >= INTERVAL:
            self._told = self._clock()
            total = self._total(whole)
            self._best = max(self._best, self._fraction(status, here, whole))
            self._emit(
                {
                    "event": "progress",
                    "stage": "downloading",
                    "bytes": self._done_bytes + here,
                    "total": total,
                    "fraction": round(self._best, 4) if whole else None,
                    "speed": status.get("speed"),
                    "eta": status.get("eta"),
                }
            )
        if finished:
            self._done_bytes += here

    def converting(self, status: dict[str, Any]) -> None:
        """Take a call of yt-dlp's postprocessor hook."""
        if status["status"] == "started" and status["postprocessor"] not in HIDDEN:
            self._step_began = self._clock()
            self._emit(self._conversion())

    def converted(self, seconds: float, of: float) -> None:
        """Tell how far the present step is."""
        now = self._clock()
        if now - self._told < INTERVAL or seconds <= 0:
            return
        self._told = now
        fraction = min(1.0, seconds / of)
        eta = (now - self._step_began) * (1 - fraction) / fraction
        self._emit(self._conversion() | {"fraction": round(fraction, 4), "eta": round(eta, 1)})

    def _conversion(self) -> dict[str, Any]:
        event = {"event": "progress", "stage": "converting"}
        return event | {"bytes": self._done_bytes, "total": self._done_bytes}

    def _fraction(self, status: dict[str, Any], here: int, whole: float | None) -> float:
        """Of all parts: by bytes where every size is known, else each part counts alike."""
        if status.get("fragment_count") and status.get("fragment_index") is not None:
            here_fraction = float(status["fragment_index"] / status["fragment_count"])
        else:
            here_fraction = here / whole if whole else 0.0
        place = len(self._parts) - 1
        sizes = [size for size in self._sizes if size]
        if len(sizes) == len(self._sizes) and place < len(sizes):
            fraction = (sum(sizes[:place]) + here_fraction * sizes[place]) / sum(sizes)
        else:
            fraction = (place + here_fraction) / max(len(self._sizes), place + 1)
        return min(fraction, 1.0)

    def _total(self, whole: float | None) -> int | None:
        left = self._sizes[len(self._parts) :]
        if whole is None or any(size is None for size in left):
            return None
        return int(self._done_bytes + whole + sum(size for size in left if size))
