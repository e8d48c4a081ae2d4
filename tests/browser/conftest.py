"""The whole stack, started through the guard as `make dev` starts it, and a page that shows it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import httpx
import pytest

from store.tables import metadata
from tests.backend.databases import lay
from tests.browser.app import App
from tests.conftest import PATIENCE
from tests.media_source import media, media_folder, own_media
from tests.stack.conftest import guarded
from tests.stack.harness import ROOT, GuardRun

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["guarded", "media", "media_folder", "own_media"]


@pytest.fixture(scope="session", autouse=True)
def build(request: pytest.FixtureRequest) -> None:
    """See to it that what the stacks serve is of now."""
    request.getfixturevalue("dist")


StartStack = Callable[..., GuardRun]


@contextmanager
def stacks(folder: Path, free_port: Callable[[], int]) -> Iterator[StartStack]:
    """A function that starts web and api under a guard, with these settings, and waits for both.

    The page is the built one, as its users have it, and opens in a third of the time.
    """
    with ExitStack() as closing:

        def start(procfile: str = "Procfile", **settings: str) -> GuardRun:
            ports = {name: free_port() for name in ("web", "api", "guard")}
            if {"DATA_DIR", "DATABASE_URL"}.isdisjoint(settings):
                lay(folder / "data")
            environment = {
                "GUARD_DIR": str(folder / "guard"),
                "DATA_DIR": str(folder / "data"),
                "ALLOW_HOSTS": "127.0.0.1",
                **settings,
            }
            run = GuardRun(ROOT / procfile, environment, ports)
            run.directory = folder / "guard"
            run.output_file = folder / "output.log"
            closing.callback(run.close)
            run.start()
            for name in ("web", "api"):
                run.await_state(name, "READY", deadline=60)
            return run

        yield start


@pytest.fixture
def start_stack(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[StartStack]:
    """For tests that need other settings than the defaults, or kill what they have started."""
    with stacks(tmp_path, free_port) as start:
        yield start


class Lender:
    """The stack with its defaults, for one file after another, as long as each leaves it as it was.

    What a file has changed for good, nobody meets after it: the next one gets a stack of its own.
    """

    def __init__(self, start: Callable[[], GuardRun]) -> None:
        self._start = start
        self._lent: GuardRun | None = None
        self._found: object = None

    def lend(self) -> GuardRun:
        """One that is as it was when it was new."""
        if self._lent is None:
            self._lent = self._start()
            with emptied(self._lent):  # what that writes was there before
                pass
            self._found = traces(self._lent)
        return self._lent

    def take_back(self) -> None:
        """End it if it is not."""
        assert self._lent
        if traces(self._lent) != self._found:
            self._lent.close()
            self._lent = None


def _is_of_a_test(file: Path) -> bool:
    """Whether it holds something; what does of the database is told apart, row by row."""
    with suppress(FileNotFoundError):  # it is being deleted
        return file.is_file() and file.stat().st_size > 0 and file.stem != "app"
    return False


def traces(run: GuardRun) -> object:
    """All that tests can have left: processes begun anew, rows, files, settings."""
    data = Path(run.environment["DATA_DIR"])
    files = {file for file in data.rglob("*") if _is_of_a_test(file)}
    with closing(sqlite3.connect(data / "app.db", timeout=PATIENCE / 1000)) as database:
        rows = {
            table.name: sorted(database.execute(f"SELECT * FROM {table.name}"), key=repr)  # noqa: S608 - ours
            for table in metadata.sorted_tables
        }
    return [run.service(name) and run.service(name)["pid"] for name in ("web", "api")], files, rows


@pytest.fixture(scope="session")
def lender(
    tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]
) -> Iterator[Lender]:
    with ExitStack() as closing_all:

        def start() -> GuardRun:
            folder = tmp_path_factory.mktemp("stack")
            return closing_all.enter_context(stacks(folder, free_port))()

        yield Lender(start)


@pytest.fixture(scope="module")
def shared_stack(lender: Lender) -> Iterator[GuardRun]:
    """The stack with its defaults."""
    yield lender.lend()
    lender.take_back()


@contextmanager
def asking(run: GuardRun) -> Iterator[httpx.Client]:
    """Ask a stack's API; a test fails when it refuses anything."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{run.ports['api']}/api",
        timeout=PATIENCE / 1000,
        trust_env=False,
        event_hooks={"response": [httpx.Response.raise_for_status]},
    ) as client:
        yield client


@pytest.fixture
def api(shared_stack: GuardRun) -> Iterator[httpx.Client]:
    """The shared stack's API."""
    with asking(shared_stack) as client:
        yield client


@contextmanager
def emptied(run: GuardRun) -> Iterator[None]:
    """See to it that whoever comes afterwards finds the stack empty, and its queue as it was."""
    with asking(run) as api:
        queue = api.get("queue").json()
    yield
    with asking(run) as api:
        for subscription in api.get("subscriptions").json():
            api.delete(f"subscriptions/{subscription['id']}")
        for feed in api.get("feeds").json():
            api.delete(f"feeds/{feed['id']}")
        for receiver in api.get("receivers").json():
            api.delete(f"receivers/{receiver['id']}")
        while items := api.get("downloads?limit=100").json()["items"]:
            ids = [item["id"] for item in items]
            api.post("downloads/deletions", json={"ids": ids, "file": True})
        api.patch("queue", json={name: queue[name] for name in ("paused", "concurrency")})


@pytest.fixture
def stack(shared_stack: GuardRun) -> Iterator[GuardRun]:
    """The stack with its defaults: the same for all tests, each finds it empty."""
    with emptied(shared_stack):
        yield shared_stack


@pytest.fixture
def media_dir(stack: GuardRun) -> Path:
    """Where the stack puts finished files."""
    return Path(stack.environment["DATA_DIR"]) / "media"


@pytest.fixture
def service_workers() -> Literal["allow", "block"]:
    """Blocked, for what they answer no test can see or change; a file may have its own fixture."""
    return "block"


@pytest.fixture
def page(browser: Browser, service_workers: Literal["allow", "block"]) -> Iterator[Page]:
    """An English page that fails the test when a script on it fails."""
    context = browser.new_context(
        locale="en-GB", reduced_motion="reduce", service_workers=service_workers
    )
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors


@pytest.fixture
def app(stack: GuardRun, page: Page) -> App:
    """The app, open in a browser."""
    return App.of(stack, page)
