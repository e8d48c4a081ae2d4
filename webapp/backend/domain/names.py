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


def file_name(title: str, item: str, ending: str) -> str:
    """`Title [abc123].mp4`: safe, and unique by the end of the download's id."""
    text = unicodedata.normalize("NFC", title)
    text = "".join(c for c in text if unicodedata.category(c) not in INVISIBLE)
    text = re.sub(r"\s+", " ", FORBIDDEN.sub("_", text)).strip(" .")
    text = text.encode()[:MAX_BYTES].decode(errors="ignore").rstrip(" .") or "download"
    if RESERVED.fullmatch(text):
        text = f"_{text}"
    return f"{text} [{item[-6:]}].{ending}"


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
