from pathlib import Path

import pytest

from scripts.desktop import places, shortcut


@pytest.mark.starts
def test_linux_has_it_in_the_menu_and_on_the_desktop_which_is_made_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("WSL_DISTRO_NAME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    written = places.write(tmp_path)
    assert written == [
        tmp_path / ".local/share/applications/sy-media-downloader.desktop",
        tmp_path / "Desktop/sy-media-downloader.desktop",
    ]
    assert all(path.stat().st_mode & 0o111 for path in written)


def test_writing_it_again_replaces_it(tmp_path: Path) -> None:
    first = places.put(shortcut.mac(tmp_path), tmp_path / "Desktop")
    assert places.put(shortcut.mac(tmp_path), tmp_path / "Desktop") == first
    assert len(list(first.parent.iterdir())) == 1
