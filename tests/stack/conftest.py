"""What the tests on real processes share."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.stack.harness import GuardRun

Guarded = Callable[..., GuardRun]


@contextmanager
def guards(folder: Path, free_port: Callable[[], int]) -> Iterator[Guarded]:
    """A function that starts a guard over these Procfile lines, with these settings."""
    with ExitStack() as closing:

        def start(
            *lines: str, started: bool = True, up: Sequence[str] = (), **environment: str
        ) -> GuardRun:
            procfile = folder / "Procfile"
            procfile.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            names = [line.partition(":")[0] for line in lines]
            ports = {name: free_port() for name in [*names, "guard"]}
            run = GuardRun(procfile, environment, ports)
            run.options = up
            closing.callback(run.close)
            return run.start() if started else run

        yield start


@pytest.fixture
def guarded(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Guarded]:
    """For a guard of the test's own, which it may break and kill."""
    with guards(tmp_path, free_port) as start:
        yield start


@pytest.fixture(scope="module")
def guarded_once(
    tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]
) -> Iterator[Guarded]:
    """For one guard that the tests of a file share, because they leave it as it was."""
    with guards(tmp_path_factory.mktemp("guard"), free_port) as start:
        yield start
