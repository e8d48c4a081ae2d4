from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from domain.problems import ConflictError
from files import desktop
from files.desktop import Desktop

if TYPE_CHECKING:
    from pathlib import Path

SCREEN = {"DISPLAY": ":0"}


@pytest.fixture
def bin_dir(tmp_path: Path) -> Path:
    """A folder of programs, the only one there is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("xdg-open", "open"):
        (folder / name).write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/shown\n')
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("environ", "platform", "name"),
    [
        (SCREEN, "linux", "xdg-open"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", "xdg-open"),
        ({}, "linux", None),
        ({}, "darwin", "open"),
    ],
)
def test_a_folder_is_shown_where_there_is_a_desktop(
    bin_dir: Path, environ: dict[str, str], platform: str, name: str | None
) -> None:
    found = Desktop("yes", environ | {"PATH": str(bin_dir)}, platform)

    assert found.opener == (name and str(bin_dir / name))


def test_a_container_is_known_and_shows_nothing_unless_it_is_told_to(
    bin_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = SCREEN | {"PATH": str(bin_dir)}
    monkeypatch.setattr(desktop, "CONTAINER_MARKS", (str(tmp_path / "none"),))
    assert Desktop("auto", environ, "linux").opener
    assert Desktop("auto", environ | {"container": "podman"}, "linux").opener is None
    monkeypatch.setattr(desktop, "CONTAINER_MARKS", (str(tmp_path),))
    assert Desktop("auto", environ, "linux").opener is None
    assert Desktop("auto", environ, "linux").in_container
    assert Desktop("yes", environ, "linux").opener
    assert not Desktop("yes", environ, "linux").in_container  # its paths are the desktop's
    assert Desktop("no", environ, "linux").opener is None


@pytest.mark.starts
def test_the_file_s_folder_is_handed_over_as_one_word_that_no_shell_reads(
    bin_dir: Path, tmp_path: Path
) -> None:
    screen = Desktop("yes", SCREEN | {"PATH": str(bin_dir)}, "linux")
    folder = tmp_path / "a $(touch hacked); 'b'"
    folder.mkdir()
    (folder / "clip.mp4").touch()

    screen.show(folder / "clip.mp4")
    screen.show(folder)

    assert (tmp_path / "shown").read_text() == f"{folder}\n{folder}\n"
    assert not (folder / "hacked").exists()


@pytest.mark.starts
def test_what_is_shown_is_no_part_of_the_service(bin_dir: Path, tmp_path: Path) -> None:
    """Or the guard would close the user's window with the backend."""
    (bin_dir / "xdg-open").write_text(
        "#!/bin/sh\nread -r _ _ _ _ _ session _ < /proc/$$/stat\n"
        f'echo "$session $$ [$GUARD_RUN$GUARD_SERVICE] $GUARD_SPARES" > {tmp_path}/seen\n'
    )
    tag = {"GUARD_RUN": "1", "GUARD_SERVICE": "api", "PATH": str(bin_dir)}

    Desktop("yes", SCREEN | tag, "linux").show(tmp_path)

    session, pid, shown, spared = (tmp_path / "seen").read_text().split()
    assert session == pid != str(os.getsid(0))
    assert (shown, spared) == ("[]", "1")


@pytest.mark.starts
def test_an_opener_that_fails_is_told(bin_dir: Path, tmp_path: Path) -> None:
    screen = Desktop("yes", SCREEN | {"PATH": str(bin_dir)}, "linux")
    (bin_dir / "xdg-open").write_text("#!/bin/sh\nexit 4\n")
    with pytest.raises(ConflictError, match=r"xdg-open could not show .*: exit status 4\. Copy"):
        screen.show(tmp_path)
    (bin_dir / "xdg-open").unlink()
    with pytest.raises(ConflictError, match="has no desktop"):
        screen.show(tmp_path)
