"""A container engine, if there is one: podman or docker, with its way to read a compose file."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import httpx

from tests.containers.images import COMPOSE_FILES, DOCKERFILES, services
from tests.containers.logs import Logs, reading

ENGINES = ("podman", "docker")
BUILD_SECONDS = 1800
DEADLINE = 240.0
"""Seconds until something must be so, on a busy machine too."""


@dataclass(frozen=True)
class Engine:
    """What both engines understand alike."""

    name: str

    def __call__(self, *words: str | Path, check: bool = True) -> str:
        """Run one command; its output without the last line's end."""
        return _run([self.name, *words], check=check)

    def inspect(self, container: str, what: str) -> str:
        return self("inspect", "--format", what, container)

    def healthy(self, container: str) -> bool:
        """By the health check of the container; podman without systemd runs none by itself."""
        if self.name == "podman":
            return _code(["podman", "healthcheck", "run", container]) == 0
        return self.inspect(container, "{{.State.Health.Status}}") == "healthy"

    def has_checked(self, container: str) -> bool:
        """Whether it would have asked the container by now: an interval after its start.

        So long nobody is told that it is healthy; `podman healthcheck run` says so at once.
        """
        if self.name != "podman":
            return True
        told = json.loads(self("inspect", container))[0]
        begun = datetime.fromisoformat(re.sub(r"\.\d+", "", told["State"]["StartedAt"]))
        interval = timedelta(microseconds=told["Config"]["Healthcheck"]["Interval"] / 1000)
        return bool(datetime.now(begun.tzinfo) - begun >= interval)

    def size(self, image: str) -> int:
        """Bytes of all its layers, unpacked."""
        return int(self("image", "inspect", "--format", "{{.Size}}", image))

    def say(self, container: str) -> tuple[str, str]:
        """Its two streams since it was made."""
        done = call([self.name, "logs", container])
        return done.stdout, done.stderr

    def version(self) -> str:
        return self("version", "--format", "{{.Server.Version}}").splitlines()[0]

    @property
    def compose(self) -> list[str]:
        if self.name == "docker":
            return ["docker", "compose"]
        found = shutil.which("podman-compose", path=_search_path())
        return [found] if found else []


@cache
def unusable(name: str) -> str:
    """Why the tests cannot use this engine here; empty if they can."""
    engine = Engine(name)
    if not shutil.which(name):
        return f"{name} is not installed"
    if _code([name, "info"]):
        return f"{name} is installed, and its engine does not answer: {name} info says why"
    if not engine.compose or _code([*engine.compose, "version"]):
        return f"{name} has no compose: docker-compose-plugin, or podman-compose beside podman"
    missing = [image for image in base_images() if _code([name, "image", "inspect", image])]
    if not missing:
        return ""
    return (
        f"base images are missing: {' '.join(missing)}. Have each with {name} pull IMAGE, or give "
        f"what stands in for it that name: {name} tag OTHER IMAGE"
    )


def base_images() -> set[str]:
    """What the images are made of, and what is run as it is."""
    made = "\n".join(path.read_text(encoding="utf-8") for path in DOCKERFILES)
    based = {image for image in re.findall(r"^FROM (\S+)", made, re.MULTILINE) if ":" in image}
    taken = {
        str(service["image"])
        for compose in COMPOSE_FILES
        for service in services(compose).values()
        if "image" in service
    }
    return based | taken


