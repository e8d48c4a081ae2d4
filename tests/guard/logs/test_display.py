"""What is said of lines that a stopped terminal has not taken."""

import os
import select
from datetime import UTC, datetime

import pytest

from scripts.guard.logs.channel import Channel
from scripts.guard.logs.display import Display

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(("lost", "said"), [(1, "1 line"), (1234, "1,234 lines")])
def test_lines_that_were_not_shown_are_counted(lost: int, said: str) -> None:
    reading, writing = os.pipe()
    channel = Channel("web", None, None)
    display = Display(
        writing, "guard", (), colour=False, erases=True, as_json=False, time=True, prefix=True
    )
    display.write(channel, b"x" * 2**20 + b"\n", NOW)  # more than a pipe takes
    display.write(channel, b"lost\n" * lost, NOW)
    told: list[str] = []
    while not told:
        while select.select([reading], [], [], 0)[0]:
            os.read(reading, 2**20)
        told += display.resume()
    assert told == [f"{said} of web not shown"]
    display.close()
    os.close(reading)
    os.close(writing)
