"""The status page on a down port: what died, when, why, what to do, and its last lines.

Everything that comes from a process is escaped; colours become classes. The page needs nothing
from elsewhere, and reloads itself into the app the moment that it is back.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from functools import cache
from importlib import resources
from string import Template

from scripts.guard.http import escape
from scripts.guard.states import State
from scripts.guard.status import ServiceView, timestamp

_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_OTHER_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?")
_BASE, _BRIGHT, _DEFAULT, _BOLD, _DIM, _RESET = 30, 90, 39, 1, 2, 0
_COLOURS = 8

_SENTENCES = {
    State.STOPPED: "It was stopped on request.",
    State.STARTING: "It is starting.",
    State.READY: "It is back.",
    State.UNHEALTHY: "It takes no connections any more and is being replaced.",
    State.STOPPING: "It is being restarted.",
    State.BACKOFF: "It will be started again in a moment.",
    State.BROKEN: "It was given up, since starting it again cannot help.",
}


def sentence(view: ServiceView) -> str:
    """Return what is the matter with a service, for someone who is no programmer."""
    standing = _SENTENCES[view.state]
    return standing if view.cause is None else f"{view.cause.sentence} {standing}"


def render(view: ServiceView, tail: list[str], guard_url: str, token: str) -> bytes:
    """Return the page, in UTF-8."""
    facts = {
        "name": view.name,
        "state": view.state.value,
        "url": f"{guard_url}/api/services/{view.name}",
        "token": token,
    }
    fix = "" if view.cause is None else view.cause.fix
    text = _template().substitute(
        name=escape(view.name),
        state=escape(view.state.value),
        sentence=escape(sentence(view)),
        since=escape(timestamp(view.since)),
        relaunches=view.relaunches,
        fix=escape(fix),
        fix_class="" if fix else "hidden",
        verb="Start" if view.state is State.STOPPED else "Restart",
        dashboard=escape(guard_url),
        lines="\n".join(coloured(line) for line in tail),
        lines_class="" if tail else "hidden",
        facts=json.dumps(facts).replace("<", "\\u003c"),
    )
    return text.encode()


def policy(guard_url: str) -> str:
    """Return the content security policy: the page's own style and script, and no others."""
    style, script = (_digest(tag) for tag in ("style", "script"))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; "
        f"connect-src 'self' {guard_url}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def coloured(line: str) -> str:
    """Return a line of a log as inert HTML, its colours (SGR codes) as classes."""
    parts: list[str] = []
    classes: set[str] = set()
    position = 0
    for match in _SGR.finditer(line):
        parts.append(_span(line[position : match.start()], classes))
        position = match.end()
        for code in match.group(1).split(";"):
            classes = _after(int(code or 0), classes)
    parts.append(_span(line[position:], classes))
    return "".join(parts)


def _after(code: int, classes: set[str]) -> set[str]:
    if code == _RESET:
        return set()
    if code in {_BOLD, _DIM}:
        return classes | {"bold" if code == _BOLD else "dim"}
    colour = {name for name in classes if name.startswith("c")}
    if code == _DEFAULT:
        return classes - colour
    for first in (_BASE, _BRIGHT):
        if first <= code < first + _COLOURS:
            return (classes - colour) | {f"c{code - first}"}
    return classes


def _span(text: str, classes: set[str]) -> str:
    text = escape(_OTHER_CODES.sub("", text))
    if not text or not classes:
        return text
    return f'<span class="{" ".join(sorted(classes))}">{text}</span>'


@cache
def _source() -> str:
    return resources.files(__package__).joinpath("standby.html").read_text(encoding="utf-8")


@cache
def _template() -> Template:
    return Template(_source())


def _digest(tag: str) -> str:
    """Return the CSP source of the inline element: it has no substitutions, so it is constant."""
    match = re.search(rf"<{tag}>(.*?)</{tag}>", _source(), re.DOTALL)
    text = match.group(1) if match else ""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
