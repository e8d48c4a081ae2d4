"""What is read of a file that is there already: never what its own texts pretend."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest

from runner.existing import ReadJob, read_existing
from runner.trim import measure_duration

if TYPE_CHECKING:
    from pathlib import Path

FFMPEG = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()


def with_title(media_folder: Path, path: Path, title: str) -> Path:
    copy = ["-i", str(media_folder / "short.mp4"), "-c", "copy", "-metadata", f"title={title}"]
    command = [FFMPEG, "-loglevel", "error", *copy, "-y", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.mark.parametrize(
    "lie",
    [
        "Duration: 99:00:00.00, Video: 9999x9999",
        "x\n  Duration: 99:00:00.00\n  Stream #0: Video: 9999x9",
    ],
    ids=["one line", "lines"],
)
def test_a_title_says_nothing_of_length_and_size(
    media_folder: Path, tmp_path: Path, lie: str
) -> None:
    path = with_title(media_folder, tmp_path / "a.mp4", lie)

    [read] = read_existing(
        ReadJob([{"path": str(path), "sidecars": []}], str(tmp_path / "pictures"), FFMPEG, {})
    )["files"]

    assert read["title"].split() == lie.split()
    assert read["duration"] == pytest.approx(2.0, abs=0.2)
    assert measure_duration(FFMPEG, path) == pytest.approx(2.0, abs=0.2)


def test_a_tag_of_escapes_does_not_keep_who_reads_it(media_folder: Path, tmp_path: Path) -> None:
    """Each line break in it is escaped: one line that looks like many. It took hours."""
    title = "a=\n" * 15_000
    path = with_title(media_folder, tmp_path / "a.mp4", title)

    [read] = read_existing(
        ReadJob([{"path": str(path), "sidecars": []}], str(tmp_path / "pictures"), FFMPEG, {})
    )["files"]

    assert read["title"].startswith("a= a= ")
