"""A folder that cannot be written: named with whose it is, and what to type."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from domain.problems import FolderUnavailableError
from files.folders import prepare
from tests.backend.store.shown import shown

BACKEND = Path(__file__).resolve().parents[3] / "webapp/backend"

AS_SOMEBODY = """
import os, pathlib, sys
from files.folders import prepare
os.setgroups([]), os.setegid(1000), os.seteuid(1000)
prepare(pathlib.Path(sys.argv[1]))
"""


def test_what_is_missing_is_made_and_nothing_stays_in_it(tmp_path: Path) -> None:
    prepare(tmp_path / "media/.thumbnails")
    assert list((tmp_path / "media/.thumbnails").iterdir()) == []


def test_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("")
    with pytest.raises(FolderUnavailableError) as told:
        prepare(tmp_path / "media/library")
    here = {"data": tmp_path / "media/library"}
    assert (told.value.detail, told.value.fix) == shown("folder-unwritable", here)

    (tmp_path / "media").unlink()
    prepare(tmp_path / "media/library")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
@pytest.mark.parametrize("below", ["", "not/made/yet"])
def test_somebody_elses_folder_is_told_with_user_and_command(below: str) -> None:
    """As in a container, whose engine makes a folder of the host as root."""
    with tempfile.TemporaryDirectory() as folder:  # not tmp_path: it is closed to other users
        Path(folder).chmod(0o755)

        def tried() -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-c", AS_SOMEBODY, Path(folder) / below],
                cwd=BACKEND,
                capture_output=True,
                text=True,
                check=False,
            )

        told = tried().stderr.splitlines()[-1]
        command = told.partition("sudo ")[2].partition(" (in a container")[0]
        subprocess.run(shlex.split(command), check=True)
        assert tried().returncode == 0
    detail, fix = shown("folder-of-another")
    says = f"{detail} {fix}".replace("data belongs", f"{folder} belongs")
    says = says.replace("data cannot", f"{Path(folder) / below} cannot")
    assert says.replace(":1000 data (in", f":1000 {folder} (in") in told


@pytest.mark.parametrize("mode", [0o700, 0o750])
def test_a_new_folder_is_closed_to_others(tmp_path: Path, mode: int) -> None:
    prepare(tmp_path / "data", mode)

    assert (tmp_path / "data").stat().st_mode & 0o777 == mode
