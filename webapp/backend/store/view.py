"""From a row of the store to what the API shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.actions import UNFINISHED
from domain.downloads import Download, DownloadErrorBody, MediaFile, Progress
from domain.links import anonymous
from domain.names import media_type, playable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def view(
    row: Mapping[str, Any], progress: Progress | None = None, *, missing: bool = False
) -> Download:
    """The download as people see it; progress only while there is some, `missing` of its file."""
    name = row["file_name"]
    file = name and MediaFile(
        name=name,
        bytes=row["file_bytes"],
        mime=media_type(name),
        playable=playable(name),
        missing=missing,
    )
    return Download(
        **{name: row[name] for name in _SAME},
        url=anonymous(row["url"]),
        thumbnail=row["thumbnail"] is not None,
        live=bool(row["options"].get("live")),
        position=row["position"] if row["state"] == "queued" else None,
        progress=_progress(row["state"], progress),
        error=DownloadErrorBody(**row["error"]) if row["error"] else None,
        notes=[DownloadErrorBody(**note) for note in row["notes"]],
        file=file or None,
    )


def _progress(state: str, known: Progress | None) -> Progress | None:
    """How far it is; what stands still keeps what has come, without a speed."""
    if state == "running":
        return known or Progress(stage="fetching")
    if state not in UNFINISHED:
        return None
    if known:
        return known.at_rest("waiting")
    return Progress(stage="waiting") if state == "queued" else None


_SAME = (
    *("id", "platform", "title", "uploader", "duration", "format", "resolution"),
    *("state", "attempt", "created", "started", "finished"),
)
