"""Free ports, of which no two test processes on this machine draw the same."""

import atexit
import errno
import random
import socket
from itertools import cycle, islice

# Below the range from which systems draw the ports of outgoing connections, so that none of those
# takes one between our look and the server's bind.
PORTS = range(20_000, 30_000)
BLOCK = 200  # ports that one test process draws from; no other on this machine has the same block
LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def _claim_block() -> tuple[socket.socket, list[int]]:
    """A block of ports for this process alone, whatever other runs there are on this machine.

    Its first port is bound, and is the lock: the kernel lets go of it when this process ends.
    """
    blocks = [PORTS[start : start + BLOCK] for start in range(0, len(PORTS), BLOCK)]
    for lock, *ports in random.sample(blocks, len(blocks)):
        claim = socket.socket()
        try:
            claim.bind(("127.0.0.1", lock))
        except OSError:
            claim.close()
            continue
        return claim, random.sample(ports, len(ports))
    raise AssertionError(f"all {len(blocks)} blocks of ports are taken by other test processes")


_claim, _block = _claim_block()
atexit.register(_claim.close)
_ports = cycle(_block)


def free_port() -> int:
    """Return a port that nobody listens on, on 127.0.0.1 and ::1."""
    for port in islice(_ports, BLOCK):
        if all(_is_free(family, host, port) for family, host in LOOPBACKS):
            return port
    raise AssertionError(f"all ports of {_block[0]} and its block are taken")


def _is_free(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:  # any other error: this machine has no such address
        return error.errno != errno.EADDRINUSE
    return True
