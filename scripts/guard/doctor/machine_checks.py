"""Whether the machine has what a stack of servers needs."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from ..core import hints
from . import Check, Problem
from .facts import Facts

DISK_BYTES = 500 * 1024 * 1024
OPEN_FILES = 1024
WATCHES = 16_384  # inotify watches; the kernel's own default on a small machine is 8192
INSTANCES = 128  # inotify instances, of this user, which every watcher needs one of
PYTHON = (3, 11)

# File systems over which the kernel tells nobody of a save on the other side.
_SILENT_FILE_SYSTEMS = re.compile(
    r"^(?:9p|drvfs|v9fs|fuse\.(?:sshfs|grpcfuse|osxfs)|fakeowner|vboxsf|vmhgfs|prl_fs|nfs4?|cifs|smb3?)"
)
_PACKAGES = ("dotenv", "h11", "honcho", "psutil", "watchfiles")
_PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


def checks(facts: Facts) -> Iterator[Check]:
    """Yield the checks of the machine."""
    yield Check(f"Python is {PYTHON[0]}.{PYTHON[1]} or newer", python)
    yield Check("the guard's packages are installed", packages)
    yield Check("no proxy catches localhost", partial(proxy, facts.environment))
    yield Check(f"the disk has {DISK_BYTES >> 20} MB free", partial(disk, facts.root))
    yield Check(f"{OPEN_FILES} files may be open", open_files)
    yield Check("enough files may be watched", watches)
    yield Check("saved files are noticed on this file system", partial(file_system, facts.root))


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Problem | None:
    """The guard's own Python."""
    if version >= PYTHON:
        return None
    return Problem(
        f"this is Python {'.'.join(map(str, version))}",
        f"install Python {PYTHON[0]}.{PYTHON[1]} or newer, then: {hints.setup() or hints.start()}",
    )


def packages() -> Problem | None:
    """What the guard imports; it says of each when it is first needed, which may be late."""
    missing = []
    for name in _PACKAGES:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    if not missing:
        return None
    return Problem(
        f"these Python packages are missing: {', '.join(missing)}",
        hints.setup() or f"pip install {' '.join(missing)}",
    )


def proxy(environment: Mapping[str, str]) -> Problem | None:
    """A proxy that programs would ask for localhost, where it does not find our servers."""
    found = next((name for name in _PROXIES if environment.get(name)), None)
    if found is None:
        return None
    spared = environment.get("no_proxy", environment.get("NO_PROXY", ""))
    names = {name.strip().lstrip(".").lower() for name in spared.split(",")}
    missing = [name for name in ("localhost", "127.0.0.1", "::1") if name not in names]
    if "*" in names or not missing:
        return None
    value = ",".join(filter(None, [spared, *missing]))
    return Problem(
        f"{found} is set, and NO_PROXY does not spare {' and '.join(missing)}: programs that are "
        "started here ask the proxy for localhost, and the proxy's localhost is another",
        f"export NO_PROXY={value} no_proxy={value}",
    )


def disk(folder: Path, needed: int = DISK_BYTES) -> Problem | None:
    """Room for logs, packages and what the servers write."""
    free = shutil.disk_usage(folder).free
    if free >= needed:
        return None
    return Problem(
        f"the disk of {folder} has only {free >> 20} MB left",
        f"free some space; the largest things here: du -xsh {folder}/* | sort -h | tail",
    )


def open_files(limit: int | None = None) -> Problem | None:
    """The limit of open files, of this shell and so of everything that it starts."""
    import resource

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if limit is None else limit
    if limit in {resource.RLIM_INFINITY, -1} or limit >= OPEN_FILES:
        return None
    return Problem(f"only {limit} files may be open in this shell", f"ulimit -n {4 * OPEN_FILES}")


def watches(folder: Path = Path("/proc/sys/fs/inotify")) -> Problem | None:
    """What the kernel lets one user watch; Linux only, others have no such limit."""
    for name, needed in (("max_user_watches", WATCHES), ("max_user_instances", INSTANCES)):
        try:
            limit = int((folder / name).read_text())
        except OSError:
            return None
        if limit < needed:
            return Problem(
                f"fs.inotify.{name} is {limit}: saved files may go unnoticed",
                f"sudo sysctl fs.inotify.{name}={8 * needed}",
            )
    return None


def file_system(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> Problem | None:
    """A Windows or network folder, or one shared into a container: saves there make no event."""
    if _is_wsl1():
        return Problem(
            "this is WSL 1, whose kernel lacks much of what the guard uses",
            "in PowerShell: wsl --set-version <distribution> 2",
        )
    try:
        text = mounts.read_text(encoding="utf-8")
    except OSError:
        return None
    fields = [line.split(" ") for line in text.splitlines()]
    around = [
        (Path(field[1].replace("\\040", " ")), field[2])
        for field in fields
        if folder.is_relative_to(field[1].replace("\\040", " "))
    ]
    _, kind = max(around, key=lambda mount: len(mount[0].parts), default=(folder, ""))
    if not _SILENT_FILE_SYSTEMS.match(kind):
        return None
    where = "of Windows" if kind in {"9p", "drvfs", "v9fs"} else "of another machine or system"
    return Problem(
        f"{folder} is on a disk {where} ({kind}): it is slow, and a save there is not noticed",
        "clone the project into a folder of this system (for WSL: below ~), or look instead of "
        "listening: export WATCHFILES_FORCE_POLLING=1 CHOKIDAR_USEPOLLING=1",
    )


def is_wsl() -> bool:
    """Whether this is Linux inside Windows."""
    return "microsoft" in os.uname().release.lower()


def is_container() -> bool:
    """Whether this is a container, whose localhost is not that of the machine."""
    return any(Path(tag).exists() for tag in ("/.dockerenv", "/run/.containerenv"))


def _is_wsl1() -> bool:
    release = os.uname().release
    return release.endswith("-Microsoft")  # WSL 2 has it in lower case
