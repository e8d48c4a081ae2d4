"""The commands of the documentation are typed with either engine and its own compose."""

from pathlib import Path

import pytest

from tests.containers.engine import ENGINES, Engine
from tests.containers.terminal import Terminal

ECHO = """\
#!/bin/sh
echo "$(basename "$0") $*"
"""
COMPOSE = {"docker": ["docker", "compose"], "podman": ["podman-compose"]}


@pytest.mark.parametrize("name", ENGINES)
def test_docker_stands_for_the_engine_of_the_test(name: str, tmp_path: Path) -> None:
    for program in ("docker", "podman", "podman-compose"):
        (tmp_path / program).write_text(ECHO)
        (tmp_path / program).chmod(0o755)
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    terminal = Terminal(tmp_path, Engine(name), [*COMPOSE[name], "--file", "x.yml"], {}, path)
    composed = terminal.type("docker compose up --build").strip()
    assert composed == f"{' '.join(COMPOSE[name])} --file x.yml up --build"
    assert terminal.type("docker stop media").strip() == f"{name} stop media"
