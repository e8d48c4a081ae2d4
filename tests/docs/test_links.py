"""Links lead somewhere: to a file that exists and, with `#`, to a heading of it."""

import re
from pathlib import Path

import pytest

from scripts.docs.render import documents

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
CODE = re.compile(r"`([a-z.][\w.-]*/[\w./-]*\w)`")
# Made by using the project, so not in a fresh clone.
IN_THE_FRONT_END = ("webapp/frontend/node_modules", "webapp/frontend/dist")
MADE = (".env", ".guard/", ".venv", "data/", "dist/", *IN_THE_FRONT_END)
MEDIA_TYPES = ("text/", "application/")


def prose(path: Path) -> str:
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    headings = HEADING.findall(prose(path))
    return {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("path", documents(ROOT), ids=lambda path: path.name)
def test_links_lead_to_a_file_and_a_heading(path: Path) -> None:
    for target, anchor in LINK.findall(prose(path)):
        file = path.parent / target if target else path
        assert file.exists(), f"{path.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{path.name}: {target}#{anchor}"


@pytest.mark.parametrize("path", documents(ROOT), ids=lambda path: path.name)
def test_files_that_are_named_exist(path: Path) -> None:
    for name in CODE.findall(prose(path)):
        if name.startswith((*MADE, *MEDIA_TYPES)):
            continue
        roots = (ROOT, path.parent, ROOT / "webapp/backend", ROOT / "webapp/frontend")
        assert any((root / name).exists() for root in roots), f"{path.name}: {name}"


@pytest.mark.parametrize("path", documents(ROOT), ids=lambda path: path.name)
def test_pictures_are_described(path: Path) -> None:
    assert "![](" not in prose(path)


def test_every_folder_of_scripts_and_tests_has_its_line_in_contributing() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for parent in ("scripts", "tests"):
        for folder in (ROOT / parent).iterdir():
            if folder.is_dir() and not folder.name.startswith(("_", ".")):
                assert f"`{parent}/{folder.name}/`" in text or f"`{folder.name}/`" in text, folder
