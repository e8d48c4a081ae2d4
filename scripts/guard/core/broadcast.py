"""Wakes everyone who waits for the next change of the status."""

from __future__ import annotations

import asyncio

from .snapshot import Snapshot


class Changes:
    """Wakes everyone who waits for the next change of the status."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def on_change(self, _snapshot: Snapshot) -> None:
        """Wake them."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def next(self) -> None:
        """Wait for the next change."""
        await self._changed.wait()
