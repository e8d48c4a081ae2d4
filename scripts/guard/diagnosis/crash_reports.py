"""Post-mortems: what is known of every unexpected end, kept in `.guard/crashes`, a file each.

Nothing in here ever harms the stack: a crash that cannot be written is kept in memory, and a file
that cannot be read is passed over.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..core import state_file
from ..core.background import begin
from ..core.cause import Cause
from ..core.snapshot import timestamp
from ..processes.descendants import ProcessInfo
from ..rundir.files import write_file

KEPT = 50
LINES = 200
LINE_LENGTH = 4000  # characters; the whole line is in the log
NODE_SECONDS = 2.0  # that `node --version` may take

Record = dict[str, Any]


@dataclass(frozen=True)
class CrashReport:
    """An unexpected end. Of the environment only names are kept: values may be secrets."""

    time: datetime
    service: str
    command: str
    pid: int | None
    exit_status: int | OSError
    """Its exit code, minus its signal, or why it could not be started."""
    cause: Cause
    started: datetime | None = None
    lines: Sequence[str] = ()
    left: Sequence[ProcessInfo] = ()
    """Which of its descendants still ran."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    ports: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its name, which sorts by time: ``2026-01-31T12-00-00.000Z-api-4711``."""
        parts = [timestamp(self.time).replace(":", "-"), self.service, *filter(None, [self.pid])]
        return "-".join(map(str, parts))

    def as_json(self) -> Record:
        """Return what is kept."""
        return {
            "id": self.id,
            "time": timestamp(self.time),
            "service": self.service,
            "command": self.command,
            "pid": self.pid,
            "started": None if self.started is None else timestamp(self.started),
            "exit": _exit(self.exit_status),
            "cause": self.cause.as_json(),
            "lines": [line[:LINE_LENGTH] for line in self.lines[-LINES:]],
            "environment": sorted(self.environment),
            "processes": [relative._asdict() for relative in self.left],
            "ports": dict(self.ports),
            "versions": versions(self.environment),
        }


class CrashReports:
    """The last `KEPT` crashes of one guard's folder, those of earlier guards among them."""

    def __init__(self, directory: Path, kept: int = KEPT) -> None:
        self._directory = directory
        self._kept = kept
        self._unwritten: deque[Record] = deque(maxlen=kept)
        self._lock = threading.Lock()

    def prepare(self, environment: Mapping[str, str]) -> None:
        """Find out, in the background, what would take the processor from a server coming back."""
        with contextlib.suppress(RuntimeError):  # no thread can be started: see `keep`
            begin(lambda: versions(environment))

    def keep(self, crash: CrashReport) -> None:
        """Write a crash, in the background: a restart does not wait for a disk.

        Where the crash is that nothing more can be started, neither can a thread: it is written
        here.
        """
        try:
            begin(lambda: self._keep(crash))
        except RuntimeError:
            self._keep(crash)

    def read(self) -> list[Record]:
        """Return what is kept, newest first. Callable from any thread."""
        records = [*_read_all(self._directory), *self._unwritten]
        records.sort(key=lambda record: str(record["id"]), reverse=True)
        return records[: self._kept]

    def _keep(self, crash: CrashReport) -> None:
        record = crash.as_json()
        with self._lock:
            try:
                self._write(crash.id, record)
            except OSError:
                self._unwritten.append(record)

    def _write(self, name: str, record: Record) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(self._directory / f"{name}.json", json.dumps(record, indent=1))
        for old in sorted(self._directory.glob("*.json"))[: -self._kept]:
            old.unlink(missing_ok=True)


def _read_all(directory: Path) -> Iterable[Record]:
    with contextlib.suppress(OSError):
        for path in sorted(directory.glob("*.json")):
            with contextlib.suppress(OSError, ValueError, RecursionError):
                record = json.loads(state_file.read(path).decode())
                if _is_record(record):
                    yield record


def _is_record(value: object) -> bool:
    """Whether a file holds what this module writes, as far as those who read it rely on it."""
    match value:
        case {
            "id": str(),
            "time": str(time),
            "service": str(),
            "exit": {"code": int() | None, "signal": str() | None},
            "cause": {"kind": str(), "sentence": str(), "fix": str()},
            "lines": list(lines),
        }:
            with contextlib.suppress(ValueError):
                return datetime.fromisoformat(time).tzinfo is not None and all(
                    isinstance(line, str) for line in lines
                )
    return False


def _exit(exit_status: int | OSError) -> dict[str, int | str | None]:
    if isinstance(exit_status, OSError):
        return {"code": None, "signal": None}
    if exit_status >= 0:
        return {"code": exit_status, "signal": None}
    try:
        return {"code": None, "signal": signal.Signals(-exit_status).name}
    except ValueError:  # a real-time signal
        return {"code": None, "signal": f"signal {-exit_status}"}


def versions(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the versions of what a service most likely runs on; Node where there is one."""
    system = os.uname()
    found = {
        "system": f"{system.sysname} {system.release} {system.machine}",
        "python": sys.version.partition(" ")[0],
    }
    program = shutil.which("node", path=environment.get("PATH", ""))
    if program is not None:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            found["node"] = _version(program, os.stat(program).st_mtime_ns)  # noqa: PTH116 - a str
    return found


@functools.lru_cache(maxsize=4)
def _version(program: str, _changed: int) -> str:
    """Ask a program as it is since it was changed last, once: that takes 40 ms of a processor."""
    return subprocess.run(
        [program, "--version"],
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=NODE_SECONDS,
    ).stdout.strip()
