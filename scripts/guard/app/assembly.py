"""Builds every part of a running stack, each from those before it, and runs the event loop.

Nothing is assigned after construction. There are two subscriptions: the event loop's to the
supervisor's changes, and some parts' to the current settings.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from ..api import report
from ..api.events import Events
from ..api.routes import ControlApi
from ..attach.server import AttachServer
from ..config import state_folder
from ..config.current import CurrentConfig
from ..config.settings import LogFormat
from ..core import events
from ..core.broadcast import Changes
from ..core.snapshot import ServiceView
from ..diagnosis import crash_reports
from ..diagnosis.memory_kills import MemoryKills, memory_kills
from ..diagnosis.recorder import CrashRecorder
from ..health.readiness import Readiness
from ..health.under_way import UnderWay
from ..health.work_watch import WorkWatch
from ..http.access import Access
from ..http.admission import Admission
from ..logs.pump import Log
from ..logs.ring_buffer import RingBuffer
from ..net import accept_queue, port_owners
from ..net.ipv6_relay import Ipv6Relays
from ..processes import descendants, descriptors, screen
from ..processes.launcher import Launcher
from ..processes.process import Process
from ..processes.resource_usage import Usage
from ..processes.usage_history import UsageHistory
from ..rundir import projects
from ..rundir.token import write_token
from ..standby import responder
from ..standby.responder import StandbyResponder
from ..standby.responders import StandbyResponders
from ..supervision.history import History
from ..supervision.notifier import Notifier
from ..supervision.supervisor import Supervisor
from .deferred import Deferred
from .event_loop import EventLoop, Follower
from .exit_with import ExitWith
from .exits import Exits
from .findings import Findings
from .graceful_stop import GracefulStop
from .hangs import HangWatch
from .keys import Keys
from .left_out import LeftOut
from .lost_ports import LostPorts
from .lost_servers import LostServers
from .memory_watch import MemoryWatch
from .ports import PortKeeper
from .preloads import PreloadKeeper
from .reload import Reload
from .saves import Saves
from .shutdown import UNREAD, Shutdown
from .signals import Signals
from .slow_starts import SlowStarts
from .starts import Starts


class Started(NamedTuple):
    """What there is when the first processes have been started."""

    current: CurrentConfig
    launcher: Launcher
    log: Log
    feed: RingBuffer
    signals: Signals
    shell: Mapping[str, str]
    """The environment that the guard was started in."""


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


class Shown(NamedTuple):
    """What people and programs ask about it."""

    control: ControlApi
    attach_server: AttachServer
    changes: Changes
    history: History
    usage_history: UsageHistory


async def run(started: Started) -> int:
    """Run the stack until everything has left; returns the exit code."""
    current, launcher, log = started.current, started.launcher, started.log
    access = Access(partial(_ports, current), write_token(current.get().token_file))
    admission = Admission(descriptors.limit())
    supervised = _supervised(started, access, admission)
    supervisor, shutdown = supervised.supervisor, supervised.shutdown
    shown = _shown(started, access, supervised)
    ports = PortKeeper(
        current,
        launcher.ports,
        control=shown.control.answer,
        admission=admission,
        relays=Ipv6Relays(log.report),
        responders=supervised.responders,
        leaving=shutdown.has_begun,
    )
    reload = Reload(current, launcher.ports, supervisor, shell=started.shell, report=log.report)
    saves = Saves(
        current,
        send=supervisor.send,
        reload=reload,
        report=log.report,
        leaving=shutdown.has_begun,
        begun=min((one.at for one in launcher.last_started.values()), default=None),
    )
    keys = Keys(
        views=lambda: supervisor.snapshot().services,
        send=supervised.left_out.send,
        restart_all=supervisor.restart_all,
        leave=shutdown.begin,
        log=log,
        environment=lambda: current.get().environment,
    )
    event_loop = EventLoop(
        supervisor,
        exits=supervised.exits,
        shutdown=shutdown,
        signals=started.signals,
        followers=_followers(started, supervised, shown, ports, saves, keys),
        report=log.report,
    )
    _follow_our_size(lambda: shown.attach_server.resize(supervisor.running()))
    loop = asyncio.get_running_loop()
    log.when_unread(partial(loop.call_soon_threadsafe, shutdown.begin, UNREAD))
    try:
        return await event_loop.run()
    finally:
        log.when_unread(None)
        keys.close()
        saves.stop()
        await supervised.graceful_stop.close()
        await ports.close()


def _follow_our_size(resize: Callable[[], None]) -> None:
    """Call it whenever our terminal was resized; what is on none gets no such signal."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGWINCH, resize)
    loop.call_soon(resize)  # it may have been before, when nobody listened


