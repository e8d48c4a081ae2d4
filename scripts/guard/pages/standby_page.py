"""The status page on a down port: what died, when, why, what to do, and its last lines.

It reloads itself into the app the moment that it is back.
"""

from __future__ import annotations

from ..core.phases import State
from ..core.snapshot import ServiceView, timestamp
from .ansi_html import ansi_to_html
from .template import Inert, Page, facts

_PAGE = Page("standby.html")

_SENTENCES = {
    State.STOPPED: "It was stopped on request.",
    State.STARTING: "It is starting.",
    State.READY: "It is back.",
    State.UNHEALTHY: "It takes no connections any more and is being replaced.",
    State.STOPPING: "It is being restarted.",
    State.BACKOFF: "It will be started again in a moment.",
    State.FINISHED: "It has done what it was for.",
    State.BROKEN: "It was given up, since starting it again cannot help.",
}


def sentence(view: ServiceView) -> str:
    """Return what is the matter with a service, for someone who is no programmer."""
    what_next = _SENTENCES[view.state]
    if view.waits_for:
        what_next = f"It is started as soon as {' and '.join(view.waits_for)} is up."
    return what_next if view.cause is None else f"{view.cause.sentence} {what_next}"


def render(view: ServiceView, tail: list[str], guard_url: str, token: str | None) -> bytes:
    """Return the page, in UTF-8; without a token it says that it is, and offers nothing to do."""
    fix = "" if view.cause is None else view.cause.fix
    return _PAGE.render(
        name=view.name,
        state=view.state.value,
        sentence=sentence(view),
        since=timestamp(view.since),
        restarts=_times(view.restarts),
        fix=fix,
        without_fix=Inert("" if fix else "hidden"),
        without_token=Inert("" if token else "hidden"),
        with_token=Inert("hidden" if token else ""),
        verb="Start" if view.state is State.STOPPED else "Restart",
        dashboard=guard_url,
        lines=Inert("\n".join(ansi_to_html(line) for line in tail)),
        without_lines=Inert("" if tail else "hidden"),
        facts=facts(
            state=view.state.value, url=f"{guard_url}/api/services/{view.name}", token=token
        ),
    )


def policy(guard_url: str) -> str:
    """Return its content security policy: it talks to the guard as well as to its own port."""
    return _PAGE.policy(guard_url)


def _times(count: int) -> str:
    return {0: "not restarted yet", 1: "restarted once"}.get(count, f"restarted {count} times")
