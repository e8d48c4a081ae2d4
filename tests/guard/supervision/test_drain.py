"""Who is asked to leave at once, and who has to see to its visitors first."""

import asyncio
import signal
import socket

import pytest

from scripts.guard.config.settings import Service
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.core.state_machine import State
from scripts.guard.net.bind import hold
from scripts.guard.supervision.drain import GracefulStop
from tests.conftest import FreePort
from tests.guard.supervision.test_supervisor import Actor
from tests.guard.views import NOON


@pytest.mark.parametrize(("state", "at_once"), [(State.STARTING, True), (State.READY, False)])
def test_a_server_that_has_let_nobody_in_yet_has_nobody_to_see_to(
    free_port: FreePort,
    state: State,
    at_once: bool,  # noqa: FBT001
) -> None:
    port = free_port()
    server = Actor("web", 1)

    async def drain(sock: socket.socket) -> list[signal.Signals]:
        stop = GracefulStop({port: sock}.get)
        stop.begin(Service("web", "run", port=port), server, state)
        asked = list(server.signals)
        stop.on_change(Snapshot(pid=1, since=NOON, restart_scope="stack", services=()))
        return asked

    with hold(port) as sock, socket.create_connection(("127.0.0.1", port)):
        asked = asyncio.run(drain(sock))

    assert asked == ([signal.SIGTERM] if at_once else [])
