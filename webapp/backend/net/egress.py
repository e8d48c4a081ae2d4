"""Who may be connected to: the public internet, and what the operator listed in ALLOW_HOSTS.

The judgement is about the address that a socket really connects to, so that redirects, names that
resolve to private addresses, and odd spellings of an address cannot get around it.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NEVER_PUBLIC: tuple[Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # of the protocol itself; Oracle's cloud answers its machines here
        "192.88.99.0/24",  # relays of tunnels
        "168.63.129.16/32",  # Azure's host answers its machines here
        "64:ff9b:1::/48",  # IPv4 of a network's own choice
        "fec0::/10",  # site-local, as private addresses once were
        "::/96",  # IPv4 in the way before last
    )
)
"""Special addresses that Python counts as public, in one version or all."""

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
HOST_AND_PORT = r"(?i)(?P<host>\[[0-9a-f:.%]+\]|[^:/\s\[\]]+)(?::(?P<port>\d{1,5}))?"
NAME = r"(?i)(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?"


class BadEntryError(ValueError):
    """An entry of ALLOW_HOSTS is neither host, host:port nor CIDR."""


class RefusedError(Exception):
    """Something that is not allowed here: one of the two below.

    Deliberately no OSError: the retry loops of HTTP libraries must not swallow it.
    """


class AddressRefusedError(RefusedError):
    """A connection to an address that is not allowed; as text, a sentence."""

    def __init__(self, address: object, port: int) -> None:
        self.values = {"address": str(address), "port": str(port)}
        """What stands in the sentence, by name."""

    def __str__(self) -> str:
        return (
            f"The address {self.values['address']} (port {self.values['port']}) is not on the "
            "public internet, and ALLOW_HOSTS does not list it."
        )


class ProgramRefusedError(RefusedError):
    """A program was to fetch something by itself, past every judgement about its connections."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One host or network that the operator trusts; `port` None means any."""

    host: str
    network: Network | None
    port: int | None

    def admits(self, address: Address, port: int, resolve: Callable[[str], set[Address]]) -> bool:
        """Whether a connection to `address` and `port` is meant by this entry."""
        if self.port not in {None, port}:
            return False
        if self.network is not None:
            return address in self.network
        return address in resolve(self.host)


def _entry(text: str) -> Entry:
    try:
        return Entry(text, ipaddress.ip_network(text.strip("[]")), None)
    except ValueError:
        found = re.fullmatch(HOST_AND_PORT, text)
    if not found:
        raise BadEntryError(f"{text!r} is not a host, host:port or CIDR such as 10.0.0.0/8.")
    host, port = found["host"].strip("[]"), int(found["port"]) if found["port"] else None
    try:
        return Entry(host, ipaddress.ip_network(host), port)
    except ValueError:
        if not re.fullmatch(NAME, host) or host.replace(".", "").isdigit():
            raise BadEntryError(f"{text!r} is not a host name or an address.") from None
        return Entry(host, None, port)


def resolve_name(host: str) -> set[Address]:
    """Every address of a host name; none if it has none."""
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return set()
    return {ipaddress.ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found}


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be connected to although it is not public; empty by default."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Allowed:
        """Read entries such as `127.0.0.1:8080`, `nas.local`, `10.0.0.0/8`, `[::1]`.

        Raises:
            BadEntryError: for the first entry that is none of these.

        """
        return cls(tuple(_entry(text) for text in texts))

    def texts(self) -> list[str]:
        """The entries as `parse` reads them."""
        return [
            entry.host
            if entry.port is None
            else f"[{entry.host}]:{entry.port}"
            if ":" in entry.host
            else f"{entry.host}:{entry.port}"
            for entry in self.entries
        ]

    def check(
        self, host: str, port: int, *, resolve: Callable[[str], set[Address]] = resolve_name
    ) -> None:
        """Let a connection to the numeric address `host` pass, or raise.

        Raises:
            AddressRefusedError: when the address is neither public nor listed.

        """
        try:
            address = _plain(ipaddress.ip_address(host.partition("%")[0]))
        except ValueError:
            raise AddressRefusedError(host, port) from None  # a name could lead anywhere
        if is_public(address) or any(e.admits(address, port, resolve) for e in self.entries):
            return
        raise AddressRefusedError(address, port)


def is_public(address: Address) -> bool:
    """Whether an address is reachable, unicast and of nobody's private network."""
    if isinstance(address, ipaddress.IPv6Address) and (address.sixtofour or address.teredo):
        return False  # tunnels into IPv4: nobody serves media there, forgers do
    if any(address in network for network in NEVER_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


def _plain(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped or NAT64 IPv6 address; else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
