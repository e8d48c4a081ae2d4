"""The bucket that finished files go to, and the folder in which they are made: are both usable.

A bucket that is away is nobody's fault, like a folder that is not mounted: what is to go there
waits, and goes on when it is back.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from files.bucket_client import KINDS
from files.media_folder import KIND, MediaFolder

if TYPE_CHECKING:
    from files.bucket import Bucket

LOOK_SECONDS = 10.0
"""A look holds for so long: nothing tells us when a bucket goes away."""


@dataclass(slots=True)
class MediaBucket(MediaFolder):
    """Looks at both; the folder first."""

    bucket: Bucket = field(kw_only=True)
    _looked: float = field(default=float("-inf"), init=False)

    @property
    def kinds(self) -> frozenset[str]:
        """Of the faults that downloads wait out."""
        return KINDS | {KIND}

    @property
    def doubtful(self) -> bool:
        """Whether the last look is too old to be believed."""
        return time.monotonic() - self._looked > LOOK_SECONDS

    @property
    def is_place(self) -> bool:
        """No: in the folder they are only made."""
        return False

    @property
    def location(self) -> str:
        """Where finished files are, for people."""
        return self.bucket.place.url

    def _require(self) -> None:
        self._looked = time.monotonic()
        MediaFolder._require(self)  # noqa: SLF001 - a class with slots has no super()
        self.bucket.require()
