"""Whether there is room: a reserve is kept free, so that nothing else on the disk suffers."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.failures import DownloadError

if TYPE_CHECKING:
    from pathlib import Path

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that `folder` lies on; `reserve` bytes of it stay free."""

    folder: Path
    reserve: int

    def free(self) -> int:
        """Bytes that may still be used for downloads; never below 0."""
        try:
            return max(0, shutil.disk_usage(self.folder).free - self.reserve)
        except OSError:  # the folder is gone: media_folder.py says so
            return 0

    def require(self, more: int = 0) -> None:
        """Make sure that there is room for `more` bytes.

        Raises:
            DownloadError: when there is not; a person has to make room.

        """
        free = self.free()
        if free <= more:
            needed = f", {more / MB:.0f} MB are needed" if more else ""
            raise DownloadError(
                "disk-full",
                f"The disk is full: {free / MB:.0f} MB may still be used{needed}.",
                f"Free some space in {self.folder} or lower DISK_RESERVE_MB, then retry.",
                values={"folder": str(self.folder)},
            )
