"""Authorities of one's own: whatever this process asks over TLS trusts them beside the public ones.

There is nothing here, and nowhere else, to turn the verification off.
"""

from __future__ import annotations

import functools
import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_trusted: list[str] = []
_load = ssl.SSLContext.load_verify_locations


def trust(file: str | Path) -> None:
    """Have the certificates in a file loaded wherever other certificates are.

    The libraries each load the public ones for themselves, and in two ways.
    """
    if not _trusted:
        for name in ("load_verify_locations", "load_default_certs"):
            setattr(ssl.SSLContext, name, _adding(getattr(ssl.SSLContext, name)))
    if str(file) not in _trusted:
        _trusted.append(str(file))


def _adding(load: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(load)
    def load_and_add(context: ssl.SSLContext, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the method's
        load(context, *arguments, **options)
        for file in _trusted:
            _load(context, cafile=file)

    return load_and_add
