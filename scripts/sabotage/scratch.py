"""A copy of the project that may be broken, and tests that are run in it.

They run in a PID namespace of their own. Code that is broken on purpose must not meet processes
that are not its own: without its checks, what removes orphans would end everything that it may.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

INSTALLED = (".venv", "webapp/frontend/node_modules", "webapp/frontend/dist")
"""What the set-up brought and a build made: shared with the copy, not copied."""
# The shell is the first process of the namespace, and collects whoever loses its parent.
FIRST = ("sh", "-c", '"$@" & wait $!', "sh")
TIMED_OUT = -1


class NoNamespaceError(Exception):
    """Processes cannot be separated from those of the machine here."""


@contextlib.contextmanager
def scratch(root: Path) -> Iterator[Path]:
    """Copy the project as it stands, what is not committed too; the copy goes with the block."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    with tempfile.TemporaryDirectory(prefix="sabotage-", ignore_cleanup_errors=True) as name:
        copy = Path(name) / "project"
        for file in filter(None, os.fsdecode(listed.stdout).split("\0")):
            if (root / file).is_file():
                (copy / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / file, copy / file, follow_symlinks=False)
        for place in INSTALLED:
            if (root / place).exists():
                (copy / place).symlink_to((root / place).resolve())
        yield copy


def run(copy: Path, tests: Sequence[str], seconds: float) -> tuple[int, str]:
    """Run tests in the copy; return pytest's exit code, `TIMED_OUT` after so long, and its output.

    Raises `NoNamespaceError`.
    """
    pytest = [".venv/bin/python", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *tests]
    try:
        ended = subprocess.run(
            [*namespace(), *FIRST, *pytest],
            cwd=copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return TIMED_OUT, f"not red within {seconds:.0f} s"
    return ended.returncode, ended.stdout


def namespace() -> list[str]:
    """Return the command that runs another among processes of its own.

    Raises `NoNamespaceError` with the fix.
    """
    separate = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    for command in (separate, [*separate, "--user", "--map-root-user"]):
        with contextlib.suppress(OSError):
            if not subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
                return command
    raise NoNamespaceError(
        "broken code must not meet the processes of this machine, and unshare(1) cannot separate "
        f"them here ({sys.platform}); fix: run it on Linux, as root or where users may have "
        "namespaces (sysctl kernel.unprivileged_userns_clone=1)"
    )
