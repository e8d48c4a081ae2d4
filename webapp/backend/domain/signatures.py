"""What a file is by its first bytes, where it is certainly neither video nor audio.

The signatures are those of the formats' own specifications, as file(1) knows them.
"""

from __future__ import annotations

HEAD_BYTES = 512
"""How much of the beginning is enough."""
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
    (b"GIF87a", "a picture (GIF)"),
    (b"GIF89a", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (b"SQLite format 3\x00", "a database"),
)
WEBP, AVIF = b"WEBP", (b"avif", b"avis", b"heic", b"heix", b"mif1")
BMP = "a picture (BMP)"
BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
"""Lengths of the second header; two letters alone prove nothing."""
TEXT = frozenset(range(0x20, 0x100)) | {0x09, 0x0A, 0x0C, 0x0D, 0x1B}
"""Bytes that text of any encoding may hold; media hold others, and very soon."""


def not_media(head: bytes) -> str | None:
    """What the file is that begins so, such as "a PDF document"; None if it may be a medium."""
    for signature, name in SIGNATURES:
        if head.startswith(signature):
            return name
    if (head[:4] == b"RIFF" and head[8:12] == WEBP) or (
        head[4:8] == b"ftyp" and head[8:12] in AVIF
    ):
        return "a picture"
    if _is_bmp(head):
        return BMP
    if head.startswith(b"#EXTM3U"):
        return None
    return "text" if head and TEXT.issuperset(head) else None


def _is_bmp(head: bytes) -> bool:
    length = int.from_bytes(head[14:18], "little")
    return head[:2] == b"BM" and head[6:10] == bytes(4) and length in BMP_HEADERS
