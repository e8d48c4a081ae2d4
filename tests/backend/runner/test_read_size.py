from __future__ import annotations

import inspect

import pytest
from yt_dlp.downloader.fragment import FragmentFD, HttpQuietDownloader
from yt_dlp.downloader.http import HttpFD

from runner.read_size import install, read_size

MAX_BYTES = 524_288  # half a megabyte: what stays in the processor's cache


@pytest.mark.parametrize(
    ("elapsed", "size", "expected"),
    [
        (1.0, 1024, 1024),
        (0.5, 1024, 2048),
        (2.0, 4096, 2048),
        (0.0001, MAX_BYTES, MAX_BYTES),
        (0.0001, 4 * 1024 * 1024, MAX_BYTES),
    ],
)
def test_a_block_is_what_comes_in_a_second_up_to_a_limit(
    elapsed: float, size: int, expected: int
) -> None:
    assert read_size(elapsed, size) == expected


def test_yt_dlp_still_asks_for_it_before_each_block() -> None:
    assert "self.best_block_size(" in inspect.getsource(HttpFD.real_download)
    assert issubclass(HttpQuietDownloader, HttpFD)
    assert "HttpQuietDownloader(" in inspect.getsource(FragmentFD)


def test_files_and_fragments_are_both_read_so() -> None:
    former = HttpFD.best_block_size
    install()
    try:
        assert HttpFD.best_block_size(0.0001, 4 * 1024 * 1024) == MAX_BYTES
        assert HttpQuietDownloader.best_block_size(0.0001, 4 * 1024 * 1024) == MAX_BYTES
    finally:
        HttpFD.best_block_size = staticmethod(former)
