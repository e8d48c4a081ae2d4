"""What came from elsewhere, as text that does nothing to a terminal.

Causes and fixes quote what programs wrote, names of processes are whatever their users like, and
who answers on a port may be anybody.
"""

from __future__ import annotations

from typing import Any

from ..logs import ansi


def plain(text: str) -> str:
    """Return text without escape and control codes; line ends and tabs stay."""
    cleaned, _ = ansi.clean(text.encode("utf-8", "replace"))
    return ansi.without_colours(cleaned).decode()


def coloured(line: str) -> str:
    """Return a line in which colours stay, and end with it; everything else goes."""
    cleaned, _ = ansi.clean(line.replace("\n", " ").encode("utf-8", "replace") + b"\n")
    return cleaned[:-1].decode()


def plain_json(value: Any) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Return what was read from JSON with each text made plain, names of fields too."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [plain_json(each) for each in value]
    if isinstance(value, dict):
        return {plain(key): plain_json(each) for key, each in value.items()}
    return value
