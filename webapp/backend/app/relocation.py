"""Gives finished files another place or name; the library follows.

What is to be renamed is noted before the first rename and forgotten after the last, all while
nobody else changes names: whoever was killed in between, the next process goes on with it.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.changes import Refusal
from domain.failures import DownloadError
from domain.naming import Naming, place
from domain.problems import ConflictError, InvalidError
from files.media_folder import MediaFolder
from files.shelf import Shelf
from store import names
from work.places import CONTROL, STEM, Places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from domain.changes import Relocation
    from files.published import Published
    from store.store import Row, Store
    from work.announcer import Announcer

EXAMPLE = {
    "title": "A walk in the rain",
    "channel": "Rainy Days",
    "date": "2026-01-31",
    "year": "2026",
    "month": "01",
    "day": "31",
    "episode": "S2026E013107",
    "playlist": "Walks",
    "number": "7",
    "resolution": "1080p",
    "site": "Example",
    "id": "dQw4w9WgXcQ",
    "key": "b5hf5d",
}


@dataclass(frozen=True, slots=True)
class Relocator:
    """Changes names on the shelf, and what they are made of."""

    store: Store
    shelf: Published
    media: MediaFolder
    announcer: Announcer

    @property
    def places(self) -> Places:
        """Where files go."""
        return Places(self.store, self.shelf)

    def set_naming(self, naming: Naming) -> Naming:
        """Decide where files go from now on, unless a download says otherwise.

        Raises:
            InvalidError: on the field whose folder cannot be used.

        """
        for field in ("video_folder", "audio_folder"):
            try:
                self.shelf.check(getattr(naming, field))
            except DownloadError as error:
                raise InvalidError(
                    error.sentence, error.fix, field=field, kind=error.kind, **error.values
                ) from None
        self.store.set_control(CONTROL, naming.model_dump(exclude_defaults=True))
        return naming

    def example(self, folder: str | None, template: str | None, ending: str) -> str:
        """What a name would look like."""
        naming = self.places.naming()
        stem = place(template or naming.template, folder or "", EXAMPLE)
        return f"{stem}.{ending}"

    def move_all(self, wanted: Relocation) -> tuple[list[str], list[Refusal]]:
        """Which of them have been renamed, and why the others have not."""
        moved, refused = [], []
        for item in wanted.ids:
            try:
                moved.append(self.move(item, wanted)["id"])
            except ConflictError as problem:
                refused.append(Refusal.of(item, problem))
            except DownloadError as error:
                told = ConflictError(error.sentence, error.fix, kind=error.kind, **error.values)
                refused.append(Refusal.of(item, told))
        return moved, refused

    def move(self, item: str, wanted: Relocation) -> Row:
        """Rename the files of one finished download; the same place is no error.

        Raises:
            ConflictError: when it has none, is not finished, or the folder cannot be used.

        """
        shelf = self._folder()
        with self._locked(shelf):
            row = self.store.get(item)
            if row is None or row["state"] != "done" or row["file_name"] is None:
                raise ConflictError(
                    "There is no finished file to move.",
                    "Wait until it is done.",
                    kind="nothing-to-move",
                )
            self._go_on(shelf, row)
            row = self.store.get(item) or row
            if shelf.missing([row["file_name"]]):
                raise ConflictError(
                    f"{row['file_name']} was moved or deleted.",
                    "Retry to download it again.",
                    kind="file-gone",
                    file=row["file_name"],
                )
            return self._move(shelf, row, wanted)

    def recover(self) -> None:
        """Go on with what a killed process had begun to move."""
        if isinstance(self.shelf, Shelf) and self._begun():
            with contextlib.suppress(DownloadError), self._locked(self.shelf):
                for row in self._begun():  # else the next start does
                    self._go_on(self.shelf, row)

    def _begun(self) -> list[Row]:
        """Moves of finished files; an unfinished one only knows where its files will be."""
        return [row for row in names.moves(self.store) if row["state"] == "done"]

    def _folder(self) -> Shelf:
        """Where files are renamed. Raises ConflictError where they are kept in a bucket."""
        if isinstance(self.shelf, Shelf):
            return self.shelf
        raise ConflictError(
            "Files in a bucket stay where they are: a store of objects renames nothing, it would"
            " copy each.",
            "Choose folder and name before the download.",
            kind="bucket-no-renaming",
        )

    def _locked(self, shelf: Shelf) -> AbstractContextManager[None]:
        self.media.require()
        return shelf.locked()

    def _move(self, shelf: Shelf, row: Row, wanted: Relocation) -> Row:
        choices = {"folder": wanted.folder, "template": wanted.template}
        options = {name: value for name, value in row["options"].items() if name not in choices}
        options |= {name: value for name, value in choices.items() if value is not None}
        own = [row["file_name"], *row["sidecars"]]
        stem = row["file_name"].rpartition(".")[0]
        beside = {f"{STEM}{name.removeprefix(stem)}": name for name in row["sidecars"]}
        placed = self.places.choose(
            dict(row) | {"options": options}, row["file_name"], list(beside), own=own
        )
        moves = [[beside[made], name] for made, name in placed.sidecars.items()]
        moves.append([row["file_name"], placed.name])
        try:
            for _, name in moves:
                shelf.make_room(name)
        except DownloadError as error:
            raise ConflictError(
                error.sentence, error.fix, kind=error.kind, **error.values
            ) from None
        begun = self.store.begin_move(
            row["id"], row["file_name"], {"moves": moves, "options": options, "show": placed.show}
        )
        if begun is None:
            raise ConflictError(
                "It is being downloaded again.", "Wait until it is done.", kind="downloaded-again"
            )
        return self._go_on(shelf, begun) or begun

    def _go_on(self, shelf: Shelf, row: Mapping[str, Any]) -> Row | None:
        """Do what is left of a move; None when there is none, or nobody wants it any more."""
        if not row["moving"]:
            return None
        moves = row["moving"]["moves"]
        for old, new in moves:
            if old != new and shelf.path(old).is_file():
                shelf.move(shelf.path(old), new)
                shelf.tidy(old)
        self.places.keep_show(row["moving"].get("show"), row)
        *sidecars, (_, name) = moves
        there = [new for _, new in sidecars]
        ended = self.store.end_move(row["id"], name, there, row["moving"]["options"])
        self.announcer.announce(row["id"])
        return ended
