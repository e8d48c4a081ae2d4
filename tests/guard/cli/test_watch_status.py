"""The view of `status -w` ends on a signal, in whatever moment that comes."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SIGNALS = 300
WATCHING = f"""
import itertools, os, signal, threading
from scripts.guard.cli import watch_status

def text(_):
    if begun.pop("now", None):  # the handlers are there
        threading.Timer(next(moments), os.kill, (os.getpid(), signal.SIGTERM)).start()
    return "text"

watch_status.client.load = lambda *_: None
watch_status._text = text
watch_status.POLL_SECONDS = 0  # so that it hardly ever rests
moments = itertools.cycle(number / 1000 for number in range(7))
for _ in range({SIGNALS}):
    begun = {{"now": True}}
    watch_status.watch(None, ())
print("ended {SIGNALS} times")
"""


@pytest.mark.starts
def test_a_signal_ends_it_whenever_it_comes() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WATCHING],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    assert f"ended {SIGNALS} times" in ended.stdout
