"""A report to paste where a bug is told: versions, states, last lines, and nothing secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from ..core.counted import counted
from ..core.snapshot import ServiceView, Snapshot, timestamp
from ..logs import ansi

LINES = 40
"""Of each service."""
LINE_LENGTH = 500
_SHORTEST_SECRET = 4
_LEFT_OUT = "[left out]"
_SECRET_NAME = re.compile(
    r"TOKEN(?!_FILE)|SECRET|PASS|KEY|CREDENTIAL|COOKIE|AUTH|PRIVATE|DSN|DATABASE_URL", re.IGNORECASE
)
_WORD = (
    r"(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|authorization|cookie"
    r"|session|signature|sig)"
)
_PATTERNS = (
    # scheme://user:password@host
    (r"(\b[a-z][a-z0-9+.-]{0,20}://)[^/\s@\"']{1,300}@", rf"\1{_LEFT_OUT}@"),
    (r"\b(Bearer|Basic)\s+[\w+/=._~-]{4,2000}", rf"\1 {_LEFT_OUT}"),
    (
        (
            rf"\b(\w{{0,40}}{_WORD}\w{{0,40}}[\"']?\s{{0,3}}[:=]\s{{0,3}}[\"']?)"
            r"(?!\[left out|Bearer|Basic)[^\s\"'&,;]{1,2000}"
        ),
        rf"\1{_LEFT_OUT}",
    ),
    # What only a machine would write: keys of GitHub, AWS and Google, JSON Web Tokens.
    (
        r"\b(?:gh[pousr]_\w{20,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)",
        _LEFT_OUT,
    ),
)


def render(
    snapshot: Snapshot,
    *,
    tail: Callable[[str, int], list[str]],
    crashes: Sequence[Mapping[str, Any]],
    versions: Mapping[str, str],
    environment: Mapping[str, str],
) -> str:
    """Return the report as text. `environment` holds what must not be in it."""
    parts = [
        "\n".join(
            [f"procguard {__version__}", *(f"{name}: {of}" for name, of in versions.items())]
        ),
        "\n".join(_state(view) for view in snapshot.services),
    ]
    if crashes:
        parts.append("\n".join(["Last crash:", *_crash(crashes[0])]))
    for view in snapshot.services:
        lines = tail(view.name, LINES)
        if lines:
            parts.append(
                "\n".join([f"Last lines of {view.name}:", *(f"  {_plain(one)}" for one in lines)])
            )
    return without_secrets("\n\n".join(parts) + "\n", environment)


def without_secrets(text: str, environment: Mapping[str, str], home: Path | None = None) -> str:
    """Leave out what looks like a secret, the values of variables named like one, and the home."""
    secrets = {
        value
        for name, value in environment.items()
        if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET
    }
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _LEFT_OUT)
    for pattern, instead in _PATTERNS:
        text = re.sub(pattern, instead, text, flags=re.IGNORECASE)
    folder = str(home or Path.home())
    return text.replace(folder, "~") if len(folder) > 1 else text


def _state(view: ServiceView) -> str:
    facts = [f"{view.name}: {view.state.value} since {timestamp(view.since)}"]
    times = "not restarted" if view.restarts == 0 else f"restarted {counted(view.restarts, 'time')}"
    facts.append(times)
    if view.port is not None:
        facts.append(f"port {view.port} {'held' if view.held else 'borrowed'}")
    cause = (
        []
        if view.cause is None
        else [f"  {view.cause.kind}: {view.cause.sentence}", f"  {view.cause.fix}"]
    )
    return "\n".join([", ".join(facts), *cause])


def _crash(record: Mapping[str, Any]) -> list[str]:
    cause, end = record["cause"], record["exit"]
    how = end["signal"] or f"code {end['code']}"
    lines = [f"  {_plain(line)}" for line in record["lines"][-LINES:]]
    return [
        f"  {record['service']} at {record['time']}, {how}, {cause['kind']}: {cause['sentence']}",
        *lines,
    ]


def _plain(line: str) -> str:
    return ansi.without_colours(line.encode("utf-8", "replace")).decode()[:LINE_LENGTH]
