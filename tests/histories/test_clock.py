"""A process with another time of day: its clock is off, its intervals are not."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from scripts.histories import clock

LOOK = "import time; begun = time.monotonic(); time.sleep(0.01); print(time.time(), begun)"


@pytest.mark.skipif(not clock.possible(), reason="needs Linux and a C compiler")
@pytest.mark.parametrize("off", [3600, -3600])
def test_the_time_of_day_is_another_and_whoever_sleeps_wakes_up(off: int) -> None:
    before = time.time()
    told = subprocess.run(
        [sys.executable, "-c", LOOK],
        env=os.environ | clock.off_by(off),
        capture_output=True,
        text=True,
        check=True,
    )
    day, interval = map(float, told.stdout.split())
    assert before + off <= day <= time.time() + off
    assert interval <= time.monotonic()
