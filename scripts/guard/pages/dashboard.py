"""The dashboard: what runs, what it says, what it uses, what went wrong."""

from __future__ import annotations

from ..core import hints
from ..logs import levels
from . import words
from .template import Page, facts

_PAGE = Page("dashboard.html")


def render(token: str) -> bytes:
    """Return the page; `token` lets its buttons write."""
    return _PAGE.render(
        facts=facts(
            token=token,
            start=hints.start(),
            words={language: words.of(language) for language in words.languages()},
            levels=levels.PATTERNS,
            lookedAt=levels.LOOKED_AT,
        )
    )


def policy() -> str:
    """Return its content security policy."""
    return _PAGE.policy()
