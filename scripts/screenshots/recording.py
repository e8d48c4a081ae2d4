"""The animation of the README: a download, its backend killed in the middle of it, and its end.

Two terminals: `make dev` runs in one, and somebody types in the other. What they show is what the
programs write; only the typing is ours, and long pauses are cut short.
"""

import os
import re
import subprocess
import time

from scripts.screenshots.cast import Cast, Recorder, casts
from scripts.screenshots.films import SUNRISE
from scripts.screenshots.stage import Stage, StageError, until

SLOW = 80_000  # bytes/s: slow enough to be killed half-way, and to be asked about afterwards
HALF_WAY, FURTHER = 0.3, 0.08  # of the film: before the kill, and more after it
NUMBER = re.compile(r'"fraction":0\.\d+')
KEYS, PAUSE = 3, 0.05  # keys that are typed between two pauses of so many seconds
READING = 1.2  # seconds until the next command is typed


class Terminal:
    """Somebody who types commands, and the screen before them."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def type(self, line: str, shown: re.Pattern[str] | None = None) -> None:
        """Type a command, and let it run to its end.

        Raises `StageError` if it has not shown what it is typed for.
        """
        self.recorder.take("$ ")
        for start in range(0, len(line), KEYS):
            self.recorder.take(line[start : start + KEYS])
            time.sleep(PAUSE)
        self.recorder.take("\n")
        command = ["bash", "-c", line]
        environment = {**os.environ, "NO_PROXY": "*"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        if shown and not shown.search(done.stdout):
            raise StageError(f"{line} has shown {done.stdout!r}")
        self.recorder.take(done.stdout)
        time.sleep(READING)


def record(stage: Stage) -> list[Cast]:
    """Record it on a stage that has just been set up."""
    typed = Recorder(columns=104, rows=12)
    terminal, api = Terminal(typed), f"localhost:{stage.ports['api']}"
    ask = f"curl -s {api}/api/downloads"
    progress = f"{ask} | grep -o '\"fraction\":[0-9.]*'"
    stage.media.throttle = SLOW
    begun = time.monotonic()
    link = f'{{"url": "{SUNRISE.url}"}}'
    terminal.type(f"{ask} -o /dev/null -w 'queued: %{{http_code}}\\n' \\\n    --json '{link}'")
    until(lambda: _fetched(stage) > HALF_WAY, "a download half-way")
    terminal.type(progress, NUMBER)
    # Typed at once: it is asked for while nobody serves.
    told = "\\nanswered after %{time_total} s\\n"
    terminal.type(f"kill -9 {stage.pid('api')}; curl -s {api}/health -w '{told}'")
    there = _fetched(stage)
    until(lambda: _fetched(stage) > there + FURTHER, "the download to continue")
    terminal.type(progress, NUMBER)
    until(lambda: list(stage.media_folder.glob("*.mp4")), "the download to end")
    terminal.type(f'{ask} | grep -o \'"state":"[a-z]*"\'')
    shown = {"Terminal 1: make dev": stage.recorder, "Terminal 2": typed}
    return casts(shown, since=begun)


def _fetched(stage: Stage) -> float:
    """How much of the film is there (0 to 1), from the disk: a request would be logged."""
    parts = (stage.media_folder / ".staging").rglob("*.part")
    size = (stage.folder / "films" / SUNRISE.file).stat().st_size
    return sum(part.stat().st_size for part in parts) / size
