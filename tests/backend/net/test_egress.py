from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from net.egress import Allowed, BadEntryError, RefusedError, resolve_name

if TYPE_CHECKING:
    from net.egress import Address

PRIVATE = [
    *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1"),
    *("2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1"),
    *("192.0.0.192", "192.0.0.9", "192.88.99.1", "168.63.129.16", "::ffff:168.63.129.16"),
    *("64:ff9b::a83f:8110", "64:ff9b:1::1", "fec0::1", "::8.8.8.8"),
    *("64:ff9b::10.0.0.1", "64:ff9b::192.168.1.1"),
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"]
# As a network without IPv4 reaches it; each byte of the address counts.
PUBLIC += ["64:ff9b::8.8.8.8", "64:ff9b::93.184.216.34", "64:ff9b::9.9.9.9", "64:ff9b::11.0.0.1"]


def nowhere(_: str) -> set[Address]:
    return set()


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(RefusedError, match="not on the public internet"):
        Allowed().check(address, 80)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_passes(address: str) -> None:
    Allowed().check(address, 443)


def test_a_name_that_is_listed_is_looked_up_when_it_is_needed() -> None:
    """Really: `localhost` is a name that every machine knows."""
    allowed = Allowed.parse(["localhost:8080"])
    allowed.check("127.0.0.1", 8080)
    for address, port in (("127.0.0.1", 8081), ("10.0.0.1", 8080)):
        with pytest.raises(RefusedError):
            allowed.check(address, port)
    assert resolve_name("no-such-name.invalid") == set()


@pytest.mark.parametrize("spelling", ["localhost", "0x7f.1", "2130706433", "127.1", "017700000001"])
def test_an_address_that_is_not_numeric_and_plain_is_refused(spelling: str) -> None:
    with pytest.raises(RefusedError):
        Allowed().check(spelling, 80)


@pytest.mark.parametrize(
    ("entry", "address", "port", "passes"),
    [
        ("127.0.0.1", "127.0.0.1", 1, True),
        ("127.0.0.1", "127.0.0.2", 1, False),
        ("127.0.0.1:8080", "127.0.0.1", 8080, True),
        ("127.0.0.1:8080", "127.0.0.1", 80, False),
        ("10.0.0.0/8", "10.255.0.1", 9, True),
        ("10.0.0.0/8", "11.0.0.1", 9, True),
        ("10.0.0.0/8", "192.168.0.1", 9, False),
        ("[::1]", "::1", 9, True),
        ("::1", "::1", 9, True),
        ("[::1]:80", "::1", 80, True),
        ("[::1]:80", "::1", 81, False),
        ("fd00::/8", "fd12::1", 9, True),
        ("nas.local", "192.168.7.7", 9, True),
        ("nas.local:9", "192.168.7.7", 10, False),
        ("127.0.0.1", "::ffff:127.0.0.1", 1, True),
    ],
)
def test_an_entry_admits_what_it_means(
    entry: str, address: str, port: int, *, passes: bool
) -> None:
    def resolve(host: str) -> set[Address]:
        return {ipaddress.ip_address("192.168.7.7")} if host == "nas.local" else set()

    allowed = Allowed.parse([entry])
    if passes:
        allowed.check(address, port, resolve=resolve)
    else:
        with pytest.raises(RefusedError):
            allowed.check(address, port, resolve=resolve)


@pytest.mark.parametrize(
    "entry", ["a b", "http://x", "1.2.3", "300.1.1.1", "host:port", "x/y", "-x"]
)
def test_an_entry_that_means_nothing_is_named(entry: str) -> None:
    with pytest.raises(BadEntryError, match="is not"):
        Allowed.parse([entry])


@given(st.lists(st.sampled_from(["127.0.0.1", "[::1]:80", "::1", "nas.local:9", "10.0.0.0/8"])))
def test_the_entries_survive_being_handed_on(entries: list[str]) -> None:
    allowed = Allowed.parse(entries)

    assert Allowed.parse(allowed.texts()) == allowed


@given(st.ip_addresses())
def test_every_address_is_either_public_or_refused(address: Address) -> None:
    try:
        Allowed().check(str(address), 80, resolve=nowhere)
    except RefusedError:
        return
    assert not address.is_private
    assert not address.is_loopback
    assert not address.is_link_local
    assert not address.is_multicast
