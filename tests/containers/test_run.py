"""What the containers would run, run without an engine: commands, health checks, configuration."""

import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.containers.images import ROOT, health, stages
from tests.containers.nginx import Site, serving
from tests.containers.processes import DEADLINE, on_port, running, wait_until_healthy

if TYPE_CHECKING:
    from playwright.sync_api import Page

BACKEND = stages(ROOT / "Dockerfile")
FRONTEND = stages(ROOT / "webapp/frontend/Dockerfile")
COMPOSE_FILE = {"development": "docker-compose.dev.yml", "production": "docker-compose.yml"}


@pytest.mark.parametrize("target", ["development", "production"])
def test_the_backend_starts_and_reports_its_health(
    target: str, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    stage, port = BACKEND[target], free_port()
    command = on_port(stage.command(), port)
    with running(command, ROOT / "webapp/backend", DATA_DIR=tmp_path) as process:
        wait_until_healthy(
            health(COMPOSE_FILE[target], "backend"), port, process, ROOT / "webapp/backend"
        )
        assert (
            httpx.get(f"http://127.0.0.1:{port}/api/downloads", timeout=DEADLINE).status_code == 200
        )


def test_vite_starts_and_reports_its_health(free_port: Callable[[], int]) -> None:
    stage, port = FRONTEND["development"], free_port()
    with running(on_port(stage.command(), port), ROOT / "webapp/frontend") as process:
        wait_until_healthy(health("docker-compose.dev.yml", "frontend"), port, process, ROOT)
        assert '<div id="root">' in httpx.get(f"http://127.0.0.1:{port}/", timeout=DEADLINE).text


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built front end, made by the image's own command."""
    target = tmp_path_factory.mktemp("dist")
    build = FRONTEND["build"].last("RUN").split()
    subprocess.run(
        [*build, "--silent", "--", "--outDir", target, "--emptyOutDir"],
        cwd=ROOT / "webapp/frontend",
        check=True,
    )
    return target


@pytest.fixture(scope="module")
def production(
    dist: Path, tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]
) -> Iterator[httpx.Client]:
    """nginx with the template filled in as its image does it, in front of a real backend.

    One for all tests: they only read.
    """
    tmp_path = tmp_path_factory.mktemp("production")
    web, api = free_port(), free_port()
    backend = on_port(BACKEND["production"].command(), api)
    data = tmp_path / "data"
    site = Site(f"127.0.0.1:{api}", root=str(dist))
    with (
        running(backend, ROOT / "webapp/backend", DATA_DIR=data) as served,
        serving(site, web, tmp_path) as client,
    ):
        probe = health("docker-compose.yml", "backend")
        wait_until_healthy(probe, api, served, ROOT / "webapp/backend")
        if shutil.which("wget"):
            subprocess.run(on_port(health("docker-compose.yml", "frontend"), web), check=True)
        yield client


def test_nginx_serves_the_built_app_under_every_path_of_the_app(production: httpx.Client) -> None:
    page = production.get("/")
    assert '<div id="root">' in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert production.get("/library").text == page.text
    script = re.search(r'src="(/assets/[^"]+\.js)"', page.text)
    assert script is not None
    asset = production.get(script[1])
    assert asset.headers["content-type"].endswith("javascript")
    assert "immutable" in asset.headers["cache-control"]


def test_the_policy_lets_the_scripts_of_the_page_run_and_no_other(
    production: httpx.Client, page: "Page"
) -> None:
    html = production.get("/").text
    policy = production.get("/").headers["content-security-policy"]
    inline = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = {b64encode(sha256(text.encode()).digest()).decode() for text in inline}
    assert set(re.findall(r"'sha256-([^']+)'", policy)) == hashes, "see default.conf.template"

    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(str(production.base_url))
    page.get_by_role("button", name="Download").first.wait_for()
    assert [text for text in said if "Content Security Policy" in text] == []


def test_nginx_passes_the_backend_through(production: httpx.Client) -> None:
    assert production.get("/health").json()["status"] == "healthy"
    nothing = production.get("/api/downloads").json()
    assert (nothing["items"], nothing["next"], nothing["total"]) == ([], None, 0)
    assert production.post("/api/downloads", json={"url": "nonsense"}).status_code == 422


def test_nginx_passes_events_on_as_they_are_sent(production: httpx.Client) -> None:
    with production.stream("GET", "/api/events") as stream:
        assert next(stream.iter_lines()) == "event: snapshot"


def test_nginx_has_no_guard_to_offer(production: httpx.Client) -> None:
    assert production.get("/guard/api/status").status_code == 404
    assert production.get("/assets/missing.js").status_code == 404
