"""What programs say before they crash, and what that means: the table behind `diagnose`.

Each file holds the causes of one field: what programs say, what that means, and the fix. The first
rule that matches the last words is the cause, so what is narrow comes before what is wide. The
patterns are taken from the real programs' messages; the tests run those programs.
"""

from __future__ import annotations

from ..context import Rule
from . import (
    command_line,
    limits,
    memory,
    packages,
    permissions,
    ports,
    servers,
    source_code,
    uncaught,
    versions,
)

RULES: tuple[Rule, ...] = (
    *ports.RULES,
    *memory.RULES,
    *versions.RULES,
    *packages.RULES,
    *source_code.RULES,
    *command_line.RULES,
    *limits.RULES,
    *permissions.RULES,
    *servers.RULES,
    *uncaught.RULES,
)
OF_CODE = frozenset(rule.kind for rule in RULES if rule.of_code)
"""The kinds of cause for which the code must be changed before it can run."""
