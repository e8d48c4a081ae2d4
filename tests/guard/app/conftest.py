"""What several of these files start."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest


@pytest.fixture
def two() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two processes of which one may end before the other."""
    processes = [subprocess.Popen(["sleep", "600"]) for _ in range(2)]
    yield processes
    for process in processes:
        process.kill()
        process.wait()
