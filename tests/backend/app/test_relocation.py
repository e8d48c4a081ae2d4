"""Finished files get another place: all of it or, after a kill at any step, all of it later."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from app.relocation import Relocator
from app.removal import Remover
from domain.changes import Relocation
from domain.naming import Naming
from domain.nfo import SHOW
from domain.problems import ConflictError, InvalidError
from domain.requests import DownloadRequest
from files.media_folder import MediaFolder
from files.shelf import Shelf
from files.staging import Staging
from store.store import Store
from tests.backend.databases import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work.announcer import Announcer

TEMPLATE = "{channel}/{title}.{ext}"


class KilledError(BaseException):
    """As kill -9: nothing that follows is done."""


def killed(*_: object) -> None:
    raise KilledError


class Told:
    def announce(self, *items: str) -> None: ...


class Library:
    """A store and a shelf with finished downloads in them."""

    def __init__(self, folder: Path) -> None:
        self.store = opened(folder / "app.db")
        self.shelf = Shelf(folder / "media")
        media = MediaFolder(folder / "media", folder / "remembered.json")
        media.prepare()
        self.relocator = Relocator(self.store, self.shelf, media, cast("Announcer", Told()))

    def finished(self, title: str, *sidecars: str) -> str:
        item = str(self.store.add([DownloadRequest(url=f"https://example.org/{title}")])[0]["id"])
        row = self.store.claim("me")
        assert row is not None
        for name in (f"{title}.mp4", *sidecars):
            self.shelf.path(name).write_text(f"{title}: {name}")
        self.store.report(
            *(item, row["run"]),
            state="done",
            title=title,
            uploader="Rain",
            file_name=f"{title}.mp4",
            sidecars=list(sidecars),
        )
        return item

    def files(self) -> dict[str, str]:
        found = (p for p in self.shelf.media_dir.rglob("*") if p.is_file())
        inside = {str(p.relative_to(self.shelf.media_dir)): p.read_text() for p in found}
        inside = {name: text for name, text in inside.items() if not name.endswith(SHOW)}
        return {name: text for name, text in inside.items() if not name.startswith(".")}

    def row(self, item: str) -> dict[str, Any]:
        found = self.store.get(item)
        assert found is not None
        return found


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    yield made
    made.store.engine.dispose()


def to(item: str, **where: str | None) -> Relocation:
    return Relocation.model_validate({"ids": [item]} | where)


def test_a_file_and_what_goes_with_it_get_another_place(library: Library) -> None:
    item = library.finished("One", "One.en.srt", "One.nfo")

    library.relocator.move(item, to(item, folder="Video", template=TEMPLATE))

    row = library.row(item)
    assert "<title>Rain</title>" in library.shelf.path(f"Video/Rain/{SHOW}").read_text()
    assert row["file_name"] == "Video/Rain/One.mp4"
    assert row["sidecars"] == ["Video/Rain/One.en.srt", "Video/Rain/One.nfo"]
    assert library.files() == {
        "Video/Rain/One.mp4": "One: One.mp4",
        "Video/Rain/One.en.srt": "One: One.en.srt",
        "Video/Rain/One.nfo": "One: One.nfo",
    }
    library.relocator.move(item, to(item, folder="", template=TEMPLATE))
    assert set(library.files()) == {"Rain/One.mp4", "Rain/One.en.srt", "Rain/One.nfo"}
    assert library.shelf.folders() == ["Rain"]


def test_the_same_place_is_no_error(library: Library) -> None:
    item = library.finished("One")
    for _ in range(2):
        library.relocator.move(item, to(item, template=TEMPLATE))
    assert set(library.files()) == {"Rain/One.mp4"}


def test_nobody_elses_file_is_replaced(library: Library) -> None:
    item = library.finished("One")
    library.shelf.path("Rain").mkdir()
    library.shelf.path("Rain/One.mp4").write_text("a stranger's")

    library.relocator.move(item, to(item, template=TEMPLATE))

    assert library.files() == {
        "Rain/One.mp4": "a stranger's",
        f"Rain/One [{item[-6:]}].mp4": "One: One.mp4",
    }


def test_the_name_of_a_lost_file_is_still_that_downloads(library: Library) -> None:
    lost, other = library.finished("One"), library.finished("Two")
    library.shelf.path("One.mp4").unlink()

    library.relocator.move(other, to(other, template="One {id}.{ext}"))
    library.relocator.move(other, to(other, template="{title}.{ext}"))
    with pytest.raises(ConflictError, match="moved or deleted"):
        library.relocator.move(lost, to(lost, template=TEMPLATE))
    assert library.row(lost)["file_name"] == "One.mp4"


def test_where_a_file_is_on_its_way_to_nobody_elses_goes(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = library.finished("One"), library.finished("Two")
    with library.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE downloads SET title = 'One'")
    with monkeypatch.context() as patch, contextlib.suppress(KilledError):
        patch.setattr(Path, "replace", killed)
        library.relocator.move(one, to(one, template=TEMPLATE))

    library.relocator.move(other, to(other, template=TEMPLATE))
    library.relocator.recover()

    assert library.files() == {
        "Rain/One.mp4": "One: One.mp4",
        f"Rain/One [{other[-6:]}].mp4": "Two: Two.mp4",
    }


def test_what_is_deleted_before_its_move_goes_on_leaves_no_file(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = library.finished("One", "One.nfo")
    with monkeypatch.context() as patch, contextlib.suppress(KilledError):
        patch.setattr(Store, "end_move", killed)
        library.relocator.move(item, to(item, template=TEMPLATE))
    idle: Any = SimpleNamespace(interrupt=lambda _: False, wake=lambda: None)
    shelf, told = library.shelf, cast("Announcer", Told())
    remover = Remover(library.store, Staging(shelf.media_dir), told, idle, idle)

    remover.delete(item, file=True)

    assert library.files() == {}


@pytest.mark.parametrize("step", range(1, 9))
def test_a_kill_at_any_step_is_made_good(
    library: Library, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = library.finished("One", "One.en.srt", "One.nfo")
    left = iter(range(step - 1))

    def dying(original: Any) -> Any:  # noqa: ANN401 - any method
        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401
            if next(left, None) is None:
                raise KilledError
            return original(*given, **named)

        return call

    with monkeypatch.context() as patch:
        for owner, name in (
            *((Path, "replace"), (Path, "mkdir")),
            *((Store, "begin_move"), (Store, "end_move")),
        ):
            patch.setattr(owner, name, dying(getattr(owner, name)))
        with contextlib.suppress(KilledError):
            library.relocator.move(item, to(item, template=TEMPLATE))

    library.relocator.recover()

    row = library.row(item)
    names = [row["file_name"], *row["sidecars"]]
    assert row["moving"] is None
    assert set(library.files()) == set(names)
    assert sorted(library.files().values()) == ["One: One.en.srt", "One: One.mp4", "One: One.nfo"]
    assert {name.startswith("Rain/") for name in names} in ({True}, {False})


def test_what_is_not_finished_has_nothing_to_move(library: Library) -> None:
    item = str(library.store.add([DownloadRequest(url="https://example.org/a")])[0]["id"])
    moved, refused = library.relocator.move_all(to(item, template=TEMPLATE))
    assert moved == []
    assert "no finished file" in refused[0].detail


def test_a_folder_that_leads_elsewhere_is_refused_on_its_field(
    library: Library, tmp_path: Path
) -> None:
    library.shelf.path("Music").symlink_to(tmp_path)
    with pytest.raises(InvalidError, match="is a link") as refused:
        library.relocator.set_naming(Naming(audio_folder="Music"))
    assert refused.value.field == "audio_folder"
    item = library.finished("One")
    with pytest.raises(ConflictError, match="is a link"):
        library.relocator.move(item, to(item, folder="Music"))
    assert library.row(item)["moving"] is None
