"""The two formats that browsers' add-ons export cookies in: Netscape's, and JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEADER = "# Netscape HTTP Cookie File\n"
HTTP_ONLY = "#HttpOnly_"
FIELDS = 7
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie; `domain` has no dot in front, `subdomains` says whether it counts below it."""

    domain: str
    subdomains: bool
    path: str
    secure: bool
    expires: int
    """Unix time; 0 = with the session."""
    name: str
    value: str

    def line(self) -> str:
        """As Netscape's format has it."""
        yes, no = "TRUE", "FALSE"
        domain = f".{self.domain}" if self.subdomains else self.domain
        fields = (
            *(domain, yes if self.subdomains else no, self.path, yes if self.secure else no),
            *(str(self.expires), self.name, self.value),
        )
        return "\t".join(CONTROL.sub("", field) for field in fields) + "\n"


def parse(text: str) -> list[Cookie]:
    """Read either format, with or without a byte order mark or a header.

    Raises:
        ValueError: if there is no cookie in it.

    """
    text = text.removeprefix("\ufeff").strip()
    found = list(_json(text) if text[:1] in {"[", "{"} else _netscape(text))
    if not found:
        raise ValueError("there is no cookie in it")
    return found


def as_netscape(cookies: Iterable[Cookie]) -> str:
    """As yt-dlp reads them."""
    return HEADER + "".join(cookie.line() for cookie in cookies)


def _netscape(text: str) -> Iterator[Cookie]:
    for line in text.splitlines():
        fields = line.removeprefix(HTTP_ONLY).split("\t")
        if len(fields) != FIELDS or line.startswith("# "):
            continue
        domain, subdomains, path, secure, expires, name, value = fields
        yield Cookie(
            *(domain.lstrip("."), _yes(subdomains) or domain.startswith("."), path, _yes(secure)),
            *(_time(expires), name, value),
        )


def _json(text: str) -> Iterator[Cookie]:
    told = json.loads(text)
    listed = told.get("cookies", []) if isinstance(told, dict) else told
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and isinstance(one.get("domain"), str) and one.get("name"):
            yield _of_json(one)


def _of_json(one: dict[str, Any]) -> Cookie:
    domain = one["domain"]
    only_host = one.get("hostOnly", not domain.startswith("."))
    expires = one.get("expirationDate") or one.get("expires") or 0
    return Cookie(
        *(domain.lstrip("."), not only_host, str(one.get("path") or "/"), bool(one.get("secure"))),
        *(_time(expires), str(one["name"]), str(one.get("value") or "")),
    )


def _yes(word: str) -> bool:
    return word.upper() == "TRUE"


def _time(value: object) -> int:
    try:
        return max(0, int(float(str(value))))
    except (ValueError, OverflowError):
        return 0
