"""`why`: explain the last unexpected exit, or say that all is well."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..core import hints
from ..core.errors import GuardError
from ..diagnosis.crash_reports import CrashReports, Record
from ..logs import ansi
from ..rundir import lock
from . import client
from .inert import coloured, plain_json
from .status_table import ago

LINES = 20


def why(procfile: Path, env_files: Sequence[Path], name: str | None) -> int:
    """Print what is the matter, or was last; 0 if all is well now, else 1."""
    config = client.load(procfile, env_files)
    views = None
    if lock.owner(config.directory) is not None:
        views = plain_json(client.ask(config, "GET", "/api/status")["services"])
        records = client.ask(config, "GET", "/api/crashes")["crashes"]
    else:
        records = CrashReports(config.directory / "crashes").read()
    records = [
        {**plain_json(record), "lines": [coloured(line) for line in record["lines"]]}
        for record in records
    ]
    names = dict.fromkeys(service.name for service in config.services)
    names |= dict.fromkeys(view["name"] for view in views or ())  # of several instances
    if name is not None and name not in names:
        raise GuardError(
            f"{procfile.name} has no line {name!r}; it has {', '.join(names)}",
            hints.command("why"),
        )
    if name is not None:
        views = None if views is None else [view for view in views if view["name"] == name]
        records = [record for record in records if record["service"] == name]
    text = answer(views, records, datetime.now(UTC)) + "\n"
    if not config.colour:
        text = ansi.without_colours(text.encode()).decode()
    sys.stdout.write(text)
    return 1 if views is None or any(_is_wrong(view) for view in views) else 0


def answer(
    views: Sequence[Mapping[str, Any]] | None, records: Sequence[Record], now: datetime
) -> str:
    """Return it in words: the services' status (None: no guard runs), their crashes, the time."""
    if views is None:
        last = account(records[0], now) if records else "Nothing has crashed here yet."
        return f"No guard runs here; `{hints.start()}` starts it.\n\n{last}"
    wrong = [view for view in views if _is_wrong(view)]
    if wrong:
        return "\n\n".join(_trouble(view, records, now) for view in wrong)
    well = ", ".join(
        f"{view['name']} is {view['state']} for {_since(view['since'], now)}" for view in views
    )
    if not records:
        return f"All is well: {well}. Nothing has crashed here yet."
    return f"All is well: {well}.\n\nThe last time it was not: {account(records[0], now)}"


def account(record: Record, now: datetime) -> str:
    """Tell a crash: when, how, why, what to do, and its last lines."""
    shown = record["lines"][-LINES:]
    when = f"{_since(record['time'], now)} ago ({record['time']})"
    text = [
        f"{record['service']} ended {when} {_ending(record['exit'])}; nobody had asked for it.",
        f"  why: {record['cause']['sentence']}",
        f"  fix: {record['cause']['fix']}",
    ]
    if shown:
        text += ["Its last lines:", *(f"  {line}" for line in shown)]
    return "\n".join(text)


def _is_wrong(view: Mapping[str, Any]) -> bool:
    return view["state"] in {"BROKEN", "BACKOFF", "UNHEALTHY"} or bool(_reason(view))


def _reason(view: Mapping[str, Any]) -> Mapping[str, str] | None:
    """Why it is not up, or why it cannot work although it is; an older guard says no such thing."""
    reason: Mapping[str, str] | None = view["cause"] or view.get("unready")
    return reason


def _trouble(view: Mapping[str, Any], records: Sequence[Record], now: datetime) -> str:
    head = f"{view['name']} is {view['state']} for {_since(view['since'], now)}."
    last = next((record for record in records if record["service"] == view["name"]), None)
    if last is not None and view["state"] != "STARTING" and not view.get("unready"):
        return f"{head}\n{account(last, now)}"
    cause = _reason(view)
    return f"{head}\n  why: {cause['sentence']}\n  fix: {cause['fix']}" if cause else head


def _ending(end: Mapping[str, Any]) -> str:
    if end["signal"] is not None:
        return f"by {end['signal']}"
    return "before it ran" if end["code"] is None else f"with code {end['code']}"


def _since(time: str, now: datetime) -> str:
    return ago(now - datetime.fromisoformat(time))
