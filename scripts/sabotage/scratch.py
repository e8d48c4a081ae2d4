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

FRONTEND = "webapp/frontend"
INSTALLED = (".venv", f"{FRONTEND}/node_modules", f"{FRONTEND}/dist")
"""What the set-up brought and a build made: shared with the copy, not copied."""
# The shell is the first process of the namespace, and collects whoever loses its parent.
FIRST = ("sh", "-c", '"$@" & wait $!', "sh")
PYTHON = ".venv/bin/python"
PYTEST = ("-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider")
VITEST = ("node_modules/.bin/vitest", "run")
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
    """Run tests in the copy; return the exit code of the first program whose are not all green.

    It is `TIMED_OUT` after so long; with it comes what was printed. Raises `NoNamespaceError`.
    """
    pages = [test for test in tests if ".test.ts" in test]
    others = [test for test in tests if test not in pages]
    code, output = 0, ""
    if pages:
        code, output = _run([*VITEST, *_of_pages(pages)], copy / FRONTEND, seconds)
    if others and not code:
        code, output = _run([str(copy / PYTHON), *PYTEST, *others], copy, seconds)
    return code, output


def _of_pages(tests: Sequence[str]) -> list[str]:
    """Return vitest's words for `webapp/frontend/dev/guard.test.ts::a name`; one name at most."""
    files = {test.partition("::")[0].removeprefix(f"{FRONTEND}/") for test in tests}
    names = {test.partition("::")[2] for test in tests}
    return [*sorted(files), *(["-t", *names] if len(names) == 1 and names != {""} else [])]


def _run(command: Sequence[str], folder: Path, seconds: float) -> tuple[int, str]:
    try:
        ended = subprocess.run(
            [*namespace(), *FIRST, *command],
            cwd=folder,
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
