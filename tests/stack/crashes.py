"""A project that crashes as docs/troubleshooting.md tells, and somebody who heeds its advice."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scripts.docs import troubles
from tests.docs.commands import commands
from tests.stack.conftest import Guarded
from tests.stack.harness import ROOT, TOY, GuardRun, ask, until

APP = '''\
"""A backend of a few lines; a test adds the twelfth."""

import os


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})

'''
API = "api: cd webapp/backend && API_FD=$API_FD exec uvicorn main:app --fd $API_FD"
WEB = f"web: cd webapp/frontend && WEB_FD=$WEB_FD exec {sys.executable} {TOY} web"
MAKEFILE = f"""\
guard := {sys.executable} -m scripts.guard
setup:
	@ln -sfn {ROOT}/webapp/frontend/node_modules webapp/frontend/node_modules
	@rm -f webapp/frontend/bin/node
restart doctor:
	@$(guard) $@ $(p) -f Procfile
logs:
	@$(guard) $@ $(p)
"""
"""What the advice calls; its `logs` ends by itself."""

WITHOUT_RIGHTS = "setpriv --bounding-set=-all" if os.geteuid() == 0 else ""
"""Before a command: root is refused what everybody is."""
EXPLAINED = ("doctor", "df ", "free ", "ps ", "ls ")
"""Commands that only show something: whoever is in trouble types them before it is mended."""


class Told(NamedTuple):
    """What the page shows of one row."""

    sentence: str
    fix: str
    transient: bool


def told(kind: str, says: str, replaced: Mapping[str, object] | None = None) -> Told:
    """The row of a kind whose sentence begins so, with the example's parts replaced by ours."""
    causes = (example.cause() for example in troubles.EXAMPLES)
    found = [cause for cause in causes if cause.kind == kind and cause.sentence.startswith(says)]
    assert len(found) == 1, found
    sentence, fix = found[0].sentence, found[0].fix
    for example, ours in (replaced or {}).items():
        assert example in sentence, example
        sentence, fix = sentence.replace(example, str(ours)), fix.replace(example, str(ours))
    return Told(sentence, fix, found[0].transient)


class Stage:
    """The folders and files that the messages name, and a guard over them."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self.fixture = request.getfixturevalue
        """A fixture by its name: few rows need more than these two."""
        self.folder: Path = self.fixture("tmp_path")
        self.guarded: Guarded = self.fixture("guarded")
        self.closing = ExitStack()
        self.fix = ""
        for name in ("webapp/backend", "webapp/frontend"):
            (self.folder / name).mkdir(parents=True)
        self.write("webapp/backend/main.py", APP)
        self.write("Makefile", MAKEFILE)

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def prepare(self, *lines: str, **settings: str) -> GuardRun:
        """Have a guard over these lines, not yet started."""
        given = {"API_WATCH": "webapp/backend", "GUARD_RELAUNCH": "process", **settings}
        self.run = self.guarded(*lines, started=False, **given)
        return self.run

    def start(self, *lines: str, **settings: str) -> GuardRun:
        """Start it, and wait until all lines are READY."""
        run = self.prepare(*lines, **settings).start()
        for line in lines:
            run.await_state(line.partition(":")[0], "READY")
        return run

    def crash_of(self, service: str, kind: str = "") -> dict[str, Any]:
        """Why it crashed last, or last in this way, as the guard says once it is written down."""

        def is_meant(crash: dict[str, Any]) -> bool:
            return crash["service"] == service and kind in {"", crash["cause"]["kind"]}

        def look() -> dict[str, Any] | None:
            crashes = []
            with suppress(OSError, HTTPException):  # it has just been started
                crashes = ask(self.run.ports["guard"], "/api/crashes").json()["crashes"]
            return next(filter(is_meant, crashes), None)

        cause: dict[str, Any] = until(look, f"a crash of {service} {kind}")["cause"]
        return cause

    def change_line(self, old: str, new: str) -> None:
        """Save the Procfile with another line in the place of one."""
        procfile = self.run.procfile.read_text()
        assert old in procfile
        self.run.procfile.write_text(procfile.replace(old, new))

    def type_what_shows(self) -> str:
        """Type what the fix names to see more, and return what is shown."""
        return "".join(
            self.type(line) for line in self.advised() if any(word in line for word in EXPLAINED)
        )

    def type_what_mends(self) -> None:
        """Type the other commands of the fix."""
        for line in self.advised():
            if not any(word in line for word in EXPLAINED):
                self.type(line)

    def advised(self) -> Iterator[str]:
        """The commands in the fix, as the page's reader finds them."""
        return commands(f"| kind | it says | {self.fix.replace('|', chr(92) + '|')} |")

    def type(self, line: str) -> str:
        """Type a line in another terminal."""
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self.run.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        # The doctor's status says whether all is well, and here it is not.
        assert done.returncode == 0 or "doctor" in line, f"{line}: {done.stdout}{done.stderr}"
        return done.stdout


def is_said(shown: str, said: str) -> bool:
    """Whether it is said word for word, with anything where `...` stands."""
    return re.fullmatch(re.escape(shown).replace(re.escape("..."), ".+"), said) is not None
