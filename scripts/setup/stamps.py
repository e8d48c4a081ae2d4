"""Remember what was installed, by content, so that an unchanged lock costs one comparison."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def is_current(stamp: Path, lock: Path) -> bool:
    """Whether `stamp` holds exactly what `lock` holds now. A missing stamp is not current."""
    try:
        return stamp.read_bytes() == lock.read_bytes()
    except FileNotFoundError:
        return False


def record(stamp: Path, content: bytes) -> None:
    """Write the stamp in one step: an interrupted installation leaves none, or the old one."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    fresh = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(stamp)


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Hold `lock` against a second set-up in the same folder; released by the kernel at the end."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
