"""Builds the parts that follow the states of the services."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..config import state_folder
from ..config.settings import LogFormat
from ..core import events
from ..core.background import begin
from ..health import listeners
from ..health.readiness import Readiness
from ..health.work_watch import WorkWatch
from ..net import port_owners, tcp_sockets
from ..processes import descendants
from ..rundir import projects
from ..standby import responder
from ..supervision.notifier import Notifier
from .deferred import Deferred
from .event_loop import Follower
from .exit_with import ExitWith
from .findings import Findings
from .hangs import HangWatch
from .keys import Keys
from .lost_ports import LostPorts
from .lost_servers import LostServers
from .memory_watch import MemoryWatch
from .ports import PortKeeper
from .preloads import PreloadKeeper
from .saves import Saves
from .shown import Shown
from .slow_starts import SlowStarts
from .started import Started
from .supervised import Supervised


def build(
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
    work_watch = WorkWatch(current, launcher.tag, supervisor.unready)
    lost_ports = LostPorts(
        current,
        listening=tcp_sockets.inodes,
        members=lambda name, leader: descendants.members(leader, launcher.tag(name)),
        stranger=lambda name, leader, port: listeners.stranger(port, leader, launcher.tag(name)),
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
        # A project may lie on a disk that is away, which is waited for.
        lambda: begin(partial(projects.tidy, state_folder.all_of(current.get().environment))),
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
