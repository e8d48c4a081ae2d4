"""Parts of documents that a measurement writes, between a marker that names its command and an end.

Unlike the generated parts they are of a day and a machine, so nothing holds them to what is now.
"""

import re
from pathlib import Path


def put(document: Path, command: str, text: str) -> None:
    """Put a text in its place in a document; raises `ValueError` where there is none.

    The place is what stands between ``<!-- written by `COMMAND` -->`` and ``<!-- end -->``.
    """
    begin, end = f"<!-- written by `{command}` -->\n", "<!-- end -->"
    place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    whole, count = place.subn(lambda _: f"{begin}{text}\n{end}", document.read_text("utf-8"))
    if count != 1:
        raise ValueError(f"{document} has {count} places for what `{command}` writes")
    document.write_text(whole, "utf-8")
