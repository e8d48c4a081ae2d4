"""Whose processes listen on a service's port, and whether they are known to speak no HTTP."""

from __future__ import annotations

import contextlib

from ..core.run_tag import RunTag
from ..net import listener_uid, port_owners
from ..net.peer_uid import Connection
from ..net.port_owners import PortOwner
from ..processes import descendants

# Programs that listen on behalf of what runs in a container or on another machine: the line of the
# Procfile starts their client, `docker compose up` say, and they are nobody's descendant.
FORWARDERS = frozenset(
    {
        "com.docker.backend", "docker-proxy", "gvproxy", "limactl", "OrbStack Helper",
        "rootlessport", "slirp4netns", "ssh", "vpnkit-bridge",
    }
)  # fmt: skip
# Servers that take a request of HTTP for an attack, or for a fault of their client, and log it.
SPEAK_NO_HTTP = frozenset(
    {
        "beam.smp", "dragonfly", "keydb-server", "mariadbd", "memcached", "mongod", "mongos",
        "mosquitto", "mysqld", "nats-server", "postgres", "redis-server", "sshd", "valkey-server",
    }
)  # fmt: skip


def its_own(port: int, leader: int, tag: RunTag) -> list[int]:
    """Return the processes of a service that listen on a port."""
    return port_owners.pids_at(port, descendants.members(leader, tag))


def stranger(port: int, leader: int, tag: RunTag) -> PortOwner | None:
    """Return who listens on a port in place of a service; None if it is the service itself.

    Also None where nobody is seen to listen (a container engine's rules, another user's process):
    the port was free when the service was started.
    """
    if its_own(port, leader, tag):
        return None
    found = port_owners.owners(port)
    forwarded = any(owner.name in FORWARDERS for owner in found)
    return found[0] if found and not forwarded else None


def answers_for_us(connection: Connection, leader: int, tag: RunTag) -> bool:
    """Whether who is at the other end of a connection to a service's port is to be believed.

    That is we, root, or the service itself, which may have become another user.
    """
    if listener_uid.is_ours(connection):
        return True
    _, port, *_ = connection.getpeername()
    return bool(its_own(port, leader, tag))


def speaks_no_http(port: int, leader: int, tag: RunTag) -> bool:
    """Whether a service's process on a port is one that is not to be asked in HTTP."""
    import psutil

    for pid in its_own(port, leader, tag):
        with contextlib.suppress(psutil.Error):
            if psutil.Process(pid).name() in SPEAK_NO_HTTP:
                return True
    return False
