"""Texts of sites, made fit to be kept and shown: no half characters, none that databases refuse."""

from __future__ import annotations

import re
from typing import Any

MAX_LENGTH = 500
SURROGATES = re.compile(r"[\ud800-\udfff]")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def sanitized(value: Any) -> Any:  # noqa: ANN401 - whatever a site tells
    """The same, with halves of characters joined or replaced in every text in it, and no NUL."""
    match value:
        case str():
            return _whole(value)
        case dict():
            return {key: sanitized(held) for key, held in value.items()}
        case list():
            return [sanitized(held) for held in value]
    return value


def line(value: object, most: int = MAX_LENGTH) -> str | None:
    """One line of at most `most` characters; None when there is nothing to read."""
    if value is None:
        return None
    return CONTROL.sub(" ", _whole(str(value))).strip()[:most].strip() or None


def _whole(text: str) -> str:
    """Some sites cut texts in the middle of a character that takes two halves in UTF-16."""
    text = text.replace("\0", "")
    if not SURROGATES.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
