"""What every place for finished files can do: a folder (shelf.py), or a bucket (bucket.py).

Names are relative to the place, with / between their parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Content:
    """A file that lies on no disk of this machine."""

    size: int
    """Bytes."""
    etag: str
    """With its quotes."""
    modified: float
    """Seconds since the epoch."""
    read: Callable[[int, int], Generator[bytes]]
    """Its bytes from the first number to the one before the second, in pieces; close it."""
    link: Callable[[str, str], str]
    """An address for a while, with this media type and Content-Disposition; empty: not wanted."""


class Published(Protocol):
    """A place for finished files; safe to use from any thread.

    What cannot be done raises `OSError` in a folder, and `DownloadError` in a bucket.
    """

    def check(self, folder: str) -> None:
        """Look whether files may go to that folder; raises `DownloadError` if not."""

    def is_free(self, names: Iterable[str], *, own: Sequence[str] = ()) -> bool:
        """Whether nothing has any of these names, but what is one's `own`."""

    def size(self, name: str) -> int | None:
        """The bytes of a file; None where there is none."""

    def is_gone(self, name: str) -> bool:
        """Whether there is surely no such file now."""

    def missing(self, names: Iterable[str]) -> set[str]:
        """Those of which there is no file, as far as that can be told for many at once."""

    def local(self, name: str) -> Path | None:
        """Where a file lies on a disk of this machine; None: there is none here."""

    def location(self, name: str) -> str:
        """Where a file is, for people."""

    def content(self, name: str) -> Path | Content:
        """The file itself. Raises FileNotFoundError."""

    def add(self, name: str, content: bytes) -> None:
        """Write a small file where there is none; that it cannot be written costs nothing."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, and the folders that are empty then."""

    def folders(self) -> list[str]:
        """The folders that there are."""

    def keep_picture(self, picture: Path) -> None:
        """Let other backends have a picture that lies here."""

    def has_picture(self, picture: Path) -> bool:
        """Whether it lies here; it is fetched if need be."""

    def remove_picture(self, picture: Path) -> None:
        """Remove it, here and there."""
