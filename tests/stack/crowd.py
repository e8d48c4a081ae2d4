"""Another user who opens connections, says nothing on them, and opens those again that are closed.

Usage: python crowd.py UID COUNT PORT...

Becomes that user, keeps COUNT connections to each port, and prints a line once they all have been
made; then it looks after them until its standard input ends.
"""

import encodings.idna  # noqa: F401 - what is loaded later, the other user may not read
import os
import resource
import selectors
import socket
import sys
import time

PAUSE = 1.0  # seconds between two rounds


def main() -> None:
    uid, count, *ports = map(int, sys.argv[1:])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.setgroups([])
    os.setuid(uid)
    open_ones = {(port, number): _connect(port) for port in ports for number in range(count)}
    print("here", flush=True)
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        while not selector.select(PAUSE):
            for (port, number), connection in open_ones.items():
                if _is_over(connection):
                    connection.close()
                    open_ones[port, number] = _connect(port)


def _connect(port: int) -> socket.socket:
    """Try until it is there: a queue that is full for a moment takes nobody."""
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
        except OSError:
            time.sleep(0.05)
            continue
        connection.setblocking(False)
        return connection


def _is_over(connection: socket.socket) -> bool:
    try:
        return not connection.recv(65536)
    except BlockingIOError:
        return False
    except OSError:
        return True


if __name__ == "__main__":
    main()
