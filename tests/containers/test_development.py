"""docker-compose.dev.yml, built and run by a real engine, with a copy of the sources."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scripts.bench.stacks import free_port
from tests.containers.conftest import Note
from tests.containers.engine import Engine, Stack, running, wait_for
from tests.containers.images import ROOT

pytestmark = pytest.mark.timeout(1800)  # the first one of each engine builds


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is under version control, and may be broken."""
    folder = tmp_path_factory.mktemp("project")
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "-z",
            "webapp",
            "requirements*.txt",
            "docker*",
            "Dockerfile",
            ".dockerignore",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def stack(engine: Engine, project: Path) -> Iterator[Stack]:
    web, api = free_port(), free_port()
    given = {"WEB_PORT": str(web), "API_PORT": str(api)}
    with running(Stack(engine, project / "docker-compose.dev.yml", web, given)) as made:
        yield made


def test_page_and_api_through_vite(stack: Stack, note: Note) -> None:
    note("development: compose up, from nothing to both healthy", f"{stack.seconds['up']:.1f} s")
    with stack.client() as client:
        assert '<div id="root">' in client.get("/").text
        assert client.get("/api/queue").is_success


@pytest.mark.own_traceback("SyntaxError")
def test_a_syntax_error_in_the_backend_is_answered_through_vite_until_it_is_gone(
    stack: Stack, project: Path, note: Note
) -> None:
    main = project / "webapp/backend/main.py"
    whole = main.read_text(encoding="utf-8")
    with stack.client() as client:
        main.write_text(whole + "\ndef broken(:\n", encoding="utf-8")
        took = wait_for(
            lambda: _queue(client) == httpx.codes.SERVICE_UNAVAILABLE, "told", stack.logs
        )
        answer = client.get("/api/queue")
        note(
            "development: a syntax error saved, until requests through Vite get it", f"{took:.1f} s"
        )
        note(
            "development: such a request, answered in",
            f"{answer.elapsed.total_seconds() * 1000:.0f} ms",
        )
        assert "SyntaxError" in answer.json()["detail"]
        assert "main.py, line" in answer.json()["detail"]
        main.write_text(whole, encoding="utf-8")
        took = wait_for(lambda: _queue(client) == httpx.codes.OK, "it works again", stack.logs)
        note("development: the error undone, until requests are answered", f"{took:.1f} s")


def test_a_save_in_the_front_end_is_served(stack: Stack, project: Path) -> None:
    page = project / "webapp/frontend/index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("<head>", '<head><meta name="saved">'))
    with stack.client() as client:
        wait_for(lambda: 'name="saved"' in client.get("/").text, "the new page", stack.logs)


def _queue(client: httpx.Client) -> int:
    try:
        return client.get("/api/queue").status_code
    except httpx.TransportError:
        return 0
