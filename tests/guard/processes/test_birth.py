"""The age of a process, to a tick."""

import os
import subprocess
import sys

from scripts.guard.processes import birth


def test_a_process_that_was_started_later_is_younger() -> None:
    before = birth.now()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert birth.of(os.getpid()) < before - birth.COARSE_SECONDS
        assert before - birth.COARSE_SECONDS < birth.of(child.pid) <= birth.now()
        child.communicate(b"\n")
    assert birth.of(child.pid) == 0.0
