"""What a link tells without being followed."""

from __future__ import annotations

from urllib.parse import urlsplit


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
