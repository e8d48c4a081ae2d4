"""Where one socket cannot serve both addresses of localhost, [::1] leads to 127.0.0.1."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from scripts.guard.net import bind
from scripts.guard.net.ipv6_relay import Ipv6Relays
from tests.conftest import FreePort

MEGABYTES = b"0123456789abcdef" * 2**17


@pytest.fixture(autouse=True)
def macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.guard.net.bind.sys.platform", "darwin")


def relayed(port: int, visit: Callable[[], Awaitable[None]]) -> list[str]:
    """Hold a port, serve an echo on it, and visit; return what the relays had to say."""
    said: list[str] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read())  # until the visitor has said all
        await writer.drain()
        writer.close()

    async def run() -> None:
        relays = Ipv6Relays(said.append)
        with bind.hold(port) as sock:
            relays.follow({port: sock})
            async with await asyncio.start_server(echo, sock=sock.dup()):
                await visit()
                relays.follow({})
                await relays.close()

    asyncio.run(run())
    return said


@pytest.mark.fault(row="F21")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_both_addresses_lead_to_the_server_with_every_byte(free_port: FreePort, host: str) -> None:
    port = free_port()

    async def visit() -> None:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(MEGABYTES)
        writer.write_eof()
        assert await reader.read() == MEGABYTES
        writer.close()
        await writer.wait_closed()

    assert relayed(port, visit) == []


def test_an_address_that_somebody_else_has_is_told_of_once(free_port: FreePort) -> None:
    port = free_port()

    async def nobody() -> None:
        await asyncio.sleep(0)

    with socket.create_server(("::1", port), family=socket.AF_INET6):
        (said,) = relayed(port, nobody)
    assert said.startswith(f"port {port} is held on 127.0.0.1 only")
