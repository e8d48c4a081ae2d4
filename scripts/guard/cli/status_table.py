"""The status as a table for a terminal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..core import hints


def table(status: dict[str, Any], now: datetime) -> str:
    """Return the status, in the JSON's shape, as lines for a terminal."""
    rows = [("service", "state", "since", "pid", "restarts", "url")]
    rows += [
        (
            view["name"],
            view["state"],
            ago(now - datetime.fromisoformat(view["since"])),
            str(view["pid"] or "-"),
            str(view["relaunches"]),
            view["url"] or "-",
        )
        for view in status["services"]
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    for view in status["services"]:
        if view.get("waits_for"):
            lines += ["", f"{view['name']} waits for {' and '.join(view['waits_for'])}"]
        if view.get("left_out"):
            start = hints.command("start", view["name"])
            lines += ["", f"{view['name']} was left out; to start it: {start}"]
        if view["cause"]:
            lines += ["", f"{view['name']}: {view['cause']['sentence']}"]
            lines += [f"  fix: {view['cause']['fix']}"]
        if view.get("unready"):  # the guard of an earlier version does not say
            lines += ["", view["unready"]["sentence"], f"  fix: {view['unready']['fix']}"]
    guard = status["guard"]
    lines.append("")
    if guard.get("version"):  # the guard of an earlier version does not say
        lines.append(f"guard: version {guard['version']}, pid {guard['pid']}")
    if guard.get("directory"):
        lines.append(f"logs and state: {guard['directory']}")
    return "\n".join(lines)


def ago(duration: timedelta) -> str:
    """Return a duration in its largest unit: ``3 h``."""
    seconds = int(duration.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"
