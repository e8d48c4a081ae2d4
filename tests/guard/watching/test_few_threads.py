"""Where the system starts no more threads, files are watched later, and the guard lives on."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.harness import until

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0,
    reason="the limit is another user's, whom only root can become",
)

ROOM = 3
"""For the main thread and the two of the watch; what watchfiles is made of would be one more."""
WATCHES = f"""
import os, resource, signal, sys, threading, time
from pathlib import Path
import platform, encodings.idna, watchfiles.main
from scripts.guard.config.signature import signature
from scripts.guard.watching.watcher import Watcher

_, folder, uid = sys.argv
os.setgroups([])
os.setuid(int(uid))
hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
resource.setrlimit(resource.RLIMIT_NPROC, ({ROOM}, hard))
free = lambda *_: resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
signal.signal(signal.SIGUSR1, free)
say = lambda text: os.write(1, text.encode() + b"\\n")
watcher = Watcher(lambda paths: say("saved"), {{}}, report=say)
watcher.watch([Path(folder)])
watcher.start()
while True:
    time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that another user may look into."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_a_watch_for_which_there_is_no_thread_is_begun_when_there_is(
    folder: Path, tmp_path: Path
) -> None:
    uid = 20_000 + os.getpid()  # nobody else's, since the limit is of a user
    out = tmp_path / "out"
    with (
        out.open("wb") as said,
        subprocess.Popen(
            [sys.executable, "-c", WATCHES, str(folder), str(uid)], stdout=said, stderr=said
        ) as process,
    ):
        try:
            until(lambda: "no more threads" in out.read_text() or process.poll(), "it is told")
            assert process.poll() is None, out.read_text()

            process.send_signal(signal.SIGUSR1)

            def saved() -> bool:
                (folder / "main.py").write_text("saved")
                return "saved" in out.read_text()

            until(saved, "a save is told")
        finally:
            process.kill()
