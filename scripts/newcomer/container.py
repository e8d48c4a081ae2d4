"""A bare machine: a container, an ordinary user who may use sudo, and terminals on it."""

import os
import pty
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ENGINES = ("podman", "docker")
USER = "newcomer"
HOME = f"/home/{USER}"
CTRL_C = b"\x03"
PASSED_ON = ("npm_config_", "PIP_INDEX_", "UV_INDEX", "http_proxy", "https_proxy")
"""Where this machine gets its packages from, if its shell says so: the machine in it does too."""
PREPARE = f"""
set -e
apt-get update -q && apt-get install -yq --no-install-recommends sudo ca-certificates
useradd --create-home --shell /bin/bash {USER}
echo '{USER} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/{USER}
mkdir {HOME}/Downloads
cp /tmp/sy-media-downloader.tar.gz {HOME}
mv /tmp/sy-media-downloader.tar.gz {HOME}/Downloads
chown -R {USER}: {HOME}
"""
"""What every desktop has: the list of packages once read, sudo, a user, a folder for downloads."""


class NoEngineError(Exception):
    """There is no container engine here."""


@dataclass(frozen=True)
class Machine:
    """A running container."""

    engine: str
    name: str

    def root(self, script: str) -> str:
        """Run a script as the administrator: what it says, or `CalledProcessError` with it."""
        command = [self.engine, "exec", self.name, "bash", "-c", script]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def system(self) -> str:
        """Which system it is, with its version."""
        return self.root(". /etc/os-release; echo $PRETTY_NAME")

    def short_name(self) -> str:
        """The same as the name of a file: `debian-13`."""
        return self.root('. /etc/os-release; echo "$ID-$VERSION_ID"')

    def terminal(self, folder: str, line: str) -> "Terminal":
        """Type a line in a terminal of the user's, in a folder."""
        typed = f"cd {folder} && {line}"
        command = [self.engine, "exec", "--interactive", "--tty", "--user", USER]
        for name, value in {"HOME": HOME, "USER": USER, "TERM": "xterm", **_passed_on()}.items():
            command += ["--env", f"{name}={value}"]
        return Terminal([*command, self.name, "bash", "-c", typed])


def _passed_on() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}


class Terminal:
    """One line that was typed, and what it writes."""

    def __init__(self, command: list[str]) -> None:
        self._master, inner = pty.openpty()
        self._process = subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner)
        os.close(inner)
        self._shown = bytearray()

    @property
    def output(self) -> str:
        """What it has written so far."""
        while select.select([self._master], [], [], 0)[0]:
            try:
                self._shown += os.read(self._master, 65536)
            except OSError:  # on Linux the end of a terminal is an error
                break
        return self._shown.decode(errors="replace")

    def wait(self, seconds: float) -> int | None:
        """Wait for its end. Returns the exit status, or None when time is up."""
        deadline = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < deadline:
            _ = self.output  # or it would stop when the terminal is full
            time.sleep(0.1)
        return self._process.poll()

    def interrupt(self) -> int | None:
        """Press Ctrl-C. Returns the exit status, or None if it does not end."""
        with suppress(OSError):
            os.write(self._master, CTRL_C)
        return self.wait(60)

    def close(self) -> None:
        """Take the terminal away."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)


@contextmanager
def machine(image: str, archive: Path) -> Iterator[Machine]:
    """Run a container of `image` until the block ends, with the archive in the user's downloads.

    Raises `NoEngineError`, or `CalledProcessError` where the image cannot be had.
    """
    engine = next(filter(shutil.which, ENGINES), None)
    if engine is None:
        raise NoEngineError(f"no container engine is installed (looked for {', '.join(ENGINES)})")
    name = f"newcomer-{os.getpid()}"
    run = [engine, "run", "--detach", "--init", "--name", name, image, "sleep", "infinity"]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    try:
        there = f"{name}:/tmp/sy-media-downloader.tar.gz"
        subprocess.run([engine, "cp", str(archive), there], check=True)
        bare = Machine(engine, name)
        bare.root(PREPARE)
        yield bare
    finally:
        remove = [engine, "rm", "--force", "--time", "0", name]
        subprocess.run(remove, check=False, capture_output=True)
