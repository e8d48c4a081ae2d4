"""The status page on a down port: what died, when, why, what to do, and its last lines.

It speaks the language that the browser asks for, also without its script, and reloads itself into
the app the moment that it is back.
"""

from __future__ import annotations

from ..core.phases import State
from ..core.snapshot import ServiceView, timestamp
from .ansi_html import ansi_to_html
from .template import Inert, Page, facts
from .words import FALLBACK, Speech

_PAGE = Page("standby.html")


def sentence(view: ServiceView, language: str = FALLBACK) -> str:
    """Return what is the matter with a service, for someone who is no programmer."""
    say = Speech(language)
    what_next = say(f"standby.{view.state.value}")
    if view.waits_for:
        what_next = say("standby.waits", names=", ".join(view.waits_for))
    return what_next if view.cause is None else f"{say.cause(view.cause)[0]} {what_next}"


def render(
    view: ServiceView, tail: list[str], guard_url: str, token: str | None, language: str = FALLBACK
) -> bytes:
    """Return the page, in UTF-8; without a token it says that it is, and offers nothing to do."""
    say = Speech(language)
    fix = "" if view.cause is None else say.cause(view.cause)[1]
    verb = "start.name" if view.state is State.STOPPED else "restart.name"
    return _PAGE.render(
        language=language,
        title=say("standby.title", name=view.name),
        heading=say("standby.heading", name=view.name),
        state=view.state.value,
        shown_state=say(f"state.{view.state.value}"),
        sentence=sentence(view, language),
        since=timestamp(view.since),
        since_word=say("standby.since"),
        restarts=say("standby.restarts", count=view.restarts),
        fix=fix,
        fix_word=say("fix"),
        without_fix=Inert("" if fix else "hidden"),
        without_token=Inert("" if token else "hidden"),
        with_token=Inert("hidden" if token else ""),
        stranger=say("standby.stranger"),
        do=say(verb, name=view.name),
        all=say("standby.all"),
        back=say("standby.back"),
        save=say("standby.save"),
        dashboard=guard_url,
        lines_title=say("standby.lines"),
        lines=Inert("\n".join(ansi_to_html(line) for line in tail)),
        without_lines=Inert("" if tail else "hidden"),
        noscript=say("standby.noscript"),
        facts=facts(
            state=view.state.value,
            url=f"{guard_url}/api/services/{view.name}",
            token=token,
            asked=say("standby.asked"),
            refused=say("standby.refused"),
        ),
    )


def policy(guard_url: str) -> str:
    """Return its content security policy: it talks to the guard as well as to its own port."""
    return _PAGE.policy(guard_url)
