"""Builds every part of a running stack, each from those before it, and runs the event loop.

Nothing is assigned after construction. Two things are subscribed to: the supervisor's changes, by
the event loop, and the settings in force, by whoever derives something from them.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from scripts.guard.api.events import Events
from scripts.guard.api.routes import ControlApi
from scripts.guard.app.deferred import Deferred
from scripts.guard.app.event_loop import EventLoop
from scripts.guard.app.exits import Exits
from scripts.guard.app.hangs import HangWatch
from scripts.guard.app.memory_watch import MemoryWatch
from scripts.guard.app.ports import PortKeeper
from scripts.guard.app.reload import Reload
from scripts.guard.app.saves import Saves
from scripts.guard.app.shutdown import Shutdown
from scripts.guard.app.signals import Signals
from scripts.guard.app.starts import Starts
from scripts.guard.attach.server import AttachServer
from scripts.guard.config.current import CurrentConfig
from scripts.guard.core import state_machine
from scripts.guard.core.broadcast import Changes
from scripts.guard.core.snapshot import ServiceView
from scripts.guard.diagnosis.memory_kills import memory_kills
from scripts.guard.diagnosis.recorder import CrashRecorder
from scripts.guard.health.readiness import Readiness
from scripts.guard.http.access import Access
from scripts.guard.logs.pump import Log
from scripts.guard.logs.ring_buffer import RingBuffer
from scripts.guard.net.ipv6_relay import Ipv6Relays
from scripts.guard.processes.launcher import Launcher
from scripts.guard.processes.process import Process
from scripts.guard.processes.resource_usage import Usage
from scripts.guard.rundir.token import write_token
from scripts.guard.standby import responder
from scripts.guard.standby.responder import StandbyResponder
from scripts.guard.standby.responders import StandbyResponders
from scripts.guard.supervision.drain import GracefulStop
from scripts.guard.supervision.history import History
from scripts.guard.supervision.notifier import Notifier
from scripts.guard.supervision.supervisor import Supervisor


class Started(NamedTuple):
    """What there is when the first processes have been started."""

    current: CurrentConfig
    launcher: Launcher
    log: Log
    feed: RingBuffer
    signals: Signals
    shell: Mapping[str, str]
    """The environment that the guard was started in."""


async def run(started: Started) -> int:
    """Run the stack until everything has left; returns the exit code."""
    current, launcher, log, _, signals, shell = started
    access = Access(partial(_ports, current), write_token(current.get().token_file))
    exits = Exits()
    kills = memory_kills()
    recorder = CrashRecorder(current, log, launcher, kills)
    graceful_stop = GracefulStop(launcher.ports.find)
    responders = StandbyResponders(partial(_responder, current, log, access))
    supervisor = Supervisor(
        current,
        launch=Starts(launcher, log, exits, responders).launch,
        explain=recorder.explain,
        record=recorder.record,
        drain=graceful_stop.begin,
        report=log.report,
        pid=os.getpid(),
    )
    shutdown = Shutdown(supervisor, graceful_stop, log.report)
    changes, history = Changes(), History()
    attach_server = AttachServer(
        log,
        terminal=partial(_terminal, supervisor),
        view=lambda name: supervisor.snapshot().service(name),
        changes=changes,
    )
    control = _control_api(
        started, supervisor, access, recorder, changes, history, attach_server, shutdown.begin
    )
    ports = PortKeeper(
        current,
        launcher.ports,
        control=control.answer,
        relays=Ipv6Relays(log.report),
        responders=responders,
        leaving=shutdown.has_begun,
    )
    reload = Reload(current, launcher.ports, supervisor, shell=shell, report=log.report)
    saves = Saves(
        current,
        send=supervisor.send,
        reload=reload,
        report=log.report,
        leaving=shutdown.has_begun,
    )
    followers = (
        recorder,
        history,
        Notifier(
            enabled=lambda: current.get().notify,
            environment=lambda: current.get().environment,
            report=log.report,
        ),
        changes,
        graceful_stop,
        ports,
        Readiness(
            current,
            up=lambda name: supervisor.send(name, state_machine.Up()),
            discovered=reload.discovered,
            report=log.report,
            tag=launcher.tag,
        ),
        HangWatch(
            current,
            launcher.ports.find,
            is_attached=attach_server.holds,
            tail=log.tail,
            report=log.report,
            hung=supervisor.hung,
        ),
        MemoryWatch(kills),
        saves,
        Deferred(saves.start, recorder.prepare, responder.prepare, leaving=shutdown.has_begun),
        shutdown,
    )
    event_loop = EventLoop(
        supervisor,
        exits=exits,
        shutdown=shutdown,
        signals=signals,
        followers=followers,
        report=log.report,
    )
    exit_code = await event_loop.run()
    saves.stop()
    await ports.close()
    return exit_code


def _control_api(
    started: Started,
    supervisor: Supervisor,
    access: Access,
    recorder: CrashRecorder,
    changes: Changes,
    history: History,
    attach_server: AttachServer,
    leave: Callable[[], None],
) -> ControlApi:
    usage = Usage(lambda: {name: running.pid for name, running in supervisor.running().items()})
    return ControlApi(
        access=access,
        snapshot=supervisor.snapshot,
        events=Events(supervisor.snapshot, changes, started.feed, usage),
        history=history,
        send=supervisor.send,
        tail=started.log.tail,
        crashes=recorder.read,
        attach_server=attach_server,
        leave=leave,
    )


def _responder(
    current: CurrentConfig, log: Log, access: Access, sock: socket.socket, view: ServiceView
) -> StandbyResponder:
    return StandbyResponder(
        sock,
        view,
        patience=lambda: current.get().patience,
        tail=partial(log.tail, view.name),
        guard_url=lambda: current.get().guard_url,
        access=access,
    )


def _terminal(supervisor: Supervisor, name: str) -> int | None:
    """Return the terminal of a service's process, None if none runs."""
    running = supervisor.running().get(name)
    return running.terminal if isinstance(running, Process) else None


def _ports(current: CurrentConfig) -> list[int]:
    """Return the ports under which the guard may be asked."""
    config = current.get()
    ports = (service.port for service in config.services)
    return [config.guard_port, *(port for port in ports if port is not None)]
