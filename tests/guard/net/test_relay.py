"""Whom a server left waiting is carried to the next one, as far as there is room for them."""

import asyncio
import socket
import sys
from contextlib import ExitStack

import pytest

from scripts.guard.http.admission import of_carried
from scripts.guard.net import handover
from scripts.guard.net.bind import hold
from scripts.guard.net.relay import Relay
from tests.conftest import AsAnotherUser, FreePort

WAITING = 100


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells users apart")
def test_another_user_who_waits_in_numbers_has_a_share_and_we_are_carried(
    free_port: FreePort, as_another_user: AsAnotherUser
) -> None:
    port, next_port = free_port(), free_port()
    room = of_carried(1024)
    said: list[bytes] = []
    visitors: list[asyncio.StreamWriter] = []

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visitors.append(writer)
        said.append(await reader.read(4))

    async def run(open_ones: ExitStack) -> int:
        former, relay = hold(port), Relay(room)
        with as_another_user():
            crowd = [_come(open_ones, port) for _ in range(WAITING)]
        _come(open_ones, port).sendall(b"mine")
        async with await asyncio.start_server(visit, "127.0.0.1", next_port):
            relay.carry(handover.retire(former), next_port)
            async with asyncio.timeout(60):
                while len(visitors) <= room.another or b"mine" not in said:  # noqa: ASYNC110 - no event
                    await asyncio.sleep(0.01)
            left = sum(_is_closed(each) for each in crowd)
            await relay.close()
            for writer in visitors:
                writer.close()
        return left

    with ExitStack() as open_ones:
        assert asyncio.run(run(open_ones)) == WAITING - room.another
    assert len(visitors) == room.another + 1
    assert not room.is_full


def _come(open_ones: ExitStack, port: int) -> socket.socket:
    return open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))


def _is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return not connection.recv(1)
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
