"""The engine of a test, a site to download from, and what a run has measured."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.containers import logs
from tests.containers.engine import ENGINES, Engine, unusable
from tests.media_source import media_folder  # noqa: F401 - a fixture

SOURCE = Path(__file__).with_name("source.py")
SITE, SITE_PORT = "media.test", 9000

Note = Callable[[str, str], None]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine that is here, with all base images; else the test is skipped, and says why."""
    if "CONTAINERS_REPORT" not in os.environ:
        pytest.skip("images are built and run by `make containers`: that takes many minutes")
    if reason := unusable(request.param):
        pytest.skip(reason)
    return Engine(request.param)


@pytest.fixture(autouse=True)
def no_error_in_the_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read what the containers said during a test, whatever else it is about."""
    yield
    said = logs.news()
    sys.stdout.write(said)  # tests/conftest.py finds answers with 500 there
    marks = request.node.iter_markers("own_traceback")
    found = logs.tracebacks(said, {name for mark in marks for name in mark.args})
    assert not found, f"a server had an error of its own: {found}"


@pytest.fixture
def note(engine: Engine, request: pytest.FixtureRequest) -> Note:
    """Keep a figure for the documentation: `make containers w=1` asks for it."""
    where = {
        "engine": f"{engine.name} {engine.version()}",
        "part": request.path.stem.removeprefix("test_"),
    }

    def keep(what: str, figure: str) -> None:
        if report := os.environ.get("CONTAINERS_REPORT"):
            with Path(report).open("a", encoding="utf-8") as file:
                file.write(json.dumps(where | {"what": what, "figure": figure}) + "\n")

    return keep


@contextmanager
def site(engine: Engine, image: str, network: str, media: Path) -> Iterator[str]:
    """A site inside of `network`, from an image that has Python; its name is media.test."""
    name = f"{network}-site"
    command = ("python", "-u", "/tmp/source.py", str(SITE_PORT), "/tmp/clip.mp4")
    try:
        engine(
            *("create", "--name", name, "--network", network, "--network-alias", SITE),
            *("--user", "0", "--entrypoint", command[0], image, *command[1:]),
        )
        engine("cp", SOURCE, f"{name}:/tmp/source.py")
        engine("cp", media / "clip.mp4", f"{name}:/tmp/clip.mp4")
        engine("start", name)
        yield f"http://{SITE}:{SITE_PORT}/clip.mp4"
    finally:
        engine("rm", "--force", "--volumes", name, check=False)
