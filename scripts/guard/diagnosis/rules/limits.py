"""What the system allows no more of: watched files, space, open files."""

from __future__ import annotations

from collections.abc import Callable

from ...core.cause import Told
from .. import commands
from ..context import Crash, Rule

_WATCH_LIMIT = (
    r"System limit for number of file watchers reached"
    r"|OS file watch limit reached|(?i:inotify) watch limit|ENOSPC: .*watch"
)

_FREE_DISK = "Delete what you do not need (`df -h .` shows what is left), then: {restart}"


def raise_limit(limit: str, file: str) -> Callable[[Crash], Told]:
    """Return what gives the command that raises a limit of inotify, for good."""
    typed = f"echo fs.inotify.{limit} | sudo tee /etc/sysctl.d/{file}.conf && sudo sysctl --system"
    return lambda _crash: commands.alone(typed)


RULES: tuple[Rule, ...] = (
    Rule(
        "watch-limit",
        _WATCH_LIMIT,
        "{name} watches more files for changes than the system allows.",
        raise_limit("max_user_watches=524288", "60-watches"),
    ),
    Rule(
        "watch-limit",
        r"EMFILE: .*watch|(?i:inotify) instance limit",
        "More programs watch for changed files than the system allows.",
        raise_limit("max_user_instances=1024", "60-watchers"),
    ),
    Rule(
        "disk-full",
        r"No space left on device|\bENOSPC\b|database or disk is full|[Dd]isk quota exceeded",
        "{name} could not write: the disk is full.",
        _FREE_DISK,
    ),
    Rule(
        "too-many-files",
        r"[Tt]oo many open files|\bE[MN]FILE\b",
        "{name} had more files or connections open than the system allows.",
        "Raise the limit before the start, in the same shell: ulimit -n 8192",
        transient=True,
    ),
)
