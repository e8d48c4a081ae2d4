"""The commands that talk to a running guard from another terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from . import status_table as snapshots
from .client import ask, load


def status(procfile: Path, env_files: Sequence[Path], *, as_json: bool) -> int:
    """Print what runs; 0 if everything is READY or has FINISHED, else 1."""
    answer = ask(load(procfile, env_files), "GET", "/api/status")
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        sys.stdout.write(snapshots.table(answer, datetime.now(UTC)) + "\n")
    return 0 if all(view["state"] in {"READY", "FINISHED"} for view in answer["services"]) else 1


def restart(procfile: Path, env_files: Sequence[Path], name: str | None) -> int:
    """Restart one service, or all."""
    config = load(procfile, env_files)
    one = f"/api/services/{quote(name or '', safe='')}/restart"
    ask(config, "POST", "/api/restart" if name is None else one)
    sys.stdout.write(f"{name or 'everything'} is being restarted\n")
    return 0


def stop(procfile: Path, env_files: Sequence[Path]) -> int:
    """End the guard and all that it runs."""
    ask(load(procfile, env_files), "POST", "/api/stop")
    sys.stdout.write("the guard is stopping everything\n")
    return 0
