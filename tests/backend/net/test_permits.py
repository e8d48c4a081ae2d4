"""A permit is of one port of this machine, and ends by itself."""

from __future__ import annotations

import pytest

from net.egress import Allowed, RefusedError
from net.permits import SECONDS, BadPermitError, Permits


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_lets_through_its_own_port_and_no_other() -> None:
    permits = Permits(["10.0.0.0/8"])
    permits.grant("127.0.0.1:8123")
    allowed = Allowed.parse(permits.texts())
    allowed.check("127.0.0.1", 8123)
    allowed.check("10.1.2.3", 80)
    for address, port in (("127.0.0.1", 8124), ("::1", 8123), ("192.168.0.1", 8123)):
        with pytest.raises(RefusedError):
            allowed.check(address, port)


def test_it_ends_by_itself() -> None:
    clock = Clock()
    permits = Permits([], clock)
    assert permits.texts() == []
    permits.grant("127.0.0.1:8123")
    clock.now += SECONDS - 1
    assert permits.texts() == ["127.0.0.1:8123"]
    clock.now += 1
    assert permits.texts() == []


def test_the_next_one_takes_its_place() -> None:
    permits = Permits([])
    permits.grant("127.0.0.1:1")
    permits.grant("127.0.0.1:2")
    assert permits.texts() == ["127.0.0.1:2"]


@pytest.mark.parametrize(
    "source",
    [
        "127.0.0.1",
        "localhost:80",
        "0.0.0.0/0",
        "127.0.0.1:0",
        "127.0.0.1:80,10.0.0.0/8",
        "10.0.0.1:80",
        "127.0.0.2:80",
        "[::1]:80",
        "127.0.0.1:80\n",
        "http://127.0.0.1:80",
        "",
    ],
)
def test_nothing_else_can_be_permitted(source: str) -> None:
    permits = Permits([])
    with pytest.raises(BadPermitError):
        permits.grant(source)
    assert permits.texts() == []
