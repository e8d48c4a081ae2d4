"""Which place a download's files get: what is known of it, put into its template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.formats import FORMATS
from domain.names import key_of, suffix, with_key
from domain.naming import Naming, episode, place
from domain.nfo import SHOW, show
from files.staging import Placed
from store import names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from files.published import Published
    from store.store import Store

CONTROL = "naming"
"""Under which the store keeps where files go unless a download says otherwise."""
STEM = "media"
"""What everything of a download is called in staging, before its place is known."""


@dataclass(frozen=True, slots=True)
class Places:
    """Chooses places on the shelf."""

    store: Store
    shelf: Published

    def keep_show(self, folder: str | None, row: Mapping[str, Any]) -> None:
        """Say in the folder of a channel what it is, unless somebody has."""
        if folder and row["uploader"]:
            self.shelf.add(f"{folder}/{SHOW}", show(row["uploader"], row["platform"]))

    def naming(self) -> Naming:
        """Where files go unless a download says otherwise."""
        return Naming.model_validate(self.store.controls().get(CONTROL) or {})

    def choose(
        self, row: Mapping[str, Any], file: str, sidecars: Sequence[str], *, own: Sequence[str] = ()
    ) -> Placed:
        """The first place that is free; ask while the shelf is locked.

        `sidecars` are names whose beginning, `STEM`, gives way to that of the place; `own` are
        names that the download has itself.
        """
        naming, options = self.naming(), row["options"]
        kind = FORMATS[row["format"]].kind
        usual = naming.video_folder if kind == "video" else naming.audio_folder
        folder = options.get("folder")
        stem = place(
            options.get("template") or naming.template,
            usual if folder is None else folder,
            facts(row),
        )
        ending = suffix(file)
        for candidate in (stem, with_key(stem, row["id"])):
            placed = _named(candidate, ending, sidecars, usual if folder is None else folder)
            wanted = [placed.name, *placed.sidecars.values()]
            taken = names.in_use(self.store, wanted, row["id"])
            if not taken and self.shelf.is_free(wanted, own=own):
                return placed
        return placed  # of this download alone, by its key


def facts(row: Mapping[str, Any]) -> dict[str, str]:
    """The values of the fields, as far as they are known."""
    about, entry = row["about"], row["options"].get("entry") or {}
    date = about.get("date") or entry.get("date") or ""
    medium = about.get("id") or key_of(row["id"])
    numbers = episode(date, medium)
    lines = about.get("resolution")
    known = {
        "title": row["title"],
        "channel": row["uploader"],
        "date": date,
        "year": date[:4],
        "month": date[5:7],
        "day": date[8:10],
        "episode": f"S{numbers[0]}E{numbers[1]:06}" if numbers else "",
        "playlist": entry.get("list"),
        "number": entry.get("number"),
        "resolution": f"{lines}p" if lines else "",
        "site": row["platform"],
        "id": medium,
        "key": key_of(row["id"]),
    }
    return {name: str(value) for name, value in known.items() if value}


def _named(stem: str, ending: str, sidecars: Sequence[str], folder: str) -> Placed:
    beside = {name: f"{stem}{name.removeprefix(STEM)}" for name in sidecars}
    first, *others = stem.removeprefix(f"{folder}/" if folder else "").split("/")
    is_show = bool(others) and any(name.endswith(".nfo") for name in sidecars)
    show = (f"{folder}/{first}" if folder else first) if is_show else None
    return Placed(f"{stem}.{ending}", beside, show)
