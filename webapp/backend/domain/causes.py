"""What an exception tells of its causes: their words, their headers, the host that answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain.links import host_of, without_logins
from domain.texts import line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ADDRESSES = r"https?://\S+|host='[^']{0,255}'|with url: \S+"
"""What is left out of a message before it is judged: a page may be called "account"."""


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """The exception, and all that it was raised from."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop(0)
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        inner = getattr(link, "exc_info", None)  # yt-dlp keeps the cause here
        waiting += [link.__cause__, link.__context__, inner[1] if inner else None]
        waiting += [getattr(link, "cause", None), *getattr(link, "unexpected_errors", ())]


def words(chain: Sequence[BaseException]) -> str:
    """What they say, without what sites called the medium and where it is."""
    text = " ".join(map(str, chain))
    for name in {getattr(link, "video_id", None) for link in chain} - {None}:
        text = text.replace(f"{name}: ", "")
    return re.sub(ADDRESSES, "", text, flags=re.IGNORECASE)


def first_line(error: BaseException) -> str:
    """What it says, as far as it concerns anybody here."""
    text = without_logins(re.sub(r"\x1b\[[0-9;]*m|^ERROR:\s*", "", str(error)).strip())
    first = line(text.splitlines()[0] if text else None) or type(error).__name__
    return first.partition("; please report this issue")[0][:300]


def header(error: BaseException, name: str) -> str:
    """A header of the answer that is the error; empty where there is none."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    return (headers.get(name) or "") if headers else ""


def host(chain: Sequence[BaseException]) -> str:
    """Whose answer was the failure: after a redirect that is another than was asked.

    Where only words are left of it, it is who answered last (`answered`); empty if nobody did.
    """
    refused = (getattr(getattr(link, "response", None), "url", None) for link in chain)
    answered = (getattr(link, "answered", None) for link in chain)
    return next((host_of(url) for url in (*refused, *answered) if url), "")
