"""The contract with yt-dlp: the private methods that the fixes override are there and used so."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yt_dlp.downloader.dash import DashSegmentsFD
from yt_dlp.downloader.fragment import FragmentFD
from yt_dlp.downloader.hls import HlsFD
from yt_dlp.downloader.http import HttpFD

from domain.requests import DownloadRequest
from runner.options import parameters
from runner.resume import TAIL, drop_tail, repair

if TYPE_CHECKING:
    from pathlib import Path


def test_yt_dlp_still_has_the_methods_that_are_overridden() -> None:
    assert list(inspect.signature(FragmentFD._write_ytdl_file).parameters) == ["self", "ctx"]  # noqa: SLF001 - the contract
    assert list(inspect.signature(FragmentFD._prepare_frag_download).parameters) == ["self", "ctx"]  # noqa: SLF001
    assert list(inspect.signature(FragmentFD._read_fragment).parameters) == ["self", "ctx"]  # noqa: SLF001
    for method in (FragmentFD._prepare_and_start_frag_download, FragmentFD._finish_frag_download):  # noqa: SLF001
        assert list(inspect.signature(method).parameters) == ["self", "ctx", "info_dict"]
    assert list(inspect.signature(FragmentFD.download_and_append_fragments).parameters)[:4] == [
        *("self", "ctx", "fragments", "info_dict")
    ]
    assert list(inspect.signature(HttpFD.real_download).parameters) == [
        "self",
        "filename",
        "info_dict",
    ]


def test_yt_dlp_still_writes_its_journal_after_each_fragment_and_reads_it_before() -> None:
    assert "_write_ytdl_file" in inspect.getsource(FragmentFD._append_fragment)  # noqa: SLF001
    prepare = inspect.getsource(FragmentFD._prepare_frag_download)  # noqa: SLF001
    assert prepare.index("_read_ytdl_file") < prepare.index("open_mode)")
    assert "ctx['dest_stream'].flush()" in inspect.getsource(FragmentFD._append_fragment)  # noqa: SLF001


def test_yt_dlp_still_asks_for_the_rest_of_a_file_as_is_made_conditional_here() -> None:
    download = inspect.getsource(HttpFD.real_download)
    assert "self.ydl.urlopen(request)" in download
    assert "range_start == content_range_start" in download
    for lists in (HlsFD.real_download, DashSegmentsFD._get_fragments):  # noqa: SLF001
        assert "frag_index <= ctx['fragment_index']" in inspect.getsource(lists)


@pytest.mark.parametrize("format_", ["mp4", "mkv", "webm", "avi", "mp3", "m4a", "opus"])
def test_the_rules_that_are_parameters_are_set(tmp_path: Path, format_: str) -> None:
    wish = DownloadRequest.model_validate({"url": "https://example.org/", "format": format_})
    given_ = parameters(wish, staging=tmp_path, ffmpeg=None)

    assert given_["fixup"] == "force"
    assert given_["skip_unavailable_fragments"] is False
    assert given_["hls_prefer_native"] is True
    assert given_["continuedl"] is True
    assert "final_ext" not in given_


def journal(index: object, size: object) -> str:
    return json.dumps({"downloader": {"current_fragment": {"index": index}, "part_bytes": size}})


def files(folder: Path, size: int, text: str | None) -> tuple[Path, Path]:
    part, ytdl = folder / "media.mp4.part", folder / "media.mp4.ytdl"
    part.write_bytes(b"x" * size)
    if text is not None:
        ytdl.write_text(text)
    return part, ytdl


def test_a_part_is_cut_back_to_what_the_journal_vouches_for(tmp_path: Path) -> None:
    part, ytdl = files(tmp_path, 1000, journal(3, 700))

    repair(part, ytdl)

    assert part.stat().st_size == 700
    assert ytdl.exists()


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "{", "[]", "null", '{"downloader": 1}'),
        *(journal(0, 0), journal(3, 2000), journal("3", 700), journal(3, None), journal(3, -5)),
    ],
)
def test_without_a_valid_journal_the_part_is_worth_nothing(
    tmp_path: Path, text: str | None
) -> None:
    part, ytdl = files(tmp_path, 1000, text)

    repair(part, ytdl)

    assert not part.exists()
    assert not ytdl.exists()


@given(st.binary(max_size=200))
def test_no_journal_whatever_it_holds_breaks_the_mending(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    part, ytdl = files(tmp_path_factory.mktemp("journal"), 1000, "")
    ytdl.write_bytes(content)

    repair(part, ytdl)

    assert not part.exists() or part.stat().st_size <= 1000


def test_half_fetched_fragments_are_fetched_again(tmp_path: Path) -> None:
    part, ytdl = files(tmp_path, 1000, journal(3, 700))
    torn = tmp_path / "media.mp4.part-Frag4.part"
    torn.write_bytes(b"y")

    repair(part, ytdl)

    assert not torn.exists()


@pytest.mark.parametrize(("size", "left"), [(100, 0), (TAIL, 0), (TAIL + 7, 7), (0, 0)])
def test_the_tail_of_a_part_is_asked_for_again(tmp_path: Path, size: int, left: int) -> None:
    part, _ = files(tmp_path, size, None)

    drop_tail(part)

    assert part.stat().st_size == left
