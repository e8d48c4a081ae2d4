"""Every command that the documentation or a message tells to type, typed.

In a shell that has only the system's own programs on its PATH, in a copy of the project that
`make setup` has set up and `make dev` runs. What cannot be typed in a test says why.
"""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.conftest import FreePort
from tests.docs.commands import all_commands
from tests.stack.harness import ROOT, ask, until

BROUGHT = {"uv", "uvx", "node", "nodejs", "npm", "npx", "corepack", "ffmpeg"}
"""What the set-up brings: not on the PATH of these shells."""
PATIENCE = 120.0  # seconds
FOLLOWED = 5.0  # seconds until whoever follows something is interrupted

PACK = "tar -czf sy-media-downloader.tar.gz cookies.txt"
INSTALL = "python3 -m venv ~/.procguard && ~/.procguard/bin/pip install ./scripts/guard"
WHILE_IT_RUNS = {
    "make": "",
    "make setup": "",
    "make status": "",
    "make why": "",
    "make why p=api": "",
    "cd ~/sy-media-downloader && make why": "",
    "make doctor": "",
    "make doctor p=web": "",
    "make open": "",
    "make shortcut": "",
    "make docs": "",
    "make archive": "git init -q && git add . && git -c user.name=A -c user.email=a@b commit -qm A",
    "curl http://localhost:8000/health": "",
    "curl http://localhost:8000/api/queue": "",
    "curl -i http://localhost:8000/health": "",
    "curl -i http://localhost:3000/": "",
    "lsof -i :3000": "",
    "lsof data/app.db": "",
    "df -h .": "",
    "free -h": "",
    "ps -u $USER": "",
    "ulimit -n 8192": "",
    "ulimit -u 4096": "",
    "mkdir -p data/cookies": "",
    "mkdir -p webapp/frontend/node_modules": "",
    "cp ~/Downloads/cookies.txt data/cookies/example.org.txt": "touch ~/Downloads/cookies.txt",
    "chmod 600 data/cookies/example.org.txt": "touch data/cookies/example.org.txt",
    "chmod u+w data data/app.db*": "",
    "chmod +x webapp/frontend/bin/serve": "mkdir webapp/frontend/bin; >webapp/frontend/bin/serve",
    "ls -ld webapp/backend/data/app.db": "mkdir webapp/backend/data; >webapp/backend/data/app.db",
    "cd ~": "",
    "cd ~/sy-media-downloader": "",
    "cd sy-media-downloader": "cd ~",
    "tar -xzf ~/Downloads/sy-media-downloader.tar.gz": f"cd ~/Downloads && {PACK} && cd ~",
    "tar -xzf sy-media-downloader.tar.gz": f"cd ~/Downloads && {PACK}",
    "export DATABASE_URL=postgresql://user:password@db.example/app MEDIA_DIR=/mnt/media": "",
    "[ -e .env ] || install -m 600 .env.example .env": "",
    'echo "POSTGRES_PASSWORD=$(openssl rand -hex 16)" >> .env': "",
    "make restart p=api": "",
    "make restart p=web": "",
    "make setup && make restart p=web": "rm -rf webapp/frontend/node_modules/vite",
    ".venv/bin/uv pip install feedparser && make restart p=api": "",
    "make start p=api": "",
    "make start p=web": "",
    "curl http://localhost:8000/api/profiles": "",
    "curl -o library.json http://localhost:8000/api/export": "",
    "curl -o links.txt http://localhost:8000/api/export/links": "",
    "curl -o archive.txt http://localhost:8000/api/archive": "",
    "ulimit -Hn": "",
    "make restart": "",
    "make smoke": "",
    "make build": "",
    INSTALL: "",
}
"""Command -> what makes the state for which it is meant; in this order."""

