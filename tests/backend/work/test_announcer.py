"""Downloads that are added at the same time are written to the disk together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from domain.requests import DownloadRequest
from store.store import Store
from tests.backend.databases import opened
from work.announcer import Announcer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANY = 30


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(tmp_path / "app.db")
    yield made
    made.engine.dispose()


def request(number: int) -> DownloadRequest:
    return DownloadRequest(url=f"https://example.org/{number}")


def test_who_comes_while_the_disk_is_busy_is_written_together(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    announcer = Announcer(store, lambda item, _, __: told.append(item))
    first, sizes, add = threading.Event(), list[int](), store.add

    def slow(requests: list[DownloadRequest]) -> Any:  # noqa: ANN401 - as the store's
        if not sizes:
            first.wait(30)
        sizes.append(len(requests))
        return add(requests)

    monkeypatch.setattr(store, "add", slow)
    with ThreadPoolExecutor(MANY) as threads:
        adding = [threads.submit(announcer.add, [request(n)]) for n in range(MANY)]
        while len(announcer._additions) < MANY - 1:  # noqa: SLF001 - all but the first wait
            assert not all(one.done() for one in adding)
        first.set()
        added = [one.result(30)[0] for one in adding]

    assert sizes == [1, MANY - 1]
    assert [download.url for download in added] == [request(n).url for n in range(MANY)]
    assert sorted(told) == sorted(download.id for download in added)


def test_everybody_is_told_what_went_wrong(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ValueError("The disk is full.")

    monkeypatch.setattr(store, "add", fail)
    announcer = Announcer(store, lambda *_: None)

    for _ in range(2):
        with pytest.raises(ValueError, match="disk is full"):
            announcer.add([request(1)])
