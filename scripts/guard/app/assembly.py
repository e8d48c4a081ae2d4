"""Builds every part of a running stack, each from those before it, and runs the event loop.

Nothing is assigned after construction. There are two subscriptions: the event loop's to the
supervisor's changes, and some parts' to the current settings.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from functools import partial

from ..config.current import CurrentConfig
from ..core.apart import soon
from ..http import admission
from ..http.access import Access
from ..net.ipv6_relay import Ipv6Relays
from ..processes import descriptors
from ..rundir.token import write_token
from .event_loop import EventLoop
from .followers import build as build_followers
from .keys import Keys
from .ports import PortKeeper
from .reload import Reload
from .saves import Saves
from .shown import build as build_shown
from .shutdown import UNREAD
from .started import Started
from .supervised import build as build_supervised


async def run(started: Started) -> int:
    """Run the stack until everything has left; returns the exit code."""
    current, launcher, log = started.current, started.launcher, started.log
    access = Access(partial(_ports, current), write_token(current.get().token_file))
    served = admission.of_served(descriptors.limit())
    supervised = build_supervised(started, access, served)
    supervisor, shutdown = supervised.supervisor, supervised.shutdown
    shown = build_shown(started, access, supervised)
    ports = PortKeeper(
        current,
        launcher.ports,
        control=shown.control.answer,
        admission=served,
        relays=Ipv6Relays(log.report),
        responders=supervised.responders,
        leaving=shutdown.has_begun,
    )
    reload = Reload(
        current,
        launcher.ports,
        supervisor,
        shell=started.shell,
        report=log.report,
        tag=launcher.tag,
    )
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
        run=launcher.run,
    )
    event_loop = EventLoop(
        supervisor,
        exits=supervised.exits,
        shutdown=shutdown,
        signals=started.signals,
        followers=build_followers(started, supervised, shown, ports, saves, keys),
        report=log.report,
    )
    _follow_our_size(lambda: shown.attach_server.resize(supervisor.running()))
    loop = asyncio.get_running_loop()
    log.when_unread(partial(soon, loop, shutdown.begin, UNREAD))
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


def _ports(current: CurrentConfig) -> list[int]:
    """Return the ports under which the guard may be asked."""
    config = current.get()
    ports = (service.port for service in config.services)
    return [config.guard_port, *(port for port in ports if port is not None)]
