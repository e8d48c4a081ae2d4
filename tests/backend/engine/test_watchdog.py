from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from engine import watchdog
from engine.watchdog import Watchdog

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
