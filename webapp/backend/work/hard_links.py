"""Gives files of the import folder a second name below the media folder: a hard link.

The first name stays, and no byte is copied.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from domain.failures import DownloadError

if TYPE_CHECKING:
    from files.existing import Existing
    from files.shelf import Shelf


@dataclass(frozen=True, slots=True)
class HardLinks:
    """From `root`, the import folder, to the shelf of the media folder."""

    root: Path
    shelf: Shelf

    def place(self, name: str) -> str:
        """Where below the media folder a file of the import folder is, or would be.

        The place is the same as below the import folder; where another file has that, a number
        follows the name.
        """
        source, path = self.root / name, PurePosixPath(name)
        for number in count(1):
            place = str(path if number == 1 else path.with_stem(f"{path.stem} ({number})"))
            target = self.shelf.path(place)
            if not os.path.lexists(target) or is_same(source, target):
                return place
        raise AssertionError  # the numbers do not end

    def link(self, one: Existing) -> Existing:
        """Give a file and what belongs to it a name below the media folder.

        Raises:
            DownloadError: when another file has got that name meanwhile.
            OSError: when it cannot be linked.

        """
        place = self.place(one.name)
        before, stem = one.name.rpartition(".")[0], place.rpartition(".")[0]
        sidecars = []
        for name in one.sidecars:
            beside = f"{stem}{name.removeprefix(before)}"
            if self._linked(self.root / name, beside):
                sidecars.append(beside)
        if not self._linked(self.root / one.name, place):
            sentence = f"{place} was put there meanwhile."
            values = {"name": place}
            raise DownloadError("import-taken", sentence, "Import it again.", values=values)
        return replace(one, name=place, sidecars=sidecars)

    def _linked(self, source: Path, name: str) -> bool:
        """Whether it has that name now; what is another file keeps it."""
        target = self.shelf.make_room(name)
        if not os.path.lexists(target):
            os.link(source, target, follow_symlinks=False)
        return is_same(source, target)


def is_same(source: Path, target: Path) -> bool:
    """Whether both names are of one file, which are no symbolic links."""
    try:
        return not target.is_symlink() and source.samefile(target)
    except OSError:
        return False
