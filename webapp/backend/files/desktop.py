"""The desktop of this machine: whether it can show a folder, and showing one.

Only the desktop's own opener is run, with a path of ours as its one argument and without a shell.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from domain.problems import ConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping

Allowed = Literal["auto", "yes", "no"]
"""Whether folders may be shown: `auto` where this is no container."""
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")
"""Files that docker and podman put into every container."""
RUN = "GUARD_RUN"
OF_THE_GUARD = frozenset({RUN, "GUARD_SERVICE"})
"""By these a guard knows what it has to end: a window of the user's is none of it."""
SPARED = "GUARD_SPARES"
"""With the mark of its run, this tells a guard that ends itself what it is to leave."""
ANSWER_SECONDS = 3.0
"""What has not failed by then is showing the folder; some openers live as long as their window."""


@dataclass(frozen=True, slots=True)
class Desktop:
    """The desktop that a process with this environment can reach, if any."""

    allowed: Allowed = "auto"
    environ: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    platform: str = sys.platform

    @property
    def in_container(self) -> bool:
        """Whether this is a container: its folders have other paths outside, and no desktop.

        One that is allowed to show folders has the paths of the desktop that it shows them on.
        """
        if self.allowed == "yes":
            return False
        return "container" in self.environ or any(Path(mark).exists() for mark in CONTAINER_MARKS)

    @property
    def opener(self) -> str | None:
        """The program that shows a folder, or None where there is no desktop to show it on."""
        if self.allowed == "no" or self.in_container:
            return None
        if self.platform == "darwin":
            return shutil.which("open", path=self.environ.get("PATH"))
        if not (self.environ.get("DISPLAY") or self.environ.get("WAYLAND_DISPLAY")):
            return None
        return shutil.which("xdg-open", path=self.environ.get("PATH"))

    def show(self, path: Path) -> None:
        """Show the folder that `path` is or lies in; on a Mac the file is selected in it.

        Raises:
            ConflictError: where there is no desktop, or its opener fails.

        """
        program = self.opener
        if program is None:
            raise ConflictError(
                "This backend has no desktop to show a folder on.",
                "Copy the path, or save the file to your device.",
                kind="no-desktop",
            )
        folder = path if path.is_dir() else path.parent
        selects = self.platform == "darwin" and path.is_file()
        quiet = subprocess.DEVNULL
        try:
            running = subprocess.Popen(
                [program, "-R", str(path)] if selects else [program, str(folder)],
                stdin=quiet,
                stdout=quiet,
                stderr=quiet,
                cwd="/",
                env=_of_the_user(self.environ),
                start_new_session=True,
            )
            status = running.wait(ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            threading.Thread(target=running.wait, daemon=True).start()  # it leaves no zombie
            return
        except OSError as error:
            raise _failed(
                program, folder, error.strerror, "opener-failed", why=error.strerror
            ) from error
        if status:
            raise _failed(program, folder, f"exit status {status}", "opener-status", status=status)


def _of_the_user(environ: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in environ.items() if name not in OF_THE_GUARD}
    return own | ({SPARED: environ[RUN]} if RUN in environ else {})


def _failed(program: str, folder: Path, said: object, kind: str, **more: object) -> ConflictError:
    name = Path(program).name
    return ConflictError(
        f"{name} could not show {folder}: {said}.",
        "Copy the path and open it yourself.",
        kind=kind,
        program=name,
        folder=folder,
        **more,
    )
