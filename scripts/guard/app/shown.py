"""Builds what people and programs ask about the stack."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from ..api import report
from ..api.events import Events
from ..api.routes import ControlApi
from ..attach.server import AttachServer
from ..core.broadcast import Changes
from ..diagnosis import crash_reports
from ..health.under_way import UnderWay
from ..http.access import Access
from ..processes import screen
from ..processes.process import Process
from ..processes.resource_usage import Usage
from ..processes.usage_history import UsageHistory
from ..supervision.history import History
from ..supervision.supervisor import Supervisor
from .started import Started
from .supervised import Supervised


class Shown(NamedTuple):
    """What people and programs ask about it."""

    control: ControlApi
    attach_server: AttachServer
    changes: Changes
    history: History
    usage_history: UsageHistory


def build(started: Started, access: Access, supervised: Supervised) -> Shown:
    """Build each part from those before it."""
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
        under_way=UnderWay(current, started.launcher.tag, supervisor.snapshot).now,
    )
    return Shown(control, attach_server, changes, history, usage_history)


def _terminal(supervisor: Supervisor, name: str) -> int | None:
    """Return the terminal of a service's process, None if none runs."""
    running = supervisor.running().get(name)
    return running.terminal if isinstance(running, Process) else None


def _report(started: Started, access: Access, supervised: Supervised) -> str:
    environment = started.current.get().environment
    return report.render(
        supervised.supervisor.snapshot(),
        tail=started.log.tail,
        crashes=supervised.recorder.read(),
        versions=crash_reports.versions(environment),
        environment={**environment, "GUARD_TOKEN": access.token},
    )
