"""Links: which are taken, and what one tells without being followed."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from domain.problems import WrongValueError

MAX_URL_LENGTH = 8192
SHOWN = 200
"""Characters of what is no link that a message repeats."""
LOGIN = re.compile(
    r"((?<![a-z0-9+.-])[a-z][a-z0-9+.-]*(?::|%3A)(?://|%2F%2F))[^\s/?#]*(?:@|%40)", re.IGNORECASE
)
"""A user and a password in a link, wherever that stands in a text."""
CLUMSY_LOGIN = re.compile(
    r"^((?:[a-z][a-z0-9+.-]*:)?/{0,3})(?:[^/?#]*@|[^/?#@:]*:(?!\d*(?:[/?#]|$))[^@]*@)",
    re.IGNORECASE,
)
"""The same in what is meant to be a link, and may hold spaces, or a password with a / or #."""


def anonymous(url: str) -> str:
    """The link without the user and the password in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def without_logins(text: str) -> str:
    """A text of any kind, without the users and passwords in the links in it."""
    return LOGIN.sub(r"\1", text)


def host_of(url: str) -> str:
    """The host that a link leads to, lower case, with its port where it has one."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""


def web_address(text: str) -> str:
    """Accept http and https addresses with a host; the sentences are the user's."""
    text = text.strip()
    shown = CLUMSY_LOGIN.sub(r"\1", text)[:SHOWN]
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is no number
    except ValueError:  # its own words may repeat the password
        raise WrongValueError(
            f"{shown!r} is not a web address: its host or its port is wrong.",
            kind="no-address",
            text=shown,
        ) from None
    if not parts.scheme or (not parts.netloc and "." in parts.scheme):
        raise WrongValueError(
            f"{shown!r} is not a web address. Paste the whole link, with its https://.",
            kind="no-address",
            text=shown,
        )
    if parts.scheme.lower() not in {"http", "https"}:
        raise WrongValueError(
            f"{parts.scheme}: links are not supported. Paste a link that begins with https:// or http://.",
            kind="other-scheme",
            scheme=parts.scheme,
        )
    if " " in text:
        raise WrongValueError(
            f"{shown!r} is not a web address: there is a space in it. Write %20 in its place.",
            kind="address-space",
            text=shown,
        )
    if not parts.hostname or any(ord(c) <= 32 or ord(c) == 127 for c in text):  # noqa: PLR2004 - ASCII
        raise WrongValueError(
            f"{shown!r} is not a web address: its host is missing or damaged.",
            kind="address-host",
            text=shown,
        )
    return text


WebAddress = Annotated[
    str,
    Field(min_length=1, max_length=MAX_URL_LENGTH, examples=["https://example.org/clip.mp4"]),
    AfterValidator(web_address),
]
