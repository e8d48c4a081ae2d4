"""While developing in containers, a backend that cannot be loaded answers with the reason."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.backend.api_process import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BACKEND = Path(__file__).resolve().parents[2] / "webapp/backend"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A backend whose files may be broken."""
    target = tmp_path / "webapp/backend"
    shutil.copytree(BACKEND, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.fixture
def client(copied: Path, free_port: Callable[[], int]) -> Iterator[httpx.Client]:
    """As docker-compose.dev.yml runs it."""
    port = free_port()
    command = ["uvicorn", "dev:app", "--port", str(port), "--timeout-graceful-shutdown", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--reload"], cwd=copied, start_new_session=True
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as asking:
            yield asking
    finally:
        process.terminate()
        process.wait(60)


def status(client: httpx.Client, path: str = "/api/queue") -> int:
    try:
        return client.get(path).status_code
    except httpx.TransportError:
        return 0


def test_a_syntax_error_is_answered_until_it_is_gone(client: httpx.Client, copied: Path) -> None:
    wait_for(lambda: status(client) == 200, "200")
    main = copied / "main.py"
    whole = main.read_text()

    main.write_text(whole + "\ndef broken(:\n")
    wait_for(lambda: status(client) == 503, "503")
    answer = client.post("/api/downloads", json={"url": "https://example.org"})
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert "SyntaxError" in problem["detail"]
    assert f"main.py, line {len(whole.splitlines()) + 2}" in problem["detail"]
    assert problem["cause"]["sentence"] == problem["detail"]
    assert problem["service"] == "api"

    main.write_text(whole)
    wait_for(lambda: status(client) == 200, "200")


def test_any_other_error_is_named_with_its_place(client: httpx.Client, copied: Path) -> None:
    wait_for(lambda: status(client) == 200, "200")
    (copied / "web/limits.py").write_text("import nowhere_to_be_found\n")
    wait_for(lambda: status(client) == 503, "503")
    detail = client.get("/health").json()["detail"]
    assert "No module named 'nowhere_to_be_found'" in detail
    assert "web/limits.py, line 1" in detail


def test_a_bad_setting_is_told(client: httpx.Client, copied: Path) -> None:
    wait_for(lambda: status(client) == 200, "200")
    (copied.parents[1] / ".env").write_text("LOG_LEVEL=loud\n")
    (copied / "main.py").touch()
    wait_for(lambda: status(client) == 503, "503")
    assert "LOG_LEVEL=loud" in client.get("/health").json()["detail"]
