"""Who asks behind a proxy: whom it names, if it is one of ours, and nobody else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from settings import parse
from tests.backend.api_process import running
from web.attempts import WRONG
from web.forwarded import Forwarded

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send


def seen(client: str | None, trusted: str = "", **forwarded: str) -> tuple[str | None, str]:
    """The client and the scheme that the app sees."""

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        found.append(scope)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_: Message) -> None: ...

    found: list[Scope] = []
    names = {"For": b"x-forwarded-for", "Proto": b"x-forwarded-proto"}
    names |= {"Real": b"x-real-ip", "Rfc": b"forwarded"}
    scope: dict[str, Any] = {
        "type": "http",
        "scheme": "http",
        "headers": [(names[name], value.encode()) for name, value in forwarded.items()],
        "client": (client, 5) if client else None,
    }
    chosen = parse({"TRUSTED_PROXIES": trusted} if trusted else {})
    asyncio.run(Forwarded(app, chosen.trusted_proxies)(scope, receive, send))
    (got,) = found
    return got["client"][0] if got["client"] else None, got["scheme"]


@pytest.mark.parametrize("proxy", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_proxy_on_this_machine_says_who_asks_and_how(proxy: str) -> None:
    assert seen(proxy, For="203.0.113.9", Proto="https") == ("203.0.113.9", "https")


@pytest.mark.parametrize(
    ("client", "trusted"),
    [
        ("192.0.2.7", ""),
        ("127.0.0.1", "no"),
        ("127.0.0.1", "10.0.0.2"),
        ("10.0.0.3", "10.0.0.2"),
        ("2001:db8::1", "10.0.0.0/8"),
        (None, "yes"),
    ],
)
def test_nobody_else_does(client: str | None, trusted: str) -> None:
    assert seen(client, trusted, For="203.0.113.9", Proto="https") == (client, "http")


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),  # the client has said that it asks for another
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),  # a second proxy of ours
        ("10.0.0.8, 10.0.0.7", "10.0.0.8"),  # all of them are ours
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unknown", "unknown"),  # not the proxy, which OPEN_ACCESS may let in without a token
        ("203.0.113.9, unknown, 10.0.0.7", "unknown"),  # what stands before may be made up
        ("", "10.0.0.2"),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy_of_ours(chain: str, client: str) -> None:
    assert seen("10.0.0.2", "10.0.0.0/24", For=chain) == (client, "http")


@pytest.mark.parametrize("proto", ["ftp", "", "https, http", "javascript"])
def test_a_scheme_is_one_of_two(proto: str) -> None:
    assert seen("127.0.0.1", Proto=proto) == ("127.0.0.1", "http")


def test_without_trust_wrong_tokens_of_all_that_come_through_a_proxy_are_counted_together(
    tmp_path: Path,
) -> None:
    """uvicorn's own variable has no say."""
    environ = {"TRUSTED_PROXIES": "no", "FORWARDED_ALLOW_IPS": "*", "ACCESS_TOKEN": "s3cret"}
    with running(tmp_path, **environ) as api:
        for number in range(int(WRONG.burst)):
            headers = {"X-Forwarded-For": f"203.0.113.{number}", "X-Forwarded-Proto": "https"}
            api.client.post("/api/session", json={"token": "no"}, headers=headers)
        answer = api.client.post("/api/session", json={"token": "s3cret"})

    assert answer.status_code == 429


@pytest.mark.parametrize(
    ("peer", "trusted", "chain", "client"),
    [
        ("192.168.1.7", "192.168.1.0/24", "127.0.0.1", "192.168.1.7"),
        ("192.168.1.7", "192.168.1.0/24", "::1", "192.168.1.7"),
        ("192.168.1.7", "yes", "127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "yes", "127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "", "unknown", "unknown"),  # a proxy here, which does not say for whom
        ("::1", "", "_hidden, 127.0.0.1", "unknown"),
        ("127.0.0.1", "", "203.0.113.9, [", "unknown"),
        ("127.0.0.1", "", "", "127.0.0.1"),
    ],
)
def test_only_what_came_from_this_machine_is_of_it(
    peer: str, trusted: str, chain: str, client: str
) -> None:
    """Who is on this machine needs no token."""
    assert seen(peer, trusted, For=chain)[0] == client


@pytest.mark.parametrize("header", [{"Real": "203.0.113.9"}, {"Rfc": "for=203.0.113.9"}])
def test_whom_a_proxy_names_in_another_header_is_not_this_machine(header: dict[str, str]) -> None:
    assert seen("127.0.0.1", **header)[0] == "unknown"
    assert seen("127.0.0.1", For="198.51.100.1", **header)[0] == "198.51.100.1"
    assert seen("192.0.2.7", **header)[0] == "192.0.2.7"
    assert seen("192.0.2.7", "192.0.2.0/24", **header)[0] == "unknown"


@pytest.mark.parametrize("header", [{"Real": "203.0.113.9"}, {"Rfc": "for=203.0.113.9"}])
@pytest.mark.parametrize("chain", [",", "127.0.0.1", "::1", "127.0.0.1, 127.0.0.1"])
def test_a_chain_that_a_proxy_passes_on_untouched_makes_nobody_this_machine(
    chain: str, header: dict[str, str]
) -> None:
    assert seen("127.0.0.1", For=chain, **header)[0] == "unknown"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_who_asks_through_a_proxy_from_this_machine_is_of_it(address: str) -> None:
    assert seen("127.0.0.1", For=address, Real=address)[0] == address
