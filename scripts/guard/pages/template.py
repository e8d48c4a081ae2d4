"""A page of the guard's: one file, with nothing from elsewhere, and a policy that keeps it so.

In the file `{{name}}` stands for a value, and `{{> file}}` for another file of this folder: the
style that the pages share, the parts of a script. Values come in as text and are escaped; `Inert`
is HTML that is known to be harmless. Scripts and styles hold no values, so that the policy can name
them by their digest.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from base64 import b64encode
from functools import cached_property
from pathlib import Path

_FOLDER = Path(__file__).parent  # `importlib.resources` loads archives and more with it


class Inert(str):
    """HTML in which everything foreign is escaped."""

    __slots__ = ()


def facts(**values: object) -> Inert:
    """Return JSON for a `<script type="application/json">`, which it cannot leave."""
    return Inert(json.dumps(values).replace("<", "\\u003c"))


class Page:
    """A page, by the name of its file in this folder."""

    def __init__(self, name: str) -> None:
        self._name = name

    def render(self, **values: str) -> bytes:
        """Return it in UTF-8; raises `KeyError` where a value is missing."""

        def value(match: re.Match[str]) -> str:
            given = values[match.group(1)]
            return given if isinstance(given, Inert) else escape(given)

        return re.sub(r"\{\{(\w+)\}\}", value, self._source).encode()

    def policy(self, *connect: str) -> str:
        """Return its content security policy: its own style and script, no other.

        `connect` is what it may talk to beside the server that it came from.
        """
        style, script = (self._digest(tag) for tag in ("style", "script"))
        targets = " ".join(("'self'", *connect))
        return (
            f"default-src 'none'; style-src {style}; script-src {script}; img-src data:; "
            f"connect-src {targets}; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )

    @cached_property
    def _source(self) -> str:
        return re.sub(r"\{\{> (\S+)\}\}", lambda match: _read(match[1]), _read(self._name))

    def _digest(self, tag: str) -> str:
        text = self._source.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def escape(text: str) -> str:
    """Return text that is inert inside HTML, in attributes too."""
    return html.escape(text, quote=True)
