"""Whether output is coloured or drawn over: what NO_COLOR, FORCE_COLOR, CLICOLOR and TERM say.

See https://no-color.org, https://force-color.org and https://bixense.com/clicolors.
"""

from __future__ import annotations

from collections.abc import Mapping

_NO = frozenset({"0", "false"})


def is_wanted(environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether the log has colours; `terminal` is whether it goes to one."""
    if environment.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if forced := environment.get(name):
            if forced.lower() not in _NO:
                return True
            if name == "FORCE_COLOR":
                return False
    return terminal and not is_dumb(environment) and environment.get("CLICOLOR") != "0"


def is_dumb(environment: Mapping[str, str]) -> bool:
    """Whether the terminal understands no code at all, as an editor's shell window."""
    return environment.get("TERM") == "dumb"
