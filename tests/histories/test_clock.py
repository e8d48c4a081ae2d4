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


@pytest.mark.skipif(not clock.possible(), reason="needs Linux and a C compiler")
def test_who_is_started_without_the_variable_has_the_machines_time() -> None:
    """A program may clear its environment for what it starts, but for the linker's."""
    preload = clock.off_by(3600)["LD_PRELOAD"]
    before = time.time()
    told = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={"LD_PRELOAD": preload},
        capture_output=True,
        text=True,
        check=True,
    )
    assert before <= float(told.stdout.split()[0]) <= time.time()
