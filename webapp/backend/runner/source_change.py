"""Notices that a source has changed between two tries: the rest of another file must not be added.

The size that a file was announced with is kept in staging. When it is another one later, what has
come of the old file is thrown away and the download begins anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.failures import Failed
from files.staging import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZES = "sizes.json"


class Steady:
    """Compares announced sizes with those of former tries; a progress hook of yt-dlp."""

    def __init__(self, staging: Path) -> None:
        self._file = staging / SIZES
        try:
            known = json.loads(self._file.read_text())
        except (OSError, ValueError):
            known = {}
        self._known: dict[str, Any] = known if isinstance(known, dict) else {}
        self._seen: set[str] = set()

    def check(self, status: Mapping[str, Any]) -> None:
        """Take a call of the hook.

        Raises:
            Failed: transient, when the file has changed since a former try.

        """
        part, size = status.get("tmpfilename"), status.get("total_bytes")
        if not part or not size or part in self._seen:
            return
        self._seen.add(part)
        name = Path(part).name
        known = self._known.get(name)
        if known == size:
            return
        self._known[name] = size
        write_atomically(self._file, json.dumps(self._known))
        if known is not None:
            Path(part).unlink(missing_ok=True)
            raise Failed(
                "changed",
                "The file at the source has changed meanwhile; it is fetched anew.",
                "Nothing needs to be done.",
                transient=True,
            )
