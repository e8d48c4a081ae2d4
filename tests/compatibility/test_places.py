"""Where suites run: a clone of what is committed, with the versions that are asked for."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.compatibility import places
from scripts.compatibility.__main__ import SUITES, all_places
from scripts.compatibility.debian import DebianError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A committed Makefile, in place of the project's own, and a file that is not committed."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "Makefile").write_text("test:\n\t@pwd; ls; echo 3 passed in 0.1s on $(python)\n")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "one"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    (root / "uncommitted").touch()
    return root


def test_it_runs_in_a_clone_of_what_is_committed_which_is_removed(
    tmp_path: Path, project: Path
) -> None:
    log = tmp_path / "log"
    found = places.run("3.13", None, "test", log, project)
    printed = [line for line in log.read_text().splitlines() if not line.startswith("compat")]
    folder, *files, closing = printed
    assert (found.is_well, found.passed) == (True, 3)
    assert files == ["Makefile"]
    assert closing == "3 passed in 0.1s on 3.13"
    assert not Path(folder).exists()


def test_pythons_of_this_machine_are_versions() -> None:
    assert all(version.startswith("3.") for version in places.pythons_here())


@pytest.mark.parametrize(
    ("uid", "why"), [(1000, "only root can make a Debian sid"), (0, "debootstrap.* is not here")]
)
def test_where_no_debian_can_be_made_it_is_said_why(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch, uid: int, why: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "git").symlink_to(shutil.which("git") or "")
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(DebianError, match=why):
        places.run("sid", None, "test", tmp_path / "log", project)
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("uid", "why"),
    [
        (1000, "only root can make a Debian {suite}; "),
        (0, "debootstrap, unshare, chroot, setpriv "),
    ],
)
def test_a_suite_that_is_left_out_is_named_with_the_reason(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    uid: int,
    why: str,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setattr("scripts.compatibility.__main__.pythons_here", lambda: ["3.13"])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert all_places([]) == ["3.13"]
    said = capsys.readouterr().err.splitlines()
    assert len(said) == len(SUITES)
    for suite, line in zip(SUITES, said, strict=True):
        assert line.startswith(f"{suite} is left out: {why.format(suite=suite)}")
