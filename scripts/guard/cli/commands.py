"""The commands that talk to a running guard from another terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..core import hints
from ..core.errors import GuardError
from . import status_table as snapshots
from .client import ask, load
from .inert import plain_json


def status(procfile: Path, env_files: Sequence[Path], *, as_json: bool) -> int:
    """Print what runs; 0 if all that is to run can work or has FINISHED, else 1."""
    answer = ask(load(procfile, env_files), "GET", "/api/status")
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        sys.stdout.write(snapshots.table(plain_json(answer), datetime.now(UTC)) + "\n")
    wanted = [view for view in answer["services"] if not view["left_out"]]
    return 0 if all(map(_is_well, wanted)) else 1


def start(procfile: Path, env_files: Sequence[Path], names: Sequence[str]) -> int:
    """Start services of a running stack: stopped ones, or lines that were left out."""
    if not names:
        raise GuardError(
            "which one? `start` starts services of a stack that runs",
            f"{hints.start()}   # to run the stack; or name a service",
        )
    return _act(procfile, env_files, "start", names, "is being started")


def _is_well(view: Mapping[str, Any]) -> bool:
    return view["state"] in {"READY", "FINISHED"} and not view.get("unready")


def restart(procfile: Path, env_files: Sequence[Path], names: Sequence[str]) -> int:
    """Restart some services, or all."""
    if names:
        return _act(procfile, env_files, "restart", names, "is being restarted")
    ask(load(procfile, env_files), "POST", "/api/restart")
    sys.stdout.write("everything is being restarted\n")
    return 0


def stop(procfile: Path, env_files: Sequence[Path], names: Sequence[str]) -> int:
    """Stop some services, or end the guard and all that it runs."""
    if names:
        return _act(procfile, env_files, "stop", names, "is being stopped")
    ask(load(procfile, env_files), "POST", "/api/stop")
    sys.stdout.write("the guard is stopping everything\n")
    return 0


def _act(
    procfile: Path, env_files: Sequence[Path], verb: str, names: Sequence[str], said: str
) -> int:
    config = load(procfile, env_files)
    known = {
        each
        for view in ask(config, "GET", "/api/status")["services"]
        for each in (view["name"], view["line"])
    }
    if unknown := [name for name in names if name not in known]:
        raise GuardError(
            f"{config.procfile.name} has no line {' or '.join(map(repr, unknown))}; "
            f"it has: {', '.join(sorted(known))}",
            f"{hints.command(verb, min(known))}   # or another one of these",
        )
    for name in names:
        ask(config, "POST", f"/api/services/{quote(name, safe='')}/{verb}")
        sys.stdout.write(f"{name} {said}\n")
    return 0
