"""The file of a finished download, wherever it is kept, or why there is none."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from domain.failures import DownloadError
from domain.problems import ConflictError, GoneError, UnavailableError

if TYPE_CHECKING:
    from files.published import Content, Published


def content_of(published: Published, name: str) -> Path | Content:
    """Where it lies, or what a bucket holds.

    Raises:
        GoneError: when it has been lost.
        UnavailableError: when the bucket cannot be asked.

    """
    try:
        return published.content(name)
    except FileNotFoundError:
        last = PurePosixPath(name).name
        raise GoneError(
            f"{last} was moved or deleted.",
            "Retry to download it again.",
            kind="file-gone",
            file=last,
        ) from None
    except DownloadError as error:
        raise UnavailableError(
            error.sentence, error.fix, kind=error.kind, **error.values
        ) from error


def path_of(found: Path | Content, published: Published, name: str) -> Path:
    """Where it lies on this machine. Raises ConflictError where it does not."""
    if isinstance(found, Path):
        return found
    raise in_bucket(published.location(name))


def in_bucket(location: str) -> ConflictError:
    """What is said to who wants to see a folder where there is none."""
    return ConflictError(
        f"{location} is in a bucket: there is no folder to show.",
        "Copy the address, or save the file to your device.",
        kind="in-bucket",
        file=location,
    )
