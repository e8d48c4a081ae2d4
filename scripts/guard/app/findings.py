"""What is found out about a service while it runs: its port, where no line states it, and protocol.

Both stand in the settings in force, since the URLs in everybody's environment follow from them.
"""

from __future__ import annotations

from collections.abc import Callable

from ..config.current import CurrentConfig
from ..config.service import Service
from ..config.settings import Settings
from ..core.protocol import Protocol


class Findings:
    """Takes note of what is found, and tells everybody."""

    def __init__(
        self,
        current: CurrentConfig,
        *,
        announce: Callable[[], None],
        report: Callable[[str], None],
    ) -> None:
        self._current = current
        self._announce = announce
        self._report = report

    def listens(self, name: str, port: int, speaks: Protocol | None) -> None:
        """Take note of the port that a service listens on, which its line does not state.

        It is a fact: another service that was found there before has moved, or is down.
        """
        config = self._current.get()
        known = config.find(name)
        stated = {each.port for each in config.services if not each.discovered}
        if known is None or port in stated or (known.port, known.speaks) == (port, speaks):
            return
        found = known._replace(port=port, discovered=True, speaks=speaks)
        if known.port != port or known.speaks is not None:
            where = "" if speaks is Protocol.OTHER else f": {found.url}"
            self._report(f"{name} listens on port {port}{where}")
        for each in config.services:
            if each.name != name and each.port == port:
                self._replace(each._replace(port=None, discovered=False, speaks=None))
        self._replace(found)
        self._announce()

    def speaks(self, name: str, protocol: Protocol) -> None:
        """Take note of what a service speaks on its port."""
        known = self._current.get().find(name)
        if known is None or known.speaks is protocol:
            return
        found = known._replace(speaks=protocol)
        if protocol is Protocol.TLS:
            self._report(f"{name} speaks TLS: {found.url}")
        self._replace(found)
        self._announce()

    def _replace(self, found: Service) -> None:
        config = self._current.get()
        services = (found if each.name == found.name else each for each in config.services)
        self._current.replace(config._replace(services=tuple(services)))


def kept(service: Service, before: Settings) -> Service:
    """Keep what was found out of a line that has not changed."""
    known = before.find(service.name)
    if known is None or known.command != service.command:
        return service
    if known.discovered and service.port is None:
        return service._replace(port=known.port, discovered=True, speaks=known.speaks)
    return service._replace(speaks=known.speaks) if known.port == service.port else service
