"""What docs/troubleshooting.md shows of a database or a folder that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.docs.databases import troubles

if TYPE_CHECKING:
    from collections.abc import Mapping


def shown(kind: str, here: Mapping[str, object] | None = None) -> tuple[str, str]:
    """The sentence and the fix of a kind, with the example's parts replaced by ours."""
    told = troubles()[kind]
    detail, fix = told.detail, told.fix
    for example, ours in (here or {}).items():
        assert example in detail + fix, example
        detail, fix = detail.replace(example, str(ours)), fix.replace(example, str(ours))
    return detail, fix
