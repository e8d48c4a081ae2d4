"""What people ask for of files that are there already, and of what they downloaded elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.archive import ArchiveTaken, archive_lines
from domain.downloads import DownloadErrorBody
from domain.failures import DownloadError
from domain.imports import Import, ImportLook, Imports
from domain.problems import ConflictError, InvalidError, NotFoundError
from files.shelf import Shelf
from store import imports

if TYPE_CHECKING:
    from domain.archive import ArchiveText
    from domain.imports import ImportRequest, Origin
    from engine.importer import Importer
    from store.store import Row, Store
    from work.importing import Importing

OF_ORIGIN = {"import-unset", "import-missing", "import-elsewhere", "import-needs-folder"}
"""Kinds of what is wrong with where files come from; the rest is wrong with the folder there."""


@dataclass(frozen=True, slots=True)
class ImportService:
    """Carries out requests; safe to use from any thread."""

    store: Store
    importing: Importing
    importer: Importer

    def every(self) -> Imports:
        """The last imports, and where files may come from."""
        origins: list[Origin] = ["media"] if self.importing.possible else []
        if self.importing.import_dir is not None:
            origins.append("import")
        return Imports(origins=origins, items=[view(row) for row in imports.every(self.store)])

    def folders(self, origin: Origin) -> list[str]:
        """The folders that there are."""
        try:
            return Shelf(self.importing.root(origin)).folders()
        except DownloadError as error:
            raise _invalid(error, "origin") from None

    def look(self, wanted: ImportRequest) -> ImportLook:
        """What an import would take; nothing is changed."""
        try:
            return self.importing.look(wanted.origin, wanted.folder)
        except DownloadError as error:
            raise _invalid(error, "folder") from None

    def add(self, wanted: ImportRequest) -> Import:
        """Begin an import.

        Raises:
            InvalidError: on the field that is wrong.
            ConflictError: when another one is under way.

        """
        try:
            self.importing.check(wanted.origin, wanted.folder)
        except DownloadError as error:
            raise _invalid(error, "folder") from None
        try:
            row = imports.add(self.store, wanted)
        except imports.RunningError:
            raise ConflictError(
                "Another import is under way.",
                "Wait until it is done, or stop it.",
                kind="import-running",
            ) from None
        self.importer.wake()
        return view(row)

    def get(self, item: str) -> Import:
        """One of them."""
        row = imports.get(self.store, item)
        if row is None:
            raise NotFoundError(
                f"There is no import {item}.",
                "It may have been removed; reload the page.",
                kind="unknown-import",
            )
        return view(row)

    def stop(self, item: str) -> Import:
        """Stop an import; what it has brought stays."""
        found = self.get(item)
        if not imports.stop(self.store, item):
            raise ConflictError(
                f"The import is {found.state} already.", "Begin another one.", kind="import-over"
            )
        return self.get(item)

    def add_archive(self, given: ArchiveText) -> ArchiveTaken:
        """Remember what yt-dlp has downloaded elsewhere: subscriptions leave it out."""
        lines = archive_lines(given.text)
        added = imports.add_archive(self.store, lines)
        return ArchiveTaken(added=added, known=len(lines) - added)


def _invalid(error: DownloadError, field: str) -> InvalidError:
    known = "origin" if error.kind in OF_ORIGIN else field
    return InvalidError(
        error.sentence, error.fix, field=known, kind=error.kind, **dict(error.values)
    )


def view(row: Row) -> Import:
    """An import as people see it."""
    same = set(Import.model_fields) - {"error"}
    error = DownloadErrorBody(**row["error"]) if row["error"] else None
    return Import(**{name: row[name] for name in same}, error=error)
