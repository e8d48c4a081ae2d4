"""Real media on a loopback port: an MP4 with its HLS and DASH variants, made by ffmpeg, served.

As a fixture::

    def test_something(media: MediaSource) -> None:
        media.throttle = 200_000  # bytes/s of every answer, from now on
        download(media.mp4)       # also: media.hls, media.dash, media.missing

As a command, until Ctrl-C::

    python -m tests.media_source --port 8800 --throttle 200000
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.media_files import (
    SECONDS,
    make_codecs,
    make_encrypted,
    make_full_colour,
    make_index_last,
    make_media,
    make_picture,
    make_renditions,
    make_silent,
    make_single_file,
    make_sizes,
    make_two_languages,
)
from tests.media_manners import Manner, MediaSource, Validator
from tests.media_server import serve_media

__all__ = [
    "Manner",
    "MediaSource",
    "Validator",
    "make_codecs",
    "make_encrypted",
    "make_full_colour",
    "make_index_last",
    "make_media",
    "make_picture",
    "make_renditions",
    "make_silent",
    "make_single_file",
    "make_sizes",
    "make_two_languages",
    "serve_media",
]


@pytest.fixture(scope="session")
def media_folder(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A copy of what whoever asked first in this run, on any worker, has made."""
    own = tmp_path_factory.getbasetemp()
    every = own.parent if hasattr(pytestconfig, "workerinput") else own
    with (every / "media-source.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait for it
        made = make_media(every / "media-source-made")
    mine = tmp_path_factory.mktemp("media-source")
    return Path(shutil.copytree(made, mine, dirs_exist_ok=True))


@pytest.fixture
def media(media_folder: Path) -> Iterator[MediaSource]:
    with serve_media(media_folder) as source:
        yield source


@pytest.fixture
def own_media(media_folder: Path, tmp_path: Path) -> Iterator[MediaSource]:
    """A source of files that only this test sees, so that it may change them."""
    folder = tmp_path / "own-media"
    shutil.copytree(media_folder, folder)
    with serve_media(folder) as source:
        yield source


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a test video as MP4, HLS and DASH.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free one (default)")
    parser.add_argument("--throttle", type=int, default=0, help="bytes/s, 0 = none (default)")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="length of the video")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="media-source-") as folder:
        make_media(Path(folder), arguments.seconds)
        with serve_media(Path(folder), port=arguments.port, throttle=arguments.throttle) as source:
            print(source.mp4, source.hls, source.dash, sep="\n", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                threading.Event().wait()


if __name__ == "__main__":
    main()
