"""Connects a visitor with whoever serves a port of 127.0.0.1, byte for byte."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterable
from functools import partial
from typing import Protocol

from . import peer_uid

_CHUNK = 64 * 1024


async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Carry bytes both ways until both have said all; raises `OSError`."""
    try:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_copy(reader, back), _copy(there, writer))
        finally:
            back.close()
    finally:
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()
    writer.write_eof()


class Room(Protocol):
    """How many connections may be carried, and of whom: `http.admission` says it."""

    @property
    def is_full(self) -> bool:
        """Whether there is room for nobody."""

    def enter(self, uid: int | None) -> bool:
        """Count a connection of that user, or return False: it is one too many."""

    def leave(self, uid: int | None) -> None:
        """Count it no longer."""


class Relay:
    """Carries connections that were accepted here to the server that they were meant for.

    Each takes two descriptors for as long as its client likes; one for which there is no room is
    closed.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._under_way: set[asyncio.Task[None]] = set()

    def carry(self, connections: Iterable[socket.socket], port: int) -> None:
        """Begin to; the connections belong to the relay from now on."""
        for connection in connections:
            try:
                uid = peer_uid.uid(connection)
            except OSError:  # it has left, or no descriptor is
                connection.close()
                continue
            if self._room.is_full or not self._room.enter(uid):
                connection.close()
                continue
            task = asyncio.get_running_loop().create_task(_carry(connection, port))
            self._under_way.add(task)
            task.add_done_callback(partial(self._ended, connection, uid))

    def _ended(self, connection: socket.socket, uid: int | None, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._room.leave(uid)
        if task.cancelled():  # maybe before it had begun
            connection.close()

    async def close(self) -> None:
        """Break off what is under way."""
        tasks = tuple(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _carry(connection: socket.socket, port: int) -> None:
    with contextlib.suppress(OSError):  # one of the two has gone
        await join(*await asyncio.open_connection(sock=connection), port)
