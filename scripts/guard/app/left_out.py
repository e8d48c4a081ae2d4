"""Brings in the lines that were left out, once the user wants one of them to run."""

from __future__ import annotations

from collections.abc import Callable

from ..config.current import CurrentConfig
from ..config.service import selected
from ..core.events import Event, Restart, Start
from ..net.port_table import Ports
from ..processes.launcher import held_ports, self_binding


class LeftOut:
    """Stands before the supervisor for what the user asks of a service."""

    def __init__(
        self, current: CurrentConfig, ports: Ports, send: Callable[[str, Event], None]
    ) -> None:
        self._current = current
        self._ports = ports
        self._send = send

    def send(self, name: str, event: Event) -> None:
        """Hand an event on; before one that starts a line that was left out, bring that in.

        Those that it is started after come along. Raises `KeyError` if there is no such service,
        `GuardError` if another program has its port.
        """
        service = self._current.get().find(name)
        if service is not None and service.left_out and isinstance(event, Start | Restart):
            for other in self._bring_in(service.line):
                self._send(other, Start())
        else:
            self._send(name, event)

    def _bring_in(self, line: str) -> list[str]:
        """Take its port, as at the start; return who is in now and was not before."""
        old = self._current.get()
        selection = old.selection.including(line)
        marked = selected(old.services, selection)
        fresh = [
            each.name
            for each, before in zip(marked, old.services, strict=True)
            if before.left_out and not each.left_out
        ]
        services = tuple(
            before._replace(left_out=before.left_out and each.left_out)
            for each, before in zip(marked, old.services, strict=True)
        )
        config = old._replace(selection=selection, services=services)
        ours = {port for port, _ in self_binding(old)}
        free = [(port, setting) for port, setting in self_binding(config) if port not in ours]
        known = held_ports(old)
        self._ports.hold(
            {port: name for port, name in held_ports(config).items() if port not in known},
            free=free,
        )
        self._current.replace(config)
        return fresh
