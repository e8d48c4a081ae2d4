"""Starts a service: its port, its output in the log, its exit watched."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..config.service import Service
from ..core.process import Running
from ..logs.log import Log
from ..processes.launcher import Launcher
from ..processes.process import Process
from ..standby.responders import StandbyResponders
from .exits import Exits


class Starts:
    """The supervisor's `launch`."""

    def __init__(
        self, launcher: Launcher, log: Log, exits: Exits, responders: StandbyResponders
    ) -> None:
        self._launcher = launcher
        self._log = log
        self._exits = exits
        self._responders = responders

    def launch(self, service: Service, exited: Callable[[Running], bool]) -> Process:
        """Start a service, and call `exited` with its process once that has ended.

        It is called again as long as it returns False. Raises `OSError`.
        """
        self.give_back(service)
        is_early = service.name in self._launcher.early  # its output is read already
        process = self._launcher.launch(service)
        if not is_early:
            self._log.attach(service.name, process.master)
        self._exits.watch(process, partial(exited, process))
        return process

    def give_back(self, service: Service) -> None:
        """Close a borrowed port, which the service is about to bind; its visitors are answered."""
        ports = self._launcher.ports
        if service.port is None or service.held or ports.find(service.port) is None:
            return
        self._responders.retire(service.name)
        ports.let_go(service.port)
