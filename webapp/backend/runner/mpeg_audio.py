"""How long an MP3 says that it is: in the first frame, where encoders put that (Xing, Info).

The header of a frame: ISO 11172-3, 2.4.1.3; what is in the first one: the LAME tag's revision 1,
http://gabriel.mp3-tech.org/mp3infotag.html; ID3v2 before it: https://id3.org/id3v2.4.0-structure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

ID3 = b"ID3"
ID3_HEADER = 10
HAS_FOOTER = 0x10
VERSION_1, LAYER_3, MONO = 3, 1, 3
SIDE = {(True, False): 32, (True, True): 17, (False, False): 17, (False, True): 9}
"""Bytes between the header of a frame and what is said there: by version 1, and mono."""
FRAMES, BYTES = 1, 2
"""Which numbers follow the name, each of four bytes."""
NAMES = {b"Xing", b"Info"}


def told_bytes(file: BinaryIO) -> int | None:
    """Bytes that the file should have at least; None if it says nothing, or is no MP3."""
    begins = _after_tags(file)
    file.seek(begins)
    header = file.read(4)
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - the sync
        return None
    if header[1] >> 1 & 3 != LAYER_3:
        return None
    side = SIDE[header[1] >> 3 & 3 == VERSION_1, header[3] >> 6 == MONO]
    file.seek(begins + 4 + side)
    told = file.read(16)
    flags = int.from_bytes(told[4:8])
    if told[:4] not in NAMES or not flags & BYTES:
        return None
    place = 12 if flags & FRAMES else 8
    return begins + int.from_bytes(told[place : place + 4])


def _after_tags(file: BinaryIO) -> int:
    """Where the first frame begins: behind ID3v2, of which there may be several."""
    at = 0
    while True:
        file.seek(at)
        head = file.read(ID3_HEADER)
        if len(head) < ID3_HEADER or head[:3] != ID3:
            return at
        size = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(reversed(head[6:10])))
        at += ID3_HEADER + size + (ID3_HEADER if head[5] & HAS_FOOTER else 0)
