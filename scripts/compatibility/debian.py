"""A Debian of any suite, to run something in as an ordinary user; made by root, by debootstrap.

What was unpacked is kept in the user's cache; a run sees it below a layer of its own, which is
removed with the folder of the run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# The first four are what README.md asks for; the others are what tests drive.
PACKAGES = ("git", "make", "python3", "ca-certificates", "procps", "postgresql", "nginx-light")
PROGRAMS = ("debootstrap", "unshare", "chroot", "setpriv")
# How this machine reaches networks and package indexes.
SHARED = ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt", "etc/pip.conf", "etc/npmrc")

# $1: unpacked Debian, $2: folder of the run, with the clone in it; then the command.
_ENTER = """
set -eu
base=$1 layer=$2
shift 2
mkdir -p "$layer/upper" "$layer/work" "$layer/root"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
cd "$layer/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mkdir -p home/user/clone
mount --bind "$layer/clone" home/user/clone
chroot . useradd --home-dir /home/user --shell /bin/bash user
chroot . chown -R user: /home/user
exec chroot . setpriv --reuid user --regid user --init-groups \\
    env -i HOME=/home/user USER=user LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin \\
    sh -c 'cd ~/clone && exec "$@"' sh "$@"
"""


class DebianError(Exception):
    """No Debian can be made here; the message says why and what helps."""


def why_not(suite: str) -> str | None:
    """Why that Debian cannot be had here, and what helps; None if it can."""
    if _kept(suite).exists():
        return None
    if os.geteuid() != 0:
        return f"only root can make a Debian {suite}; type the same command with sudo"
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        return f"{', '.join(missing)} is not here: apt install debootstrap util-linux"
    return None


@contextmanager
def entered(suite: str, clone: Path) -> Iterator[Sequence[str]]:
    """Give the words that run what follows them in that Debian, in `clone`, as an ordinary user.

    All that it starts ends with it, and its mounts are seen by nobody else. Raises `DebianError`.
    """
    base = _unpacked(suite)
    alone = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
    yield [*alone, "sh", "-c", _ENTER, "sh", str(base), str(clone.parent)]


def _kept(suite: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "sy-media-downloader" / f"debian-{suite}"


def _unpacked(suite: str) -> Path:
    """The folder of a Debian, made if it is not there."""
    base = _kept(suite)
    if base.exists():
        return base
    if why := why_not(suite):
        raise DebianError(why)
    sys.stderr.write(f"unpacking a Debian {suite} into {base} (some minutes, once)\n")
    fresh = base.with_suffix(f".{os.getpid()}")
    try:
        _unpack(suite, fresh)
        fresh.rename(base)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return base


def _unpack(suite: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = ["debootstrap", "--variant=minbase", suite, str(folder), *_mirror()]
    _run(f"debootstrap of {suite}", command)
    for name in SHARED:
        if Path("/", name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path("/", name), folder / name)
    # Nothing that is installed may start: its servers would run on this machine.
    policy = folder / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    policy.chmod(0o755)
    quiet = ["chroot", str(folder), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    _run("apt-get update", [*quiet, "update"])
    _run("apt-get install", [*quiet, "install", "-y", "--no-install-recommends", *PACKAGES])
    certificates = Path("/etc/ssl/certs/ca-certificates.crt")
    if certificates.exists():  # the package has written its own
        shutil.copyfile(certificates, folder / certificates.relative_to("/"))


def _mirror() -> list[str]:
    """The archive that apt uses on this machine, if that is a Debian; else debootstrap's own."""
    if not shutil.which("apt-get"):
        return []
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return [uri for uri in told if uri.rstrip("/").endswith("/debian")][:1]


def _run(what: str, command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DebianError(f"{what} failed: {(done.stdout + done.stderr)[-2000:]}")