@dataclass
class Stack:
    """The containers of one compose file, with others laid over it, under a name of their own."""

    engine: Engine
    file: Path
    port: int
    environment: dict[str, str]
    over: tuple[Path, ...] = ()
    name: str = field(default_factory=lambda: f"sytest{uuid4().hex[:8]}")
    seconds: dict[str, float] = field(default_factory=dict)
    """How long building and starting took."""
    log: Logs = field(init=False)
    """Of all its containers, while it runs."""

    @property
    def command(self) -> list[str]:
        """What `docker compose` stands for, for these containers."""
        files = [word for each in (self.file, *self.over) for word in ("--file", str(each))]
        return [*self.engine.compose, "--project-name", self.name, *files]

    def compose(
        self, *words: str, check: bool = True, given: Mapping[str, str] = MappingProxyType({})
    ) -> str:
        return _run([*self.command, *words], check=check, **{**self.environment, **given})

    def containers(self, service: str) -> list[str]:
        label = "label=com.docker.compose"
        filters = (
            f"{label}.project={self.name}",
            f"{label}.service={service}",
            f"{label}.container-number",  # images have the other two
        )
        chosen = [word for each in filters for word in ("--filter", each)]
        return sorted(self.engine("ps", "--all", "--quiet", *chosen).split())

    def all(self) -> list[str]:
        return [each for name in services(self.file) for each in self.containers(name)]

    def up(self) -> None:
        self.compose("up", "--detach")
        self.await_health()

    def down(self) -> None:
        """Named volumes stay, and the network where somebody else is on it."""
        nameless = {volume for each in self.all() for volume in self._nameless(each)}
        self.compose("stop")
        self.log.keep()
        self.compose("down", check=False)
        assert not self.all()
        for volume in nameless:
            self.engine("volume", "rm", volume, check=False)

    def _nameless(self, container: str) -> list[str]:
        """Volumes of this container alone: the engine names them by a hash."""
        mounts = self.engine.inspect(container, "{{range .Mounts}}{{.Name}} {{end}}").split()
        return [each for each in mounts if re.fullmatch(r"[0-9a-f]{64}", each)]

    def await_health(self) -> None:
        def healthy(container: str) -> bool:
            return self.engine.has_checked(container) and self.engine.healthy(container)

        wait_for(lambda: all(map(healthy, self.all())), "all are healthy", self.logs)

    def logs(self, lines: str = "15") -> str:
        return "\n".join(
            self.engine("logs", "--tail", lines, each, check=False) for each in self.all()
        )

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=DEADLINE)

    def remove(self) -> None:
        """Containers, volumes, networks and the images that were built."""
        images = {self.engine.inspect(each, "{{.Image}}") for each in self.all()}
        self.compose("down", "--volumes", check=False)
        for each in self.all():
            self.engine("rm", "--force", "--volumes", each, check=False)
        for image in images:
            tags = self.engine(
                "image", "inspect", "--format", "{{json .RepoTags}}", image, check=False
            )
            for tag in json.loads(tags or "[]") or []:
                if self.name in tag:
                    self.engine("rmi", tag, check=False)


@contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    """Build, start, and leave nothing behind; build and start are timed apart."""
    with reading(stack.all, stack.engine.say) as stack.log:
        try:
            began = time.monotonic()
            stack.compose("build")
            built = time.monotonic()
            stack.up()
            stack.seconds = {"build": built - began, "up": time.monotonic() - built}
            yield stack
        finally:
            stack.compose("stop", check=False)
            stack.log.keep()
            stack.remove()


def wait_for(
    look: Callable[[], Any], what: str, more: Callable[[], str] = str, seconds: float = DEADLINE
) -> float:
    """Wait until `look` says yes; the seconds it took."""
    began = time.monotonic()
    while not look():
        if time.monotonic() - began > seconds:
            message = f"not within {seconds:.0f} s: {what}\n{more()}"
            raise AssertionError(message)
        time.sleep(0.1)
    return time.monotonic() - began


def environment(**given: str) -> dict[str, str]:
    """What an engine is started with; podman's own format has no room for a health check."""
    return {**os.environ, "PATH": _search_path(), "BUILDAH_FORMAT": "docker", **given}


def _search_path() -> str:
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"


def _run(command: list[Any], *, check: bool = True, **given: str) -> str:
    done = call(command, given)
    if check and done.returncode:
        typed = " ".join(map(str, command))
        said = f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        message = f"{typed}: {done.returncode}\n{said}"
        raise AssertionError(message)
    # A container's own errors are no errors of the engine.
    return (done.stdout + done.stderr if "logs" in command else done.stdout).strip()


def call(
    command: list[Any], given: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it with these variables, however it ends."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment(**(given or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=BUILD_SECONDS,
        check=False,
    )


def _code(command: list[str]) -> int:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode
