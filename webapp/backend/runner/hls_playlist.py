"""A media playlist of HLS (RFC 8216) as far as a recording needs it. Pure: text in, values out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

ATTRIBUTE = re.compile(r'(?<![A-Z0-9-])([A-Z0-9-]+)=("[^"]*"|[^",]*)')
DEFAULT_TARGET = 6.0
NOTHING: dict[str, object] = {
    "seconds": 0.0,
    "begins_anew": False,
    "range": None,
    "head": None,
    "key": None,
}
"""The defaults of a segment, before any of its lines was read."""
BEHIND = 10
"""How many segments a stale playlist from a cache may lag behind."""
IV_BYTES = 16
MAX_SEGMENTS = 100_000
SHORTEST_TARGET, LONGEST_TARGET = 0.5, 60.0
"""Seconds between two looks at a playlist, whatever it says."""
NEAR_THE_END = 3
"""A client that joins starts this many segments before the end (RFC 8216, 6.3.3)."""


@dataclass(frozen=True, slots=True)
class Key:
    """How segments are encrypted: AES-128 with the key at `url`; `iv` None: the number is it."""

    url: str
    iv: bytes | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to be fetched: an address, and which bytes of it (`None`: all)."""

    url: str
    bytes: tuple[int, int] | None = None
    """First and last."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment."""

    number: int
    """Its media sequence number: the one before it has one less."""
    piece: Piece
    seconds: float
    begins_anew: bool = False
    """Whether its clock or its coding is another than that of the one before."""
    head: Piece | None = None
    """What a decoder needs before it (EXT-X-MAP)."""
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Playlist:
    """What a site sends at one moment."""

    segments: list[Segment] = field(default_factory=list)
    first: int = 0
    """The number that its first segment has, or would have."""
    target: float = DEFAULT_TARGET
    """Seconds that a segment lasts at most."""
    ended: bool = False
    whole: bool = False
    """Whether nothing is ever removed from its beginning (EVENT, VOD)."""

    @property
    def following(self) -> int:
        """The number of the segment that comes next."""
        return self.first + len(self.segments)


class NotAPlaylistError(ValueError):
    """The text is no media playlist, or is encrypted in a way that is not supported."""


def parse(text: str, url: str) -> Playlist:
    """Read the playlist that came from `url`.

    Raises:
        NotAPlaylistError: with a sentence.

    """
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    if not lines or not lines[0].startswith("#EXTM3U"):
        raise NotAPlaylistError("The site sent no playlist.")
    found, state = Playlist(), dict(NOTHING)
    for line in lines:
        name, _, value = line.partition(":")
        if line and not line.startswith("#"):
            if len(found.segments) >= MAX_SEGMENTS:
                raise NotAPlaylistError(f"The playlist has over {MAX_SEGMENTS} segments.")
            number = found.first + len(found.segments)
            found.segments.append(_segment(number, urljoin(url, line), state, found.segments))
            state |= {"seconds": 0.0, "begins_anew": False, "range": None}
        else:
            found = _of_all(found, name, value)
            _of_next(state, name, value, url)
    return found


def _of_all(found: Playlist, name: str, value: str) -> Playlist:
    """The playlist with what a line says of all of it."""
    match name:
        case "#EXT-X-MEDIA-SEQUENCE":
            return replace(found, first=_whole(value))
        case "#EXT-X-TARGETDURATION":
            return replace(found, target=_target(value))
        case "#EXT-X-PLAYLIST-TYPE":
            return replace(found, whole=value in {"EVENT", "VOD"})
        case "#EXT-X-ENDLIST":
            return replace(found, ended=True)
    return found


def _of_next(state: dict[str, object], name: str, value: str, url: str) -> None:
    """Keep what a line says of the next segment, or of all that follow."""
    match name:
        case "#EXTINF":
            state["seconds"] = _number(value.partition(",")[0])
        case "#EXT-X-DISCONTINUITY":
            state["begins_anew"] = True
        case "#EXT-X-BYTERANGE":
            state["range"] = value
        case "#EXT-X-MAP":
            state["head"] = _head(value, url)
        case "#EXT-X-KEY":
            state["key"] = _key(value, url)


def wanted(playlist: Playlist, next_number: int | None, *, from_start: bool) -> list[Segment]:
    """The segments to record now; `next_number` is the one after the last that was (None: none).

    A list whose numbers have fallen far behind is that of a stream that was begun anew.
    """
    if next_number is None:
        return playlist.segments if from_start else playlist.segments[-NEAR_THE_END:]
    if playlist.following + BEHIND < next_number:
        return playlist.segments
    return [one for one in playlist.segments if one.number >= next_number]


def _segment(number: int, url: str, state: dict[str, object], before: list[Segment]) -> Segment:
    part = None
    if isinstance(state["range"], str):
        length, _, offset = state["range"].partition("@")
        last = before[-1].piece if before else None
        follows = last.bytes[1] + 1 if last and last.bytes and last.url == url else 0
        first = _whole(offset) if offset else follows
        part = first, first + _whole(length) - 1
    head, key, seconds = state["head"], state["key"], state["seconds"]
    return Segment(
        number=number,
        piece=Piece(url, part),
        seconds=seconds if isinstance(seconds, float) else 0.0,
        begins_anew=bool(state["begins_anew"]),
        head=head if isinstance(head, Piece) else None,
        key=key if isinstance(key, Key) else None,
    )


def _head(value: str, url: str) -> Piece | None:
    given = _attributes(value)
    if "URI" not in given:
        return None
    part = None
    if "BYTERANGE" in given:
        length, _, offset = given["BYTERANGE"].partition("@")
        part = _whole(offset), _whole(offset) + _whole(length) - 1
    return Piece(urljoin(url, given["URI"]), part)


def _key(value: str, url: str) -> Key | None:
    given = _attributes(value)
    match given.get("METHOD"):
        case "NONE" | None:
            return None
        case "AES-128" if "URI" in given and given.get("KEYFORMAT", "identity") == "identity":
            digits = given.get("IV", "")[2:]
            try:
                iv = bytes.fromhex(digits.zfill(32)) if digits else None
            except ValueError:
                iv = b""
            if iv is not None and len(iv) != IV_BYTES:
                raise NotAPlaylistError("The playlist names no usable key.")
            return Key(urljoin(url, given["URI"]), iv)
    raise NotAPlaylistError("The stream is copy-protected.")


def _attributes(value: str) -> dict[str, str]:
    return {name: text.strip('"') for name, text in ATTRIBUTE.findall(value)}


def _target(value: str) -> float:
    return min(LONGEST_TARGET, max(SHORTEST_TARGET, _number(value) or DEFAULT_TARGET))


def _whole(text: str) -> int:
    digits = re.match(r"\d{1,18}", text.strip())
    return int(digits[0]) if digits else 0


def _number(text: str) -> float:
    digits = re.match(r"\d{1,6}(\.\d{1,9})?", text.strip())
    return float(digits[0]) if digits else 0.0