ANOTHER_PROJECT = f"""\
[ -x ~/.procguard/bin/procguard ] || {{ {INSTALL}; }} >&2 || exit
unset WEB_PORT API_PORT GUARD_PORT
mkdir -p ~/my-project
echo 'web: python3 -m http.server $PORT' > ~/my-project/Procfile
"""
FOLLOWING = {
    "make logs p=api": "",
    "make logs p=web": "",
    "cd ~/my-project && ~/.procguard/bin/procguard": ANOTHER_PROJECT,
}
"""They go on until they are interrupted, and write meanwhile; what makes the state for them."""

ELSEWHERE = {
    r"sudo .*|echo .* \| sudo .*": "changes the machine",
    r"brew .*|wsl .*|tar .*/mnt/c/.*": "of another system",
    r"docker .*": "needs an engine; tests/containers",
    r"kill .*": "of an example's process",
    r"export DATABASE_URL=.*|export MEDIA_URL=.*": "names another machine; "
    "tests/backend/engine/test_bucket.py sets them",
    r"fg": "of the shell in which something was suspended",
    r"mkdir data/damaged && mv .*": "tests/backend/store/test_database_errors.py, as typed",
    r"make (dev|dev open=1|dev s=\w+|app|stop)": "tests/stack/test_project.py, and this module's "
    "own stack",
    r"WEB_PORT=\d+ make dev( open=1)?": "this module's own stack is started with ports like that",
    r"make start p=NAME": "names no service",
    r"make run .*": "another command in place of the one above",
    r"procguard .*": "in projects of others: tests/stack/test_some_lines.py",
    r"\.venv/bin/honcho start .*": "tests/stack/test_without_the_guard.py, as typed",
    r"\. \.venv/bin/activate && cd webapp/(backend|frontend) && .*": "as the line before",
    r"cd web && \.\.\.|npm run dev": "named, not advised",
    r"npm ci .*": "what the set-up ran, as its error quotes it",
    r"\. \.venv/bin/activate && npm --prefix webapp/frontend install": "changes the clone",
    r"uvicorn( --fd| --reload)?|python -m scripts\.guard -f PATH": "named, not advised",
    r"make attach( p=\w+)?": "needs a terminal of its own: tests/stack/test_attach.py",
    r"make (test.*|check|format|bench.*|faults.*|screenshots.*|site|docs-run.*)": "takes minutes; "
    "each is a thin call, and is typed without being run",
    r"make (mutants|flakes|sabotage|histories|scaling|outages|fuzz|containers|procfiles)( .*)?": (
        "as the line before"
    ),
    r"make coverage( .*)?": "as the line before",
    r"make (backup|restore).*": "of containers: tests/containers",
    r"make (lock|update-ytdlp|clean|types)": "changes the clone; typed without being run",
    r"\.venv/bin/python -m pytest .*|\. \.venv/bin/activate && npm .* test": "a developer's",
    r"make release .*": "tests/release",
    r"make sbom.*": "tests/sbom",
    r"make get.*|\.venv/bin/python -m scripts\.get .*": "from the public internet; "
    "tests/backend/web/test_tokens.py",
    r"git pull": "where this was cloned from",
    r"curl .*/api/downloads .*": "downloads from the public internet",
}
"""What is not typed here, by pattern, with the reason or the test that does it instead."""


@dataclass
class Shell:
    """A terminal in the copy."""

    folder: Path
    environment: dict[str, str]

    def type(self, line: str) -> subprocess.CompletedProcess[str]:
        """Type one line, whose ports are the example's."""
        ports = {"3000": "WEB_PORT", "8000": "API_PORT", "9400": "GUARD_PORT"}
        for number, name in ports.items():
            line = re.sub(rf":{number}\b", f":{self.environment[name]}", line)
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE * 2,
        )


def system_path(folder: Path) -> str:
    """Every program of the machine but those that the set-up brings."""
    folder.mkdir()
    for source in ("/usr/local/bin", "/usr/bin", "/bin", Path(sys.executable).resolve().parent):
        for program in Path(source).iterdir():
            link = folder / program.name
            if program.name not in BROUGHT and not link.is_symlink():
                link.symlink_to(program)
    return str(folder)


