"""Memory that is used up."""

from __future__ import annotations

from ..context import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "out-of-memory",
        r"JavaScript heap out of memory(?:.*\n)*",  # what follows is V8's own stack
        "{name} needed more memory than Node allows it, and was ended.",
        "Allow it more, in .env: NODE_OPTIONS=--max-old-space-size=4096",
        transient=True,
        codes=frozenset({-4, -5, -6}),  # V8 ends itself by SIGILL, SIGTRAP or SIGABRT
    ),
    Rule(
        "out-of-memory",
        r"^MemoryError\b|Cannot allocate memory|\bENOMEM\b",
        "{name} could get no more memory, and was ended.",
        "Close programs that you do not need; `free -h` shows what is left.",
        transient=True,
    ),
)
