"""Remember what a lock brought, by content: while all of it is there, nothing is to be done."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def is_current(stamp: Path, lock: Path, packages: Path) -> bool:
    """Whether `lock` is what was last installed, and all that it brought to `packages` is there."""
    try:
        of_lock, *brought = stamp.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ValueError):
        return False
    return of_lock == _digest(lock) and _installed(packages).issuperset(brought)


def record(stamp: Path, lock: Path, packages: Path) -> None:
    """Write the stamp in one step: an interrupted installation leaves none, or the old one."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    fresh = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    fresh.write_text("\n".join([_digest(lock), *sorted(_installed(packages))]), encoding="utf-8")
    fresh.replace(stamp)


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _installed(packages: Path) -> set[str]:
    """Names and versions, as installers write them: `honcho-2.0.0.dist-info`."""
    return {path.name for path in packages.glob("*.dist-info")}


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Hold `lock` against a second set-up in the same folder; released by the kernel at the end."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
