"""File names that every common file system takes, and the media types that go with them."""

from __future__ import annotations

import re
import unicodedata

from domain.formats import of_suffix

MAX_BYTES = 180  # of 255, so that a suffix and a temporary name still fit
FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format (such as right-to-left override), surrogate and unassigned characters."""


def readable(text: str) -> str:
    """Without what cannot be seen, and with one blank where there are many."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in text if unicodedata.category(c) not in INVISIBLE)
    return re.sub(r"\s+", " ", text).strip()


def segment(text: str, most: int = MAX_BYTES) -> str:
    """What can be kept of a text as a file's or a folder's name; empty if there is nothing."""
    text = FORBIDDEN.sub("_", readable(text.replace("\n", " "))).strip(" .")
    text = text.encode()[:most].decode(errors="ignore").rstrip(" .")
    return f"_{text}" if RESERVED.fullmatch(text) else text


def key_of(item: str) -> str:
    """The end of a download's id, by which names are unique."""
    return item[-6:]


def with_key(stem: str, item: str) -> str:
    """A name that no other download has."""
    return f"{stem} [{key_of(item)}]"


def media_type(name: str) -> str:
    """The media type of a finished file; nothing that a browser would run."""
    format_ = of_suffix(suffix(name))
    return format_.mime if format_ else "application/octet-stream"


def playable(name: str) -> bool:
    """Whether a common browser plays the file."""
    format_ = of_suffix(suffix(name))
    return format_ is not None and format_.playable


def suffix(name: str) -> str:
    """What follows the last dot, lower case."""
    return name.rpartition(".")[2].lower()
