"""A port that is taken, or that only the administrator may use."""

from __future__ import annotations

from ...core.cause import Told, say
from ..context import Crash, Rule

# Vite, Next and others take another port and go on: "Port 3000 is in use, trying another one..."
_NO_OTHER = r"(?!.*, (?i:try|us|choos|chose|tak))"
_PORT_IN_USE = (
    r"attempting to bind on address \('[^']*', (?P<port>\d+).*address already in use",  # uvicorn
    r"EADDRINUSE: address already in use .*?:(?P<port>\d+)$",  # Node
    r":(?P<port>\d+): bind: address already in use",  # Go
    r"Address already in use - bind\(2\) for .*? port (?P<port>\d+)",  # Ruby
    r"[Pp]ort (?P<port>\d+) is (?:already )?in use" + _NO_OTHER,  # Vite, Flask
    r"(?i:address|port) (?:is )?already in use" + _NO_OTHER + "|EADDRINUSE",  # Python's own, Django
)
_PORT_FORBIDDEN = (
    r"attempting to bind on address \('[^']*', (?P<port>\d+).*permission denied",
    r"listen EACCES: permission denied .*?:(?P<port>\d+)",
)

_FREE_PORT = (
    "End that program (`{doctor}` shows it), or give {name} another port in .env: "
    "{variable}_PORT=..."
)


def port_taken(crash: Crash) -> Told:
    """Name who holds the port, where that can be seen."""
    if not crash.port:
        return say("The port it needs is taken by another program, so {name} cannot use it.")
    if holder := crash.context.held_by(crash.port):
        return say("Port {port} is taken by {holder}, so {name} cannot use it.", holder=holder)
    return say("Port {port} is taken by another program, so {name} cannot use it.")


def is_free_again(crash: Crash) -> bool:
    """Whether nobody holds the port now."""
    return crash.port is not None and crash.context.held_by(crash.port) is None


RULES: tuple[Rule, ...] = (
    Rule(
        "port-in-use",
        r"already running on port (?P<port>\d+)",
        port_taken,
        _FREE_PORT,
        is_free_again,
        codes=frozenset({0, 1}),  # create-react-app takes that for a success
    ),
    *(
        Rule(
            "port-in-use",
            pattern,
            port_taken,
            _FREE_PORT,
            is_free_again,
        )
        for pattern in _PORT_IN_USE
    ),
    *(
        Rule(
            "port-forbidden",
            pattern,
            "{name} may not use port {port}: ports below 1024 are reserved for root.",
            "Give it a port above 1023 in .env: {variable}_PORT=...",
        )
        for pattern in _PORT_FORBIDDEN
    ),
)
