"""Builds the supervisor, and what carries out its decisions."""

from __future__ import annotations

import os
import socket
from functools import partial
from typing import NamedTuple

from ..config.current import CurrentConfig
from ..core.snapshot import ServiceView
from ..diagnosis.memory_kills import MemoryKills, memory_kills
from ..diagnosis.recorder import CrashRecorder
from ..http.access import Access
from ..http.admission import Admission, of_carried
from ..logs.log import Log
from ..net.relay import Relay
from ..processes import descriptors
from ..standby.responder import StandbyResponder
from ..standby.responders import StandbyResponders
from ..supervision.supervisor import Supervisor
from .exits import Exits
from .graceful_stop import GracefulStop
from .left_out import LeftOut
from .shutdown import Shutdown
from .started import Started
from .starts import Starts


class Supervised(NamedTuple):
    """The supervisor, and what carries out its decisions."""

    supervisor: Supervisor
    recorder: CrashRecorder
    kills: MemoryKills
    graceful_stop: GracefulStop
    responders: StandbyResponders
    exits: Exits
    starts: Starts
    shutdown: Shutdown
    left_out: LeftOut


def build(started: Started, access: Access, admission: Admission) -> Supervised:
    """Build each part from those before it; `admission` is that of whom the guard answers."""
    current, launcher, log = started.current, started.launcher, started.log
    exits = Exits()
    kills = memory_kills()
    recorder = CrashRecorder(current, log, launcher, kills)
    graceful_stop = GracefulStop(launcher.ports, Relay(of_carried(descriptors.limit())))
    responders = StandbyResponders(partial(_responder, current, log, access, admission))
    starts = Starts(launcher, log, exits, responders)
    supervisor = Supervisor(
        current,
        launch=starts.launch,
        has_read=recorder.has_read,
        explain=recorder.explain,
        record=recorder.record,
        drain=graceful_stop.begin,
        report=log.report,
        pid=os.getpid(),
    )
    shutdown = Shutdown(supervisor, graceful_stop, log.report)
    left_out = LeftOut(current, launcher.ports, supervisor.send)
    return Supervised(
        supervisor, recorder, kills, graceful_stop, responders, exits, starts, shutdown, left_out
    )


def _responder(
    current: CurrentConfig,
    log: Log,
    access: Access,
    admission: Admission,
    sock: socket.socket,
    view: ServiceView,
) -> StandbyResponder:
    return StandbyResponder(
        sock,
        view,
        patience=lambda: current.get().patience,
        tail=partial(log.tail, view.name),
        guard_url=lambda: current.get().guard_url,
        access=access,
        admission=admission,
    )
