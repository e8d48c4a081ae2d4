"""Two backends on one SQLite database: the first works, the next says that it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.backend.api_process import running, wait_for
from tests.backend.store.shown import shown

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media_source import MediaSource


def test_a_second_backend_on_one_database_says_so_and_goes_on_when_the_first_leaves(
    tmp_path: Path, media: MediaSource
) -> None:
    data = tmp_path / "data"
    with running(tmp_path / "one", DATA_DIR=str(data)) as first:
        first.ready()
        first.ask("PATCH", "/api/queue", json={"paused": True})
        with running(tmp_path / "two", DATA_DIR=str(data)) as second:
            told = wait_for(
                lambda: (
                    (ready := second.client.get("/ready").json())["engine"] == "waiting" and ready
                ),
                "it says what it waits for",
            )
            here = {"data/app.db": data / "app.db"}
            assert (told["detail"], told["fix"]) == shown("database-worked-on", here)
            item = second.add(media.mp4)
            assert first.get(item)["state"] == "queued", "it is kept meanwhile"

            first.end()
            second.ready()
            second.ask("PATCH", "/api/queue", json={"paused": False})
            second.wait(item, "done")
            assert second.log.read_text().count("Another backend works on") == 1
