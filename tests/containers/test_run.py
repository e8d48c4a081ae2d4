"""What the containers would run, run here: the same commands, health checks and configuration.

No engine runs on the machines that this is developed on; what an engine adds (the network between
containers, volumes, restarts) is not tried.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from scripts.setup import system
from tests.containers.images import ROOT, Stage, stages

if TYPE_CHECKING:
    from playwright.sync_api import Page

BACKEND = stages(ROOT / "webapp/backend/Dockerfile")
FRONTEND = stages(ROOT / "webapp/frontend/Dockerfile")
TEMPLATE = ROOT / "webapp/frontend/nginx/default.conf.template"
DEADLINE = 60.0


@contextmanager
def running(
    command: list[str | Path], folder: Path, **environment: str | Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, ended with all that it started."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **{k: str(v) for k, v in environment.items()}},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


def on_port(words: list[str], port: int) -> list[str | Path]:
    """The command of an image, on a free port of the loopback."""
    mapped = (re.sub(r"\b(3000|8000)\b", str(port), word) for word in words)
    return [word.replace("0.0.0.0", "127.0.0.1") for word in mapped]


def wait_until_healthy(stage: Stage, port: int, process: subprocess.Popen[bytes]) -> None:
    """Ask with the image's own health check, as the engine would."""
    command = on_port(stage.health(), port)
    until = time.monotonic() + DEADLINE
    while subprocess.run(command, capture_output=True, check=False).returncode:
        assert process.poll() is None, "ended before it was healthy"
        assert time.monotonic() < until, "not healthy in time"


@pytest.mark.parametrize("target", ["development", "production"])
def test_the_backend_starts_and_reports_its_health(
    target: str, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    stage, port = BACKEND[target], free_port()
    command = on_port(stage.command(), port)
    with running(command, ROOT / "webapp/backend", DATA_DIR=tmp_path) as process:
        wait_until_healthy(stage, port, process)
        assert (
            httpx.get(f"http://127.0.0.1:{port}/api/downloads", timeout=DEADLINE).status_code == 200
        )


def test_vite_starts_and_reports_its_health(free_port: Callable[[], int]) -> None:
    stage, port = FRONTEND["development"], free_port()
    with running(on_port(stage.command(), port), ROOT / "webapp/frontend") as process:
        wait_until_healthy(stage, port, process)
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


@pytest.fixture
def production(dist: Path, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[httpx.Client]:
    """nginx with the template filled in as its image does it, in front of a real backend."""
    nginx = system.nginx()
    if nginx is None and not os.environ.get("CI"):
        pytest.skip("no nginx here: as root on Debian, `make test` brings one")
    web, api = free_port(), free_port()
    filled = TEMPLATE.read_text(encoding="utf-8")
    for name, value in {
        "WEB_PORT": f"127.0.0.1:{web}",
        "API_UPSTREAM": f"127.0.0.1:{api}",
        "NGINX_LOCAL_RESOLVERS": "127.0.0.1",
    }.items():
        filled = filled.replace(f"${{{name}}}", value)
    assert "${" not in filled
    (tmp_path / "default.conf").write_text(filled.replace("/usr/share/nginx/html", str(dist)))
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; {_scratch(tmp_path)}"
        f" include {tmp_path}/default.conf; }}\n"
    )
    backend, port = BACKEND["production"], api
    command: list[str | Path] = [str(nginx), "-e", "stderr", "-c", tmp_path / "nginx.conf"]
    data = tmp_path / "data"
    with (
        running(on_port(backend.command(), port), ROOT / "webapp/backend", DATA_DIR=data) as served,
        running(command, tmp_path) as front,
        httpx.Client(base_url=f"http://127.0.0.1:{web}", timeout=DEADLINE) as client,
    ):
        wait_until_healthy(backend, port, served)
        if shutil.which("wget"):
            wait_until_healthy(FRONTEND["production"], web, front)
        yield client


def _scratch(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


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
    assert production.get("/api/downloads").json() == {"items": [], "next": None}
    assert production.post("/api/downloads", json={"url": "nonsense"}).status_code == 422


def test_nginx_passes_events_on_as_they_are_sent(production: httpx.Client) -> None:
    with production.stream("GET", "/api/events") as stream:
        assert next(stream.iter_lines()) == "event: snapshot"


def test_nginx_has_no_guard_to_offer(production: httpx.Client) -> None:
    assert production.get("/guard/api/status").status_code == 404
    assert production.get("/assets/missing.js").status_code == 404
