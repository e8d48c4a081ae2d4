"""What a person may have saved is source; caches, products and editors' own files are not."""

from pathlib import Path

import pytest

from scripts.guard.watching.sources import folders_below, is_source, sources


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("main.py", True),
        ("deep/er/style.css", True),
        ("__pycache__/main.pyc", False),
        ("node_modules/react/index.js", False),
        ("main.py~", False),
        (".main.py.swp", False),
        ("data/app.db", False),
        ("data/models.py", True),
        ("server.log", False),
        ("app.sqlite3-wal", False),
        (".#main.py", False),
        ("#main.py#", False),
        (".main.py.kate-swp", False),
        ("4913", False),
        (".DS_Store", False),
        (".coverage", False),
        (".coverage.host.1.x", False),
        (".idea/workspace.xml", False),
        (".vscode/settings.json", False),
        ("flycheck_main.py", False),
        (".env", True),
        ("Dockerfile", True),
    ],
)
def test_what_matters_is_source(path: str, matters: bool) -> None:  # noqa: FBT001
    # A folder above the watched one may have any name, `data` too.
    folder = Path("/data/node_modules/project/src")
    assert is_source(folder / path, [folder]) is matters
    assert not is_source(Path("/elsewhere/main.py"), [folder])


def test_links_to_folders_are_followed_and_no_circle_is(tmp_path: Path) -> None:
    (tmp_path / "real/deep").mkdir(parents=True)
    (tmp_path / "real/node_modules/x").mkdir(parents=True)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/link").symlink_to(tmp_path / "real")
    (tmp_path / "real/deep/circle").symlink_to(tmp_path / "src")
    src = tmp_path / "src"
    assert set(folders_below([src])) == {src, src / "link", src / "link/deep"}


def test_only_the_sources_of_a_folder_itself_are_listed(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("main.py", "main.pyc", "deep/other.py"):
        (tmp_path / name).write_text("x")
    assert list(sources([tmp_path, tmp_path / "gone"], [tmp_path])) == [tmp_path / "main.py"]