def _supervised(started: Started, access: Access, admission: Admission) -> Supervised:
    current, launcher, log = started.current, started.launcher, started.log
    exits = Exits()
    kills = memory_kills()
    recorder = CrashRecorder(current, log, launcher, kills)
    graceful_stop = GracefulStop(launcher.ports)
    responders = StandbyResponders(partial(_responder, current, log, access, admission))
    starts = Starts(launcher, log, exits, responders)
    supervisor = Supervisor(
        current,
        launch=starts.launch,
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


def _shown(started: Started, access: Access, supervised: Supervised) -> Shown:
    current, supervisor, log = started.current, supervised.supervisor, started.log
    changes, history = Changes(), History()
    attach_server = AttachServer(
        log,
        terminal=partial(_terminal, supervisor),
        view=lambda name: supervisor.snapshot().service(name),
        changes=changes,
        size=lambda: screen.of_services(started.current.get()),
    )
    usage = Usage(
        lambda: {name: running.pid for name, running in supervisor.running().items()},
        lambda: {
            f"{name} (preloaded)": preloading.pids
            for name, preloading in started.launcher.preloadings.items()
            if preloading.pids
        },
    )
    usage_history = UsageHistory(usage)
    control = ControlApi(
        access=access,
        snapshot=supervisor.snapshot,
        events=Events(supervisor.snapshot, changes, started.feed, usage),
        history=history,
        send=supervised.left_out.send,
        restart_all=supervisor.restart_all,
        tail=log.tail,
        crashes=supervised.recorder.read,
        attach_server=attach_server,
        leave=supervised.shutdown.begin,
        usage_history=usage_history,
        log_files=lambda: current.get().directory / "logs",
        report=partial(_report, started, access, supervised),
        under_way=UnderWay(current, supervisor.snapshot).now,
    )
    return Shown(control, attach_server, changes, history, usage_history)


def _report(started: Started, access: Access, supervised: Supervised) -> str:
    environment = started.current.get().environment
    return report.render(
        supervised.supervisor.snapshot(),
        tail=started.log.tail,
        crashes=supervised.recorder.read(),
        versions=crash_reports.versions(environment),
        environment={**environment, "GUARD_TOKEN": access.token},
    )


def _followers(
    started: Started,
    supervised: Supervised,
    shown: Shown,
    ports: PortKeeper,
    saves: Saves,
    keys: Keys,
) -> Sequence[Follower]:
    """Return the parts that receive each snapshot, in this order."""
    current, launcher, log = started.current, started.launcher, started.log
    supervisor, shutdown = supervised.supervisor, supervised.shutdown
    notifier = Notifier(
        enabled=lambda: current.get().notify,
        environment=lambda: current.get().environment,
        report=log.report,
    )
    findings = Findings(current, announce=supervisor.announce, report=log.report)
    readiness = Readiness(
        current,
        up=lambda name: supervisor.send(name, events.Up()),
        listens=findings.listens,
        speaks=findings.speaks,
        report=log.report,
        tag=launcher.tag,
    )
    work_watch = WorkWatch(current, supervisor.unready)
    lost_ports = LostPorts(
        current,
        listening=accept_queue.lengths,
        members=lambda name, leader: descendants.members(leader, launcher.tag(name)),
        borrow=launcher.ports.borrow,
        give_back=supervised.starts.give_back,
        announce=supervisor.announce,
        lost=lambda name, cause: supervisor.send(name, events.PortLost(cause)),
    )
    lost_servers = LostServers(
        current,
        members=lambda name, leader: descendants.that_run(
            descendants.members(leader, launcher.tag(name))
        ),
        holders=port_owners.pids_at,
        lost=lambda name, cause: supervisor.send(name, events.PortLost(cause)),
    )
    hangs = HangWatch(
        current,
        launcher.ports.find,
        is_attached=shown.attach_server.holds,
        tail=log.tail,
        report=log.report,
        hung=supervisor.hung,
    )
    slow_starts = SlowStarts(
        current,
        members=lambda name, leader: descendants.members(leader, launcher.tag(name)),
        begun=log.begun,
        remark=supervisor.remark,
    )
    preloads = PreloadKeeper(
        current, launcher.preloadings, report=log.report, leaving=shutdown.has_begun
    )
    deferred = Deferred(
        saves.start,
        keys.start if current.get().log_format is LogFormat.TEXT else lambda: None,
        supervised.recorder.prepare,
        responder.prepare,
        lambda: projects.tidy(state_folder.all_of(current.get().environment)),
        shown.usage_history.start,
        leaving=shutdown.has_begun,
    )
    return (
        supervised.recorder,
        shown.history,
        notifier,
        shown.changes,
        supervised.graceful_stop,
        ports,
        readiness,
        work_watch,
        lost_ports,
        lost_servers,
        slow_starts,
        hangs,
        MemoryWatch(supervised.kills),
        preloads,
        saves,
        deferred,
        ExitWith(current.get().selection.exit_with, leave=shutdown.begin, report=log.report),
        shutdown,
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


def _terminal(supervisor: Supervisor, name: str) -> int | None:
    """Return the terminal of a service's process, None if none runs."""
    running = supervisor.running().get(name)
    return running.terminal if isinstance(running, Process) else None


def _ports(current: CurrentConfig) -> list[int]:
    """Return the ports under which the guard may be asked."""
    config = current.get()
    ports = (service.port for service in config.services)
    return [config.guard_port, *(port for port in ports if port is not None)]
