"""Links: which are taken, and what one tells without being followed."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from domain.problems import WrongValueError

MAX_URL_LENGTH = 8192


def anonymous(url: str) -> str:
    """The link without the user and the password in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def host_of(url: str) -> str:
    """The host that a link leads to, lower case, with its port where it has one."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""


def web_address(text: str) -> str:
    """Accept http and https addresses with a host; the sentences are the user's."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is no number
    except ValueError as error:
        raise WrongValueError(
            f"{text[:200]!r} is not a web address: {error}.", kind="no-address", text=text[:200]
        ) from None
    if not parts.scheme or (not parts.netloc and "." in parts.scheme):
        raise WrongValueError(
            f"{text[:200]!r} is not a web address. Paste the whole link, with its https://.",
            kind="no-address",
            text=text[:200],
        )
    if parts.scheme.lower() not in {"http", "https"}:
        raise WrongValueError(
            f"{parts.scheme}: links are not supported. Paste a link that begins with https:// or http://.",
            kind="other-scheme",
            scheme=parts.scheme,
        )
    if " " in text:
        raise WrongValueError(
            f"{text[:200]!r} is not a web address: there is a space in it. Write %20 in its place.",
            kind="address-space",
            text=text[:200],
        )
    if not parts.hostname or any(ord(c) <= 32 or ord(c) == 127 for c in text):  # noqa: PLR2004 - ASCII
        raise WrongValueError(
            f"{text[:200]!r} is not a web address: its host is missing or damaged.",
            kind="address-host",
            text=text[:200],
        )
    return text


WebAddress = Annotated[
    str,
    Field(min_length=1, max_length=MAX_URL_LENGTH, examples=["https://example.org/clip.mp4"]),
    AfterValidator(web_address),
]
