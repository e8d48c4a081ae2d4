"""What `make doctor` looks at for this app."""

import os
from pathlib import Path

import pytest

from scripts import checks
from scripts.guard import doctor


@pytest.mark.starts
def test_a_program_that_is_slow_to_answer_on_a_busy_machine_is_not_missing(tmp_path: Path) -> None:
    slow = tmp_path / "ffmpeg"
    slow.write_text("#!/bin/sh\nsleep 1.5\necho ffmpeg version 7\n")
    slow.chmod(0o755)
    assert checks.ffmpeg(f"{tmp_path}{os.pathsep}{os.environ['PATH']}") is None


def test_the_whole_doctor_waits_longer_than_one_of_its_programs_may_take() -> None:
    assert checks.VERSION_SECONDS < doctor.DEADLINE
