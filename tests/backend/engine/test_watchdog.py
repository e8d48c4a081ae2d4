"""A process whose queue is not served any more ends, and its downloads go on elsewhere."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine import watchdog
from engine.watchdog import Watchdog
from scripts.histories.planted import Edit, changed
from tests.backend.api_process import Api, running, wait_for
from tests.backend.postgres import serving

if TYPE_CHECKING:
    from tests.conftest import FreePort
    from tests.media_source import MediaSource

BACKEND = Path(__file__).resolve().parents[3] / "webapp/backend"


def test_a_process_whose_loop_hangs_ends_and_says_where() -> None:
    code = (
        "import threading, time\n"
        "from engine.watchdog import Watchdog\n"
        "def hang_here(): time.sleep(600)\n"
        "threading.Thread(target=hang_here, daemon=True).start()\n"
        "Watchdog(0.01).start()\n"
        "time.sleep(600)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=BACKEND, capture_output=True, check=False, timeout=60
    )
    assert ended.returncode == watchdog.EXIT_CODE
    assert b"hang_here" in ended.stderr


def test_a_loop_that_turns_is_left_alone() -> None:
    ended = threading.Event()
    dog = Watchdog(0.02, ended.set)
    dog.start()
    until = time.monotonic() + 0.02 * watchdog.MAX_MISSED * 3
    while time.monotonic() < until:
        dog.beat()
        time.sleep(0.001)
    assert not ended.is_set()
    assert ended.wait(30), "it ends what turns no more"


def hanging(into: Path, file: Path) -> Path:
    """The code of a backend whose queue hangs as soon as there is that file, and is missed soon."""
    begun = "                wait = self._turn()\n"
    look = f"while __import__('os').path.exists({str(file)!r}):"
    hang = f"{16 * ' '}{look}\n{20 * ' '}time.sleep(0.1)\n"
    return changed(
        (
            Edit("engine/scheduler.py", begun, hang + begun),
            Edit("engine/watchdog.py", "LOOK_SECONDS = 5.0", "LOOK_SECONDS = 0.5"),
        ),
        into,
    )


def test_the_downloads_of_a_backend_that_hangs_go_on_in_another(
    free_port: FreePort, tmp_path: Path, media: MediaSource
) -> None:
    media.throttle = 50_000
    hang = tmp_path / "hang"
    (tmp_path / "one").mkdir()
    with serving(free_port()) as server:
        shared = {"DATABASE_URL": server.database("hanging"), "MEDIA_DIR": str(tmp_path / "media")}
        first = Api(tmp_path / "one", **shared)
        first.code = hanging(tmp_path, hang)
        with contextlib.closing(first), running(tmp_path / "two", **shared) as second:
            second.ready()
            second.ask("PATCH", "/api/queue", json={"concurrency": 2})
            items = [second.add(f"{media.mp4}?{n}") for n in range(4)]
            first.start()
            first.ready()
            wait_for(
                lambda: all((second.get(item)["progress"] or {}).get("bytes") for item in items),
                "two run in each",
            )
            assert first.process
            hang.touch()
            assert first.process.wait(60) == watchdog.EXIT_CODE
            assert "this process hangs and ends" in first.log.read_text()

            media.throttle = 0
            for item in items:
                assert second.wait(item, "done")["attempt"] == 1
                assert second.bytes_of(item) == media.mp4_bytes
