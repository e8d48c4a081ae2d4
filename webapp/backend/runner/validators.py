"""HTTP's validators, which tell one version of a file from another (RFC 9110, 8.8)."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from domain import lengths

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS: dict[str, type] = {"etag": str, "modified": str, "length": int}


@dataclass(frozen=True, slots=True)
class Validators:
    """What an answer says about its version; None for what it does not say."""

    etag: str | None = None
    modified: str | None = None
    length: int | None = None
    """Bytes of the whole file."""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """Read them from the headers of a 200 or 206."""
        return cls(headers.get("ETag"), headers.get("Last-Modified"), _length(headers))

    @classmethod
    def parse(cls, told: object) -> Self:
        """Read what `as_json` gave; anything else means that nothing is known."""
        known = told if isinstance(told, dict) else {}
        return cls(**{k: known[k] for k, kind in FIELDS.items() if isinstance(known.get(k), kind)})

    def as_json(self) -> dict[str, Any]:
        """Return them as JSON keeps them."""
        return asdict(self)

    @property
    def if_range(self) -> str | None:
        """The value of If-Range: a strong entity tag, else a date."""
        strong = self.etag and not self.etag.startswith("W/")
        return self.etag if strong else self.modified

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that request the file only if it has changed."""
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in told.items() if value}

    def contradict(self, others: Validators) -> bool:
        """Whether the two certainly belong to different versions."""
        pairs = ((getattr(self, field), getattr(others, field)) for field in FIELDS)
        return any(a is not None and b is not None and a != b for a, b in pairs)


def _length(headers: Mapping[str, str]) -> int | None:
    if headers.get("Content-Encoding"):
        return None  # the length is that of the compressed body
    whole = headers.get("Content-Range")
    found = re.search(r"/(\d+)$", whole) if whole else None
    told = found[1] if found else headers.get("Content-Length")
    return lengths.length(told) if found or not whole else None
