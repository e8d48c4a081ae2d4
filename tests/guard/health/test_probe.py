"""Whether a service answers is asked so that one which is slow to answer is heard."""

import asyncio

import pytest

from scripts.guard.core.protocol import Protocol
from scripts.guard.health import probe


@pytest.mark.starts
def test_one_whose_visitors_wait_longer_than_a_probe_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who gives up and asks anew is the last in the queue again, however often."""
    monkeypatch.setattr(probe, "PROBE_TIMEOUT", 0.1)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.3)  # for so many are before it
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    async def ask() -> Protocol:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server, asyncio.timeout(20):
            port = server.sockets[0].getsockname()[1]
            return await probe.await_answer(port, "/")

    assert asyncio.run(ask()) is Protocol.HTTP