def copy_project(into: Path) -> None:
    """Copy what git knows or would add, as it is now."""
    listed = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, into / name)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory, free_port: FreePort) -> Shell:
    """A shell in a fresh copy after `make setup`; its home is a folder of its own."""
    home = tmp_path_factory.mktemp("home")
    (home / "Downloads").mkdir()
    folder = home / "sy-media-downloader"
    copy_project(folder)
    opener = home / "browser"
    opener.write_text("#!/bin/sh\n")
    opener.chmod(0o755)
    environment = {
        "PATH": system_path(home / "bin"),
        "HOME": str(home),
        "USER": "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody"),
        "BROWSER": str(opener),
        "LANG": "C.UTF-8",
        **{f"{name}_PORT": str(free_port()) for name in ("WEB", "API", "GUARD")},
        # Not of the system, and not of the project: where this machine gets its packages from.
        **{name: text for name, text in os.environ.items() if name.startswith(CONFIGURED)},
    }
    shell = Shell(folder, environment)
    done = shell.type(f"make setup python={Path(sys.executable).resolve()}")
    assert done.returncode == 0, done.stderr
    assert shutil.which("npm", path=environment["PATH"]) is None
    return shell


CONFIGURED = (
    "PIP_",
    "UV_",
    "NPM_CONFIG_",
    "npm_config_",
    "SSL_CERT_",
    "HTTP",
    "http",
    "NODE_EXTRA",
)


def can_work(shell: Shell) -> bool:
    """Whether both are READY, the backend has loaded what works there, and the guard knows it."""
    api, guard = (int(shell.environment[f"{name}_PORT"]) for name in ("API", "GUARD"))
    with suppress(OSError, http.client.HTTPException):
        services = ask(guard, "/api/status").json()["services"]
        ready = all(each["state"] == "READY" and each["unready"] is None for each in services)
        return ready and ask(api, "/ready").status == HTTPStatus.OK
    return False


@pytest.fixture(scope="module")
def running(shell: Shell) -> Iterator[Shell]:
    """The same while `make dev` runs in another terminal."""
    with (shell.folder.parent / "log").open("w") as log:
        process = subprocess.Popen(
            ["bash", "-c", "make dev"],
            cwd=shell.folder,
            env=shell.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until(lambda: can_work(shell), "both services can work", PATIENCE)
        yield shell
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(PATIENCE)


def test_every_command_of_the_documentation_is_typed_or_says_why_not() -> None:
    typed = {*WHILE_IT_RUNS, *FOLLOWING}
    left = {
        command: where
        for command, where in all_commands().items()
        if command not in typed and not any(re.fullmatch(p, command) for p in ELSEWHERE)
    }
    assert left == {}


def test_what_is_typed_here_still_stands_somewhere() -> None:
    assert {*WHILE_IT_RUNS, *FOLLOWING} <= set(all_commands())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("command", WHILE_IT_RUNS)
def test_it_can_be_typed(running: Shell, command: str) -> None:
    program = command.partition(" ")[0]
    if program in {"curl", "lsof"} and not shutil.which(program):
        pytest.skip(f"no {program} here")
    until(lambda: can_work(running), "both services can work", PATIENCE)
    given = WHILE_IT_RUNS[command]
    line = f"{given}\n{command}" if given else command
    done = running.type(line)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "not found" not in done.stderr


@pytest.mark.timeout(600)
@pytest.mark.parametrize("command", FOLLOWING)
def test_it_follows_until_it_is_interrupted(running: Shell, command: str) -> None:
    interrupted = f"timeout --signal=INT --preserve-status {FOLLOWED} bash -c '{command}'"
    done = running.type(f"{FOLLOWING[command]}{interrupted}")
    assert done.stdout
    assert "not found" not in done.stderr


@pytest.mark.timeout(600)
@pytest.mark.parametrize("command", [each for each in all_commands() if each.startswith("make ")])
def test_every_target_can_be_typed_without_being_run(shell: Shell, command: str) -> None:
    done = shell.type(f"make --dry-run {command.removeprefix('make ').partition(' && ')[0]}")
    assert done.returncode == 0, done.stderr
