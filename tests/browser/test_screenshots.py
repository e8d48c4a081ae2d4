"""The pictures of the documentation can be taken: what they show still exists."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.docs.render import documents
from scripts.screenshots.__main__ import take

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
PICTURE = re.compile(r"\]\((?:docs/)?images/([\w-]+\.(?:png|svg))\)")


@pytest.mark.timeout(180)
def test_every_picture_of_the_documentation_can_be_taken_of_the_running_thing(
    browser: "Browser", tmp_path: Path, free_port: Callable[[], int]
) -> None:
    ports = {name: free_port() for name in ("web", "api", "guard")}
    taken = {path.name for path in take(tmp_path, ports, browser)}
    texts = (path.read_text(encoding="utf-8") for path in documents(ROOT))
    shown = {name for name in taken if not name.endswith(".cast")}  # those are the svg's source
    assert {name for text in texts for name in PICTURE.findall(text)} == shown
    assert {path.name for path in (ROOT / "docs/images").iterdir()} == taken
    assert "404" not in (tmp_path / "terminal-1.cast").read_text(encoding="utf-8")
