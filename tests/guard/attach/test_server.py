"""What a service writes reaches who is attached to it, and is kept for nobody without a limit."""

import asyncio
import os
import pty
import resource
import socket
import threading
import tty

from scripts.guard.attach.server import UNREAD_LIMIT, AttachServer
from scripts.guard.attach.unread import Unread
from scripts.guard.core.broadcast import Changes
from scripts.guard.logs.log import Log
from tests.guard.views import WEB

MIB = 1 << 20


def test_what_is_on_its_way_is_taken_at_once_and_once() -> None:
    unread = Unread(10)
    assert [unread.put(b"one "), unread.put(b"two")] == [True, False]
    assert unread.take() == b"one two"
    assert unread.take() == b""
    assert unread.put(b"three")


def test_what_there_is_no_room_for_is_missed_and_what_comes_later_is_not() -> None:
    unread = Unread(10)
    for part in (b"12345", b"too long for it", b"67890", b"x"):
        unread.put(part)
    assert unread.take() == b"1234567890"
    unread.put(b"longer than all the room that there is")
    assert unread.take() == b"longer than all the room that there is"


def test_a_flood_that_comes_while_the_event_loop_is_busy_is_kept_for_no_client() -> None:
    flood, chunk = 96 * MIB, 64 * 1024
    log = Log(["web"], output=os.open(os.devnull, os.O_WRONLY), colour=False)
    log.start()
    master, slave = pty.openpty()
    tty.setraw(slave)
    log.attach("web", master)

    def pour() -> None:
        for _ in range(flood // chunk):
            left = memoryview(b"x" * (chunk - 1) + b"\n")
            while left:
                left = left[os.write(slave, left) :]
        os.close(slave)

    async def run() -> int:
        ours, theirs = socket.socketpair()
        server = AttachServer(
            log,
            terminal=lambda _: None,
            view=lambda _: WEB,
            changes=Changes(),
            size=lambda: (24, 80),
        )
        reader, writer = await asyncio.open_connection(sock=ours)
        serving = asyncio.create_task(server.serve("web", reader, writer))
        await asyncio.sleep(0)  # it begins
        pouring = threading.Thread(target=pour)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        pouring.start()
        pouring.join()  # in the event loop, which does nothing else meanwhile
        assert log.drained("web", 60)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        theirs.close()
        await serving
        writer.close()
        return after - before

    try:
        assert asyncio.run(run()) * 1024 < 8 * UNREAD_LIMIT < flood
    finally:
        log.close()
