"""The site is built with every link and heading checked, and holds every page."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.docs.render import documents
from scripts.site.pages import gather, navigation

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]


def build(root: Path, into: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.site", str(into), str(root)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the site is made of, to break."""
    folder = tmp_path_factory.mktemp("project")
    gather(ROOT, folder)
    return folder


def test_it_is_built_and_every_page_can_be_found(project: Path, tmp_path: Path) -> None:
    done = build(project, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    index = (tmp_path / "search/search_index.json").read_text(encoding="utf-8")
    for page in documents(ROOT):
        name = page.relative_to(ROOT).with_suffix(".html")
        name = name.with_name("index.html") if page.name == "README.md" else name
        assert (tmp_path / name).exists()
        assert str(name.parent if page.name == "README.md" else name) in index
    home = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "fonts.googleapis.com" not in home
    assert (tmp_path / "docs/images/app.png").exists()


@pytest.mark.parametrize("link", ["docs/nowhere.md", "docs/using.md#nowhere"])
def test_a_link_that_leads_nowhere_fails(project: Path, tmp_path: Path, link: str) -> None:
    readme = project / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(f"{text}\n[broken]({link})\n", encoding="utf-8")
    try:
        done = build(project, tmp_path)
    finally:
        readme.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    assert "nowhere" in done.stderr


def pages(entry: object) -> list[str]:
    match entry:
        case str(page):
            return [page]
        case dict():
            return pages(list(entry.values()))
        case list():
            return [page for each in entry for page in pages(each)]
        case _:
            raise TypeError(entry)


def test_every_page_is_in_a_tab() -> None:
    listed = pages(navigation(ROOT))
    assert sorted(listed) == sorted(str(page.relative_to(ROOT)) for page in documents(ROOT))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_search_leads_to_the_section(project: Path, tmp_path: Path, page: "Page") -> None:
    from playwright.sync_api import expect

    assert build(project, tmp_path).returncode == 0
    with served(tmp_path) as url:
        page.goto(f"{url}/index.html")
        page.get_by_role("textbox", name="Search").press_sequentially("cookies")
        page.locator(".md-search-result").get_by_role("link").filter(
            has_text="Sites that need signing in"
        ).first.click()
        expect(page.get_by_role("heading", name="Sites that need signing in")).to_be_visible()
        assert re.search(r"/docs/(?:using|cookies)\.html", page.url)
