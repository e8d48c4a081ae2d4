"""What the log's files hold, from the newest to the oldest: for who scrolls back and searches.

A place in it is a second and, of each service, how many lines of that second have been seen: the
files have stamps of a second, and a service's lines are in their order. So what was seen live and
what stands in the files fit together, over rotations too.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from . import ansi, levels, stamp
from .rotating_file import FILES, numbered

MAX_LINES = 10_000
SECONDS = 1.5
"""For which one question may be looked up; the next one goes on where it ended."""
CHUNK_BYTES = 256 * 1024
LINE_BYTES = 64 * 1024
"""What is shown of one line."""
_MAX_DIGITS = 11


class Place(NamedTuple):
    """Where to go on: what was written in that second or before, but what has been seen of it."""

    second: int
    """Seconds since 1970, UTC."""
    seen: Mapping[str, int]
    """Of each service, how many of the last lines of that second that were asked for."""

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of the control API."""
        return {"second": self.second, "seen": dict(self.seen)}


class Question(NamedTuple):
    """Which lines are wanted."""

    names: frozenset[str] | None = None
    """None: of all."""
    text: str = ""
    """What they hold, in any case."""
    level: levels.Level | None = None
    """How grave they are at least."""

    def wants(self, line: bytes) -> bool:
        """Whether a line, without its stamp, is wanted."""
        if not self.text and self.level is None:
            return True
        plain = ansi.without_colours(line).decode("utf-8", "replace")
        if self.text and self.text not in plain.lower():
            return False
        return self.level is None or levels.at_least(self.level, plain)


class Line(NamedTuple):
    """A line of a log's file."""

    stamp: str
    name: str
    text: bytes

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of the control API; `time` is in seconds since 1970."""
        text = self.text[:LINE_BYTES].decode("utf-8", "replace")
        return {"time": stamp.second(self.stamp), "service": self.name, "text": text}


class Answer(NamedTuple):
    """Lines, the oldest first, and where to go on; None where there are no older ones."""

    lines: list[Line]
    place: Place | None

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of `GET /api/lines`."""
        place = None if self.place is None else self.place.as_json()
        return {"lines": [line.as_json() for line in self.lines], "before": place}


def look(
    directory: Path,
    question: Question,
    place: Place,
    *,
    limit: int = MAX_LINES,
    clock: Callable[[], float] = time.monotonic,
) -> Answer:
    """Return the last lines before a place, `limit` of them at most. Callable from any thread."""
    edge = stamp.of_second(place.second)
    wanted = [
        path.stem
        for path in sorted(directory.glob("*.log"))
        if question.names is None or path.stem in question.names
    ]
    each = [_backwards(directory, name, edge, question) for name in wanted]
    merged = heapq.merge(*each, key=lambda line: line.stamp, reverse=True)
    unseen, until = Counter(place.seen), clock() + SECONDS
    seen_at: Counter[str] = Counter()
    found: list[Line] = []
    last = edge
    for line in merged:
        if line.stamp != last:
            last = line.stamp
            seen_at.clear()
        if line.text is _NOTHING:
            if clock() > until:
                return Answer(found[::-1], _place(last, seen_at, place, edge))
            continue
        if line.stamp == edge and unseen[line.name] > 0:
            unseen[line.name] -= 1
            continue
        if len(found) == limit or (len(found) % 1000 == 0 and clock() > until):
            return Answer(found[::-1], _place(last, seen_at, place, edge))
        found.append(line)
        seen_at[line.name] += 1
    return Answer(found[::-1], None)


_NOTHING = b"(nothing that is wanted)"
"""Stands for a chunk without a wanted line: so that time is kept where nothing is found."""


def _place(last: str, seen: Mapping[str, int], before: Place, edge: str) -> Place:
    at_edge = Counter(before.seen) if last == edge else Counter()
    return Place(stamp.second(last), dict(at_edge + Counter(seen)))


def _backwards(directory: Path, name: str, edge: str, question: Question) -> Iterator[Line]:
    """Yield the wanted lines that one service wrote by then, the newest first."""
    seen: set[int] = set()
    for number in range(FILES):
        # Open as long as it is read: a file that is renamed meanwhile is met again, and known.
        with (
            contextlib.suppress(OSError),
            numbered(directory / f"{name}.log", number).open("rb") as file,
        ):
            inode = os.fstat(file.fileno()).st_ino
            if inode in seen:
                continue
            seen.add(inode)
            for chunk in _chunks(file):
                yield from _lines(name, chunk, edge, question)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines, the last ones first, in pieces of about `CHUNK_BYTES`."""
    end, rest = file.seek(0, os.SEEK_END), b""
    while end > 0:
        begin = max(0, end - CHUNK_BYTES)
        file.seek(begin)
        data = file.read(end - begin) + rest
        cut = data.find(b"\n") + 1 if begin > 0 else 0
        if begin > 0 and cut == 0 and len(data) < 16 * CHUNK_BYTES:  # within one long line
            rest, end = data, begin
            continue
        rest, end = data[:cut], begin
        yield data[cut:]


def _lines(name: str, chunk: bytes, edge: str, question: Question) -> Iterator[Line]:
    last = edge
    for line in reversed(chunk.split(b"\n")):
        stamped = stamp.split(line)
        if stamped is None or stamped[0] > edge:
            continue
        last, text = stamped
        if question.wants(text):
            yield Line(last, name, text)
    yield Line(last, name, _NOTHING)


def place_of(text: str) -> Place | None:
    """Read `SECOND` or `SECOND~NAME~SEEN~NAME~SEEN...`; None for anything else."""
    second, *pairs = text.split("~")
    if len(pairs) % 2 or not _is_count(second) or not all(map(_is_count, pairs[1::2])):
        return None
    pairs_of = zip(pairs[::2], pairs[1::2], strict=True)
    return Place(int(second), {name: int(seen) for name, seen in pairs_of})


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
