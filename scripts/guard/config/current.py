"""The one holder of the settings that are in force; a saved file may replace them at any time."""

from __future__ import annotations

from collections.abc import Callable

from .settings import Settings


class CurrentConfig:
    """Ask it whenever a setting is needed: whoever keeps a copy keeps an old one."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._followers: list[Callable[[Settings], None]] = []

    def get(self) -> Settings:
        """Return the settings that are in force now."""
        return self._config

    def replace(self, config: Settings) -> None:
        """Put others in force, and call every follower with them."""
        self._config = config
        for follower in self._followers:
            follower(config)

    def subscribe(self, follower: Callable[[Settings], None]) -> None:
        """Have `follower` called with whatever is put in force from now on."""
        self._followers.append(follower)
