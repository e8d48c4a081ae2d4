"""What has been recorded of a live stream: parts in staging, and the journal that vouches for them.

Nobody knows when a live stream ends, so nothing can be compared with a length at the end. What the
journal vouches for instead: which segments are in which part, in which order, and where one is
missing. A part grows by whole segments, and the journal after it; after `kill -9` a part is cut
back to what the journal says. Whoever goes on begins a new part, and all are joined at the end.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from files.staging import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JOURNAL = "live.json"


@dataclass(slots=True)
class Part:
    """A file of segments that follow each other."""

    file: str
    first: int
    """The number of its first segment."""
    bytes: int = 0
    following: int = 0
    """The number after its last segment."""
    seconds: float = 0.0
    head: str = ""
    """The digest of what decoders need before it."""
    joins: bool = False
    """Whether it continues the part before it without a gap, byte for byte."""

    @property
    def place(self) -> int:
        """Its place among the parts that were ever begun, as its file's name tells it."""
        return int(self.file.removesuffix(".ts").rpartition("-")[2])


@dataclass(slots=True)
class Track:
    """One playlist's parts: picture and sound may come apart."""

    place: str = ""
    """Where its playlist is, without what changes from one look to the next."""
    parts: list[Part] = field(default_factory=list)
    ended: bool = False
    """Whether the site has said that there is no more."""
    missing: int = 0
    """Segments that the site no longer had."""
    late: bool = False
    """Whether the beginning was gone already, although it was wanted."""

    @property
    def following(self) -> int | None:
        """The number of the segment to go on with; None when nothing has been recorded."""
        return self.parts[-1].following if self.parts else None

    @property
    def seconds(self) -> float:
        """How long it is, by what the site said of each segment."""
        return sum(part.seconds for part in self.parts)

    def runs(self) -> Iterator[list[Part]]:
        """The parts, those together that only need to be put one after the other."""
        run: list[Part] = []
        for part in self.parts:
            if run and not part.joins:
                yield run
                run = []
            run.append(part)
        if run:
            yield run


@dataclass(slots=True)
class Recording:
    """The journal of one download's recording, in its staging folder."""

    folder: Path
    info: dict[str, Any] = field(default_factory=dict)
    """What the site told when it began: later the link may lead to something else, or nowhere."""
    tracks: list[Track] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        """Whether anything has been recorded."""
        return any(track.parts for track in self.tracks)

    @property
    def ended(self) -> bool:
        """Whether the site has said that there is no more."""
        return self.begun and all(track.ended for track in self.tracks)

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.bytes for track in self.tracks for part in track.parts)

    @classmethod
    def open(cls, folder: Path) -> Recording:
        """What an earlier run left, with its parts cut back to what the journal vouches for."""
        found = cls(folder)
        try:
            told = json.loads((folder / JOURNAL).read_text())
            found.info = dict(told["info"])
            found.tracks = [
                Track(**one | {"parts": [Part(**part) for part in one["parts"]]})
                for one in told["tracks"]
            ]
        except (OSError, ValueError, KeyError, TypeError):
            found.info, found.tracks = {}, []
        for track in found.tracks:
            track.parts = list(found._repaired(track.parts))
        return found

    def save(self) -> None:
        """Write the journal atomically; after each segment."""
        told = {"info": self.info, "tracks": [asdict(track) for track in self.tracks]}
        write_atomically(self.folder / JOURNAL, json.dumps(told))

    def part(self, number: int, first: int, head: str, *, joins: bool) -> Part:
        """Begin a part of track `number` with segment `first`."""
        track = self.tracks[number]
        # Not counted: what a power cut emptied has gone from among them.
        place = track.parts[-1].place + 1 if track.parts else 0
        part = Part(f"live-{number}-{place:05}.ts", first, following=first, head=head)
        part.joins = joins and bool(track.parts)
        track.parts.append(part)
        (self.folder / part.file).write_bytes(b"")
        return part

    def append(self, part: Part, content: bytes) -> None:
        """Write at the end of a part; nothing vouches for it until `save`."""
        with (self.folder / part.file).open("ab") as file:
            file.write(content)
        part.bytes += len(content)

    def _repaired(self, parts: list[Part]) -> Iterator[Part]:
        """Truncate each part to what the journal vouches for; a power cut may have left less."""
        torn = False
        for part in parts:
            path = self.folder / part.file
            there = path.stat().st_size if path.is_file() else 0
            part.joins = part.joins and not torn
            torn = there < part.bytes
            part.bytes = min(part.bytes, there)
            if part.bytes:
                os.truncate(path, part.bytes)
                yield part
