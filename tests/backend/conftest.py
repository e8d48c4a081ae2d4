"""Every test here talks to real processes: uvicorn, yt-dlp, ffmpeg, a source on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.backend.api_process import Api, running
from tests.media_source import media, media_folder, own_media

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["media", "media_folder", "own_media"]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """An api of one's own, free to be killed."""
    with running(tmp_path) as started:
        yield started


@pytest.fixture(scope="session")
def shared_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One api for all tests that leave it as it was."""
    with running(tmp_path_factory.mktemp("shared-api")) as started:
        started.ready()
        yield started
