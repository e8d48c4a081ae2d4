"""A database that is deleted or replaced while it is used: what is acknowledged is kept."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from domain.problems import DatabaseUnavailableError
from domain.requests import DownloadRequest
from store import library
from store.store import Store
from tests.backend.api_process import Api, wait_for
from tests.backend.store.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REQUEST = DownloadRequest(url="https://example.org/a.mp4")


def delete(file: Path) -> None:
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()


def delete_the_file_alone(file: Path) -> None:
    file.unlink()


def restore(file: Path) -> None:
    delete(file)
    file.with_name("backup.db").replace(file)


FAULTS = [delete, delete_the_file_alone, restore]


@pytest.mark.parametrize("spoil", FAULTS)
def test_nothing_is_written_into_a_database_that_is_gone(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    file = tmp_path / "app.db"
    shutil.copy(empty(tmp_path / "other"), tmp_path / "backup.db")
    store = Store(f"sqlite:///{file}")
    store.add([REQUEST])

    spoil(file)
    kept = []
    try:
        kept = [row["id"] for row in store.add([REQUEST])]
    except DatabaseUnavailableError:
        store.open()
        kept = [row["id"] for row in store.add([REQUEST])]
    store.engine.dispose()

    again = Store(f"sqlite:///{file}")
    assert {row["id"] for row in library.snapshot(again)} == set(kept)
    again.engine.dispose()


def test_nothing_is_committed_once_the_file_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "app.db"
    store = Store(f"sqlite:///{file}")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM downloads")
        delete(file)
        with pytest.raises(DatabaseUnavailableError) as told:
            connection.commit()
    here = {"data/app.db": file}
    assert (told.value.detail, told.value.fix) == shown("database-replaced", here)
    store.open()  # as the backend does, which knows now
    assert len(store.add([REQUEST])) == 1  # sent again
    store.engine.dispose()


def empty(folder: Path) -> Path:
    folder.mkdir()
    Store(f"sqlite:///{folder}/app.db").engine.dispose()
    return folder / "app.db"


def test_every_link_that_was_acknowledged_is_there_after_a_restart(api: Api) -> None:
    api.ready()
    api.ask("PATCH", "/api/queue", json={"paused": True})
    answers = []
    for number in range(30):
        if number == 10:
            delete(api.folder / "data/app.db")
        link = {"url": f"https://example.org/{number}.mp4"}
        answers.append(api.client.post("/api/downloads", json=link))
    wait_for(lambda: "was deleted or replaced" in api.log.read_text(), "it is said in the log")
    api.ready()
    kept = [answer.json()["id"] for answer in answers[10:] if answer.status_code == 201]
    kept.append(api.add("https://example.org/after.mp4"))
    assert {answer.status_code for answer in answers} <= {201, 503}

    api.kill()
    api.start()

    for item in kept:
        assert api.get(item)["id"] == item
