"""Parts of documents that a measurement writes, between a marker that names its command and an end.

Unlike the generated parts they are of a day and a machine, so nothing holds them to what is now.
"""

import re
from pathlib import Path


def put(document: Path, command: str, text: str) -> None:
    """Put a text in its place in a document; raises `ValueError` where there is none.

    The place is what stands between ``<!-- written by `COMMAND` -->`` and ``<!-- end -->``.
    """
    found = _place(document, command)
    whole = f"{found.string[: found.start(1)]}{text}\n{found.string[found.end(1) :]}"
    document.write_text(whole, "utf-8")


def get(document: Path, command: str) -> str:
    """Return what `put` put there last; raises `ValueError` where there is no place."""
    return _place(document, command)[1].rstrip("\n")


def _place(document: Path, command: str) -> re.Match[str]:
    begin, end = f"<!-- written by `{command}` -->\n", "<!-- end -->"
    place = re.compile(f"{re.escape(begin)}(.*?){re.escape(end)}", re.DOTALL)
    found = list(place.finditer(document.read_text("utf-8")))
    if len(found) != 1:
        raise ValueError(f"{document} has {len(found)} places for what `{command}` writes")
    return found[0]
