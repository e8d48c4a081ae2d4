"""Serves [::1] where one socket cannot serve both addresses of `localhost`: as a way to 127.0.0.1.

Linux needs none (see `sockets`). On macOS a held port is on 127.0.0.1 alone; who comes to [::1] is
connected to that, byte for byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping

from . import bind, relay


class Ipv6Relays:
    """One relay for every held port that needs one."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._listening: dict[int, asyncio.Task[None]] = {}
        self._given_up: set[int] = set()

    def follow(self, held: Mapping[int, socket.socket]) -> None:
        """Have relays for exactly these ports, as far as their sockets need them."""
        wanted = {port for port, sock in held.items() if sock.family == socket.AF_INET}
        for port in self._listening.keys() - wanted:
            self._listening.pop(port).cancel()
        for port in wanted - self._listening.keys() - self._given_up:
            self._begin(port)

    async def close(self) -> None:
        """End all of them, with what is under way."""
        tasks = list(self._listening.values())
        self.follow({})
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, port: int) -> None:
        try:
            sock = bind.hold_ipv6(port)
        except OSError as error:
            self._given_up.add(port)
            if socket.has_ipv6:
                self._report(
                    f"port {port} is held on 127.0.0.1 only, [::1] is unavailable: {error}"
                )
            return
        self._listening[port] = asyncio.get_running_loop().create_task(_relay(sock, port))


async def _relay(sock: socket.socket, port: int) -> None:
    with sock:
        under_way: set[asyncio.Task[None]] = set()

        async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is not None:
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            with contextlib.suppress(OSError):
                await relay.join(reader, writer, port)

        server = await asyncio.start_server(connect, sock=sock)
        try:
            await server.serve_forever()
        finally:
            for task in tuple(under_way):
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
