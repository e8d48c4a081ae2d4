"""What every test may ask for: free ports, a browser. And a check that nothing stays behind."""

import asyncio
import fcntl
import gc
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest
from hypothesis import HealthCheck, settings

from scripts import TYPED
from scripts.bench.visits import Visits, together
from scripts.guard.core import hints
from scripts.setup import packages, system
from scripts.times.table import longest_first, read
from tests import ports, quick, server_errors
from tests.backend import forks
from tests.leftovers import left, new_mark
from tests.schemas import validated

__all__ = ["validated"]

# Timing is never asserted: neither of an example, nor of drawing it.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Whatever is started from here carries it.
OURS = new_mark()
os.environ[OURS] = "yes"
# The guard's files of whatever runs without a GUARD_DIR are not among those of who runs the tests.
_STATE = tempfile.TemporaryDirectory(prefix="state-")
os.environ["XDG_STATE_HOME"] = _STATE.name
# What came with the packages (an ffmpeg, a Node) is found like what the machine has.
os.environ["PATH"] = packages.search_path()

# Messages name the commands of this project, wherever they are made.
os.environ |= TYPED
hints.configure("procguard", [], TYPED)

# In the background of a shell this process ignores Ctrl-C, and so would all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Under `nohup` the same holds for a closed terminal.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
FRONTEND = Path(__file__).parents[1] / "webapp/frontend"
PATIENCE = 60_000  # milliseconds until a page shows what it must, on a busy machine
CHROMIUM_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Have `--quick`, which `make test-unit` gives."""
    parser.addoption("--quick", action="store_true", help="only tests that start nothing")


def pytest_configure(config: pytest.Config) -> None:
    """With `--quick`, look at what the tests start."""
    if config.getoption("--quick"):
        quick.watch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, object]:
    """Fail a test in whose time a server of ours answered with its own error."""
    report = yield
    if report.when == "teardown":
        allowed = {path for mark in item.iter_markers("own_error") for path in mark.args}
        captured = "\n".join(text for _, text in report.sections)
        if (found := server_errors.found_now(captured, allowed)) and report.passed:
            report.outcome, report.longrepr = "failed", found
    return report


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage in what is loaded and collected, now or later: all of it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `--quick`, do not even load what has no quick test."""
    if config.getoption("--quick") and not quick.may_hold_quick(collection_path):
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--quick`, leave out every test that starts something. Workers begin with what lasts."""
    if config.getoption("--quick"):
        sorted_out: dict[bool, list[pytest.Item]] = {True: [], False: []}
        for item in items:
            sorted_out[quick.is_quick(item)].append(item)
        config.hook.pytest_deselected(items=sorted_out[False])
        items[:] = sorted_out[True]
    if hasattr(config, "workerinput"):  # else the order is that of the folders
        files = dict.fromkeys(item.nodeid.partition("::")[0] for item in items)
        place = {name: number for number, name in enumerate(longest_first(files, read()))}
        items.sort(key=lambda item: place[item.nodeid.partition("::")[0]])


@pytest.fixture(autouse=True)
def quick_ones_start_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that is taken for quick and starts something."""
    quick.begin(request.node.nodeid if request.config.getoption("--quick") else None)
    yield
    quick.begin(None)


@pytest.fixture(scope="session", autouse=True)
def no_process_stays_behind() -> Iterator[None]:
    """Fail the run when a test left a process, a daemon too: nobody else would ever stop it."""
    with forks.allowed():
        yield
    assert not (still := left(OURS)), f"left running: {still}"


SmallDisk = Callable[[str], Path]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A function giving an empty disk of a size that mount(8) knows: "1m"; only for root."""
    with ExitStack() as mounted:

        def mount(size: str) -> Path:
            disk = tmp_path / f"disk-{size}"
            disk.mkdir()
            command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
            if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
                pytest.skip("only root can mount a disk")
            mounted.callback(subprocess.run, ["umount", "--lazy", str(disk)], check=True)
            return disk

        yield mount


@pytest.fixture
def small_memory() -> Iterator[Path]:
    """A control group with 64 MB, which only an administrator can make."""
    for parent in (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")):
        group = parent / f"guard-test-{os.getpid()}"
        limit = "memory.limit_in_bytes" if parent.name == "memory" else "memory.max"
        try:
            group.mkdir()
            (group / limit).write_text(str(64 << 20))
        except OSError:
            continue
        yield group
        group.rmdir()
        return
    pytest.skip("no memory control group can be made here")


NOBODY = 65534  # a user who is neither root nor whoever runs the tests
AsAnotherUser = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def as_another_user() -> AsAnotherUser:
    """A function giving a block in which whatever is opened is opened by `NOBODY`; for root."""
    if os.geteuid():
        pytest.skip("only root can be another user for a while")
    "".encode("idna")  # loads what a connection needs, from where the other may not look

    @contextmanager
    def other() -> Iterator[None]:
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)

    return other


class Observe(Protocol):
    """Takes down what a fault's test saw, for the table that `make faults` prints."""

    def __call__(self, *visits: Visits, ms: float | None = None) -> None: ...


@pytest.fixture
def observe(request: pytest.FixtureRequest) -> Observe:
    """Visits to the ports of the stack, and milliseconds until the fault was dealt with."""

    def note(*visits: Visits, ms: float | None = None) -> None:
        noted = request.node.user_properties
        if visits:
            seen = together(visits)
            noted += [("attempts", seen.attempts), ("answers", seen.answers)]
            noted += [("demanded", seen.demanded), ("refused", seen.refused)]
            noted += [("failed", len(seen.failures))]
        if ms is not None:
            noted.append(("ms", ms))

    return note


FreePort = Callable[[], int]


@pytest.fixture(scope="session")
def free_port() -> FreePort:
    """A function giving, at each call, a port that nobody listens on, on 127.0.0.1 and ::1."""
    return ports.free_port


@pytest.fixture(scope="session")
def dist() -> Path:
    """The page as `npm run build` builds it, which `make test` has done: of now, whoever asks."""
    made = FRONTEND / "dist/index.html"
    sources = [*FRONTEND.glob("*.*"), *FRONTEND.glob("src/**/*"), *FRONTEND.glob("public/**/*")]
    newest = max(path.stat().st_mtime for path in sources)
    with (FRONTEND / "node_modules/.build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker builds, the others wait for it
        if not made.exists() or made.stat().st_mtime < newest:
            command = ["npm", "--prefix", str(FRONTEND), "run", "build"]
            subprocess.run(command, check=True, capture_output=True)
    return made.parent


class Chromium(NamedTuple):
    """A browser, and the event loop in which Playwright drives it."""

    browser: "Browser"
    loop: asyncio.AbstractEventLoop


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """A real Chromium; `make test` sees to it that there is one."""
    from playwright.sync_api import expect, sync_playwright

    executable = system.browser()
    if executable is None and not os.environ.get("CI"):
        pytest.skip("no Chromium here: `make test` brings one")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=executable,
            args=[*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )
        expect.set_options(timeout=PATIENCE)
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)  # noqa: SLF001 - as Playwright does, see `browser`
        yield Chromium(launched, loop)
        asyncio._set_running_loop(loop)  # noqa: SLF001
        launched.close()


@pytest.fixture(scope="module")
def browser(chromium: Chromium) -> "Iterator[Browser]":
    """The Chromium of this process: what is opened in it is closed by whoever opens it.

    Playwright keeps an event loop running in this thread for as long as it is open. Whoever tests
    with a loop of their own must not meet it: it counts as running only for files that ask for it.
    """
    asyncio._set_running_loop(chromium.loop)  # noqa: SLF001
    yield chromium.browser
    asyncio._set_running_loop(None)  # noqa: SLF001


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A fresh page, of a context that shares nothing with other tests'."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
