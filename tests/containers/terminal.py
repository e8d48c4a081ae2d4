"""Types the commands of docs/containers.md with the engine of a test, as they stand there."""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from tests.containers.engine import Engine, call
from tests.containers.images import ROOT
from tests.docs.commands import BLOCK, TYPED

DOCUMENT = ROOT / "docs/containers.md"


def documented(heading: str) -> list[list[str]]:
    """The blocks of commands below a heading, up to the next one of its level."""
    text = DOCUMENT.read_text(encoding="utf-8")
    (section,) = re.findall(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    return [TYPED.findall(block) for block in BLOCK.findall(section)]


@dataclass(frozen=True)
class Terminal:
    """A shell in a folder, in which `docker` is the engine of the test."""

    folder: Path
    engine: Engine
    compose: list[str] = field(default_factory=list)
    """What `docker compose` stands for there."""
    names: dict[str, str] = field(default_factory=dict)
    """What the documentation calls something -> what the test does, where they are whole words."""
    environment: dict[str, str] = field(default_factory=dict)

    def type(self, line: str) -> str:
        """Type one line; what it says."""
        words = re.split(r"(\s+)", line)
        typed = "".join(self.names.get(word, word) for word in words)
        compose = f"command {shlex.join(self.compose)}"  # not the function, which would call itself
        script = (
            f'docker() {{ if [ "$1" = compose ]; then shift; {compose} "$@"; '
            f'else command {self.engine.name} "$@"; fi; }}\n{typed}'
        )
        done = call(["bash", "-c", script], self.environment, self.folder)
        said = f"{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, f"{typed}: {done.returncode}\n{said}"
        return said
