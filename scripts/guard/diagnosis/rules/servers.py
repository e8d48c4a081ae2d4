"""Another server that it needs: nobody answers there, or it refuses."""

from __future__ import annotations

from ...core.cause import DEPENDENCY_DOWN
from ..context import Rule

_LIBPQ = r'connection to server at "(?P<host>[^"]+)".*, port (?P<port>\d+) failed: '

_CANNOT_CONNECT = (
    _LIBPQ + "(?!FATAL)",
    r"connect ECONNREFUSED (?P<host>\S+):(?P<port>\d+)",  # Node
    r"Error \d+ connecting to (?P<host>[^\s:]+):(?P<port>\d+)\. .*refused",  # redis-py
    r"ConnectionRefusedError: .*Connect call failed \('(?P<host>[^']+)', (?P<port>\d+)",  # asyncio
    r"dial tcp (?P<host>\S+):(?P<port>\d+): connect: connection refused",  # Go
    r"onnection refused - connect\(2\) for \"?(?P<host>[^\s\"]+)\"? port (?P<port>\d+)",  # Ruby
)

RULES: tuple[Rule, ...] = (
    Rule(
        DEPENDENCY_DOWN,
        _LIBPQ + r"FATAL: +(?P<error>the database system is .*|sorry, too many .*)",
        "{name} needs the database at {host}, port {port}, which accepts no connections now: "
        "{error}.",
        "Wait until that server is ready; its own log says more.",
        transient=True,
    ),
    Rule(
        "config-error",
        _LIBPQ + r"FATAL: +(?P<error>.*)",
        "The database at {host}, port {port}, refuses {name}: {error}.",
        "Correct the user, password or database name in .env, or create them in that server; "
        "then: {restart}",
        of_code=True,
    ),
    *(
        Rule(
            DEPENDENCY_DOWN,
            pattern,
            "{name} needs the server at {host}, port {port}, and nothing answers there.",
            "Start that server, or correct its address in .env.",
            transient=True,
        )
        for pattern in _CANNOT_CONNECT
    ),
    Rule(
        DEPENDENCY_DOWN,
        r"^(?:ConnectionRefusedError|.*Errno::ECONNREFUSED)\b",
        "{name} needs another server, and nothing answers there.",
        "Start that server, or correct its address in .env; where it is a line of the Procfile: "
        "{variable}_AFTER=<its name>",
        transient=True,
    ),
)
