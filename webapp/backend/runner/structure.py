"""How long a file says that it is: by boxes (MP4), chunks (RIFF), elements (MKV), a frame (MP3).

What was cut off shows there, whatever the server announced: nothing has to be decoded for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from runner import mpeg_audio

if TYPE_CHECKING:
    from pathlib import Path

BOXES = {b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"free", b"skip", b"wide", b"uuid"}
"""What an MP4 or QuickTime file may begin with."""
HEADER = 16
"""Bytes of the largest header of a box."""
EBML, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
UNKNOWN = (1 << 31, 1 << 32)
"""What a RIFF file says, or nearly, whose writer did not know: it wrote to a pipe. Or it says 0."""
NEARLY = 4096
PACKET, SYNC = 188, 0x47
"""Bytes of a packet of a transport stream, and what each begins with (ISO 13818-1, 2.4.3)."""


def told_size(medium: Path) -> int | None:
    """Bytes that the file should have at least; None if it does not say."""
    with medium.open("rb") as file:
        head = file.read(HEADER)
        if head[4:8] in BOXES:
            return _boxes(file, medium.stat().st_size)
        if head[:4] == b"RIFF":
            told = int.from_bytes(head[4:8], "little")
            known = told and all(abs(told - size) > NEARLY for size in UNKNOWN)
            return 8 + told if known else None
        if head[:4] == EBML:
            return _matroska(file)
        return mpeg_audio.told_bytes(file)


def head_and_size(medium: Path) -> tuple[bytes, int]:
    """The first packets of a file, and its bytes."""
    with medium.open("rb") as file:
        return file.read(3 * PACKET), medium.stat().st_size


def is_cut_within_a_packet(head: bytes, size: int) -> bool:
    """Whether a transport stream of `size` bytes, which tells no length, was certainly cut."""
    return head[: 3 * PACKET : PACKET] == bytes([SYNC] * 3) and size % PACKET > 0


def _boxes(file: BinaryIO, size: int) -> int | None:
    """Where the last box ends; past the end of the file if a necessary one is not there."""
    at, seen = 0, set[bytes]()
    while at < size:
        file.seek(at)
        head = file.read(HEADER)
        length, kind = int.from_bytes(head[:4]), head[4:8]
        if kind == b"mdat" and length == 0:  # to the end of the file, wherever that is
            return None if _playable(seen) else size + 1
        if length == 1:
            length = int.from_bytes(head[8:16])
        if length < 8 or not _is_name(kind):  # noqa: PLR2004 - its header alone has as many
            # Players pass over what follows a whole file. Between fragments it shifts the rest.
            return size + 1 if b"moof" in seen and any(head) else _end(seen, size)
        seen.add(kind)
        at += length
    return max(at, _end(seen, size))


def _end(seen: set[bytes], size: int) -> int:
    return size if _playable(seen) else size + 1


def _playable(seen: set[bytes]) -> bool:
    """Whether an index has come, without which nothing can be played."""
    return bool(seen & {b"moov", b"moof"})


def _is_name(kind: bytes) -> bool:
    return len(kind) == 4 and all(byte == 0xA9 or 0x20 <= byte < 0x7F for byte in kind)  # noqa: PLR2004


def _matroska(file: BinaryIO) -> int | None:
    """Where the segment ends, which holds everything after the header."""
    at = 4
    header = _number(file, at)
    if header is None:
        return None
    at += header[1] + header[0]
    file.seek(at)
    if file.read(4) != SEGMENT or (told := _number(file, at + 4)) is None:
        return None
    return at + 4 + told[1] + told[0]


def _number(file: BinaryIO, at: int) -> tuple[int, int] | None:
    """A number of variable length (RFC 8794, 4) and how many bytes it takes; None if unknown."""
    file.seek(at)
    first = file.read(1)
    length = 9 - first[0].bit_length() if first and first[0] else 0
    if not length:
        return None
    bits = int.from_bytes(first + file.read(length - 1)) & ((1 << 7 * length) - 1)
    return None if bits == (1 << 7 * length) - 1 else (bits, length)
