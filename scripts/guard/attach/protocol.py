"""What `attach` and the guard say to each other.

After `POST /api/services/NAME/attach` was answered by `101`, the guard sends what the process
writes, as it is. The client sends frames: a kind (a byte), a length (four bytes, the highest
first), and so many bytes. `KEYS` is what was typed, `SIZE` rows and columns (two bytes each).
"""

from __future__ import annotations

import struct

PROTOCOL = "guard-terminal"
KEYS, SIZE = b"k", b"s"
HEAD = struct.Struct(">cI")
LIMIT = 64 * 1024  # bytes of one frame
ROWS_AND_COLUMNS = struct.Struct(">HH")


def frame(kind: bytes, payload: bytes) -> bytes:
    """Return a frame as it is sent."""
    return HEAD.pack(kind, len(payload)) + payload
