"""What follows a try of a download that failed: another one later, or its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError, classify
from domain.ids import now
from domain.problems import DatabaseUnavailableError
from files.item_lock import BUSY

if TYPE_CHECKING:
    from collections.abc import Container

    from store.store import Row
    from work.pool import RunnerDiedError

BACK_OFF = (1.0, 4.0, 15.0, 60.0)
"""Seconds before the second, third, ... try; after the last the download has failed.

Only tries that bring nothing are counted. A site that says "too many requests" is believed, and so
is one that says how long to wait.
"""

FOLDER_POLL_SECONDS = 3.0
"""Until a media folder that could not be used is tried again."""

BUSY_POLL_SECONDS = 1.0
"""Until a download is tried again that somebody else had not ended working on."""

NOT_BEGUN = "not-begun"
"""What a live stream that is waited for fails of."""
SOONEST_LOOK_SECONDS, LATEST_LOOK_SECONDS = 15.0, 1800.0
"""Until it is looked whether it has begun; the site may have said when it will."""


def after(
    failure: DownloadError, row: Row, attempt: int, media_is_away: Container[str]
) -> dict[str, Any]:
    """What the row of a download is to say, whose try of that number has failed.

    `media_is_away` are the kinds of failure of the place where finished files go.
    """
    if failure.kind in media_is_away:  # nobody's fault: it waits until that is back
        return _again(FOLDER_POLL_SECONDS)
    if failure.kind == BUSY:  # nobody's fault: whoever works on it still ends soon
        return _again(BUSY_POLL_SECONDS)
    if failure.kind == NOT_BEGUN:  # nobody's fault: it waits
        return _again(min(max(failure.after, SOONEST_LOOK_SECONDS), LATEST_LOOK_SECONDS))
    if failure.transient and attempt <= len(BACK_OFF):
        return _again(max(BACK_OFF[attempt - 1], failure.after)) | {"attempt": attempt + 1}
    if row["file_name"]:  # it could not be completed: it is what it was
        return {"state": "done", "moving": None}
    return {"state": "failed", "finished": now()}


def _again(seconds: float) -> dict[str, Any]:
    return {"state": "queued", "not_before": now(after=seconds)}


def crashed(died: RunnerDiedError) -> DownloadError:
    """What a download fails of whose process has ended."""
    return DownloadError("crash", str(died), "Retry.", transient=True)


def unforeseen(error: Exception) -> DownloadError:
    """What a download fails of that nobody foresaw; what was not noted may be tried again."""
    return not_noted(error) if isinstance(error, DatabaseUnavailableError) else classify(error)


def not_noted(error: DatabaseUnavailableError) -> DownloadError:
    """What a download fails of that the database could not be told of."""
    sentence = f"The result could not be saved: {error.detail}"
    fix = "Retry; if it keeps failing, see the log of `api`."
    return DownloadError("database", sentence, fix, transient=True)
