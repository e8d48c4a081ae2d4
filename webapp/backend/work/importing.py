"""Takes files that are there already into the library, where they lie and without copying them.

Below the media folder a file stays as it is. One below IMPORT_DIR gets a second name below the
media folder (a hard link): the first one stays, and no byte is copied. A runner reads what it is.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError
from domain.formats import of_suffix
from domain.ids import new_id
from domain.imports import MAX_EXAMPLES, MAX_REFUSALS, ImportLook, ImportRefusal, left_out, named
from domain.links import host_of
from domain.names import suffix
from files.existing import Existing, survey
from files.shelf import Shelf
from store import imports
from store.enqueue import MAX_HOST_LENGTH
from store.names import in_use
from work.hard_links import HardLinks, is_same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.imports import Origin
    from files.media_folder import MediaFolder
    from store.store import Row, Store
    from work.announcer import Announcer
    from work.pool import Pool

AT_ONCE = 4
"""Files that one runner reads, and that become part of the library together."""


@dataclass(frozen=True, slots=True)
class Importing:
    """Carries out imports, each in the thread of its caller."""

    store: Store
    pool: Pool
    media: MediaFolder
    announcer: Announcer
    import_dir: Path | None
    thumbnails: Path
    scratch: Path
    """A folder for what runners write."""
    ffmpeg: str | None

    @property
    def possible(self) -> bool:
        """Whether there is a folder for files that are taken over; a bucket is none."""
        return self.media.is_place

    @property
    def shelf(self) -> Shelf:
        """Where the files of the library lie."""
        return Shelf(self.media.path)

    @property
    def _links(self) -> HardLinks:
        return HardLinks(self.root("import"), self.shelf)

    def root(self, origin: Origin) -> Path:
        """The folder that files come from.

        Raises:
            DownloadError: when there is none such, or files cannot be taken from it.

        """
        if not self.possible:
            raise DownloadError(
                "import-needs-folder",
                f"Finished files are in {self.media.location}, and files are imported without"
                " copying them: that needs a folder.",
                "Run a backend without MEDIA_URL for a folder of files.",
                values={"url": self.media.location},
            )
        if origin == "media":
            return self.media.path
        if self.import_dir is None:
            sentence = "There is no import folder: IMPORT_DIR is not set."
            fix = "Set it, or import below the media folder."
            raise DownloadError("import-unset", sentence, fix)
        if not self.import_dir.is_dir():
            sentence = f"The import folder {self.import_dir} is not there."
            fix = "Mount it, or set IMPORT_DIR to another."
            values = {"folder": str(self.import_dir)}
            raise DownloadError("import-missing", sentence, fix, values=values)
        if self.import_dir.stat().st_dev != self.media.path.stat().st_dev:
            raise DownloadError(
                "import-elsewhere",
                f"The import folder {self.import_dir} is on another disk than the media folder, and"
                " files are not copied.",
                "Move them below the media folder, and import them there.",
                values={"folder": str(self.import_dir)},
            )
        return self.import_dir

    def check(self, origin: Origin, folder: str) -> Path:
        """The root, if its `folder` may be looked through; raises `DownloadError` as `root`."""
        root = self.root(origin)
        Shelf(root).check(folder)
        if not (root / folder).is_dir():
            sentence = f"There is no folder {folder} below {root}."
            raise DownloadError(
                "import-no-folder", sentence, "Choose one that is there.", values={"folder": folder}
            )
        return root

    def look(self, origin: Origin, folder: str) -> ImportLook:
        """What an import would take now."""
        found = survey(self.check(origin, folder), folder)
        new = self._new(origin, found.media)
        return ImportLook(
            new=len(new),
            known=len(found.media) - len(new),
            bytes=sum(one.bytes for one in new),
            examples=[one.name for one in new[:MAX_EXAMPLES]],
            refused=found.refused[:MAX_REFUSALS],
        )

    def carry_out(self, row: Row) -> None:
        """Take what is there and not known yet; ends early when the import is stopped.

        Raises:
            DownloadError: with the reason, when the folder cannot be used.
            RunnerDiedError: when the api goes down meanwhile, or a runner cannot begin.

        """
        self.media.require()
        origin, folder = row["origin"], row["folder"]
        found = survey(self.check(origin, folder), folder)
        new = self._new(origin, found.media)
        told = [one.model_dump() for one in found.refused[:MAX_REFUSALS]]
        begun = imports.note(
            *(self.store, row),
            found=len(found.media) + len(found.refused),
            known=len(found.media) - len(new) - row["taken"],
            refused=len(found.refused),
            refusals=told,
        )
        for first in range(0, len(new), AT_ONCE):
            if not begun or not self._take(row, new[first : first + AT_ONCE]):
                return

    def _new(self, origin: Origin, media: Sequence[Existing]) -> list[Existing]:
        """Those that are not part of the library."""
        places = {one.name: one.name for one in media}
        if origin == "import":
            links = self._links
            places = {one.name: links.place(one.name) for one in media}
        known = self._known(list(places.values()))
        new = [one for one in media if places[one.name] not in known]
        return self._not_linked(new) if origin == "import" else new

    def _known(self, names: Sequence[str]) -> set[str]:
        """Those of these names that files of the library have, or are getting just now.

        A download's file gets its name before its row tells it, a renamed one too, and whoever was
        killed in between goes on with it: that is nobody else's.
        """
        return in_use(self.store, names)

    def _not_linked(self, media: list[Existing]) -> list[Existing]:
        """Those that have no name below the media folder: what was taken may have been moved."""
        root, there = self.root("import"), {one.bytes for one in media}
        names = imports.files_of_size(self.store, list(there))
        return [
            one
            for one in media
            if not any(
                is_same(root / one.name, self.shelf.path(name)) for name in names.get(one.bytes, ())
            )
        ]

    def _take(self, row: Row, files: list[Existing]) -> bool:
        """Bring some files into the library; False when the import is over."""
        root = self.root(row["origin"])
        folder = self.scratch / new_id()
        try:
            read = self._read(root, files, folder)
            self.media.require()
            with self.shelf.locked():
                taken, refused = self._placed(row, files, read)
                known = self._known([one["file_name"] for one in taken])
                mine = [one for one in taken if one["file_name"] not in known]
                for one in mine:
                    one["thumbnail"] = self._keep(folder, one["id"], one["thumbnail"])
                going_on = imports.take(self.store, row, mine, refused)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self.announcer.announce(*(one["id"] for one in mine if going_on))
        return going_on

    def _read(self, root: Path, files: list[Existing], folder: Path) -> list[dict[str, Any]]:
        """What a runner finds in them."""
        order = {
            "job": "read",
            "files": [
                {
                    "path": str(root / one.name),
                    "sidecars": [str(root / name) for name in one.sidecars],
                }
                for one in files
            ],
            "folder": str(folder),
            "ffmpeg": self.ffmpeg,
            "archive": self._sites(files),
            "allowed": [],
        }
        with closing(self.pool.take()) as runner:
            for event in runner.run(order):
                match event:
                    case {"event": "done", "files": list(found)}:
                        return found
                    case {"event": "failed", **failure}:
                        raise DownloadError(**failure)
        raise AssertionError("a runner ends with done or failed")

    def _sites(self, files: list[Existing]) -> dict[str, str]:
        """From ids to sites, as archives have named them, of the ids in the files' names."""
        media = [medium for one in files if (medium := named(PurePosixPath(one.name).stem)[1])]
        lines = (line.split(" ", 1) for line in imports.archive_lines_of(self.store, media))
        return {medium: site for site, medium in lines}

    def _placed(
        self, row: Row, files: list[Existing], read: list[dict[str, Any]]
    ) -> tuple[list[Row], list[ImportRefusal]]:
        """The files as downloads, each in its place; and what is no medium, or cannot be placed."""
        taken, refused = [], []
        for one, told in zip(files, read, strict=True):
            if problem := told.get("problem"):
                refused.append(left_out(one.name, **problem))
                continue
            try:
                placed = one if row["origin"] == "media" else self._links.link(one)
                taken.append(_download(placed, told))
            except DownloadError as error:
                refused.append(ImportRefusal.of_failure(one.name, error))
            except OSError as error:
                refused.append(left_out(one.name, "left-place", why=str(error.strerror)))
        return taken, refused

    def _keep(self, folder: Path, item: str, made: str | None) -> str | None:
        """Move the picture to its place; its suffix."""
        if made is None:
            return None
        shutil.copyfile(folder / made, self.thumbnails / f"{item}.{suffix(made)}")
        return suffix(made)


def _download(file: Existing, told: dict[str, Any]) -> Row:
    """A file and what is known of it, as a download that is done."""
    format_ = of_suffix(suffix(file.name))
    if format_ is None:
        raise AssertionError(f"{file.name} was found without a format")
    columns = ("title", "uploader", "duration", "platform", "media_key", "about", "thumbnail")
    return {
        "id": new_id(),
        "url": told["url"],
        "host": host_of(told["url"])[:MAX_HOST_LENGTH],
        "format": format_.name,
        **{name: told[name] for name in columns},
        "file_name": file.name,
        "sidecars": file.sidecars,
        "file_bytes": file.bytes,
    }
