"""What `make doctor` looks at for this app, beside what the guard's doctor knows of any stack."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from scripts.guard.doctor import Check, Problem
from scripts.guard.doctor.facts import Facts
from scripts.setup.node import ACCEPTED, accepts

VERSION_SECONDS = 8.0  # that a program may take to tell its version, on a busy machine too
YT_DLP_DAYS = 180  # sites change, and a version that old fails on many
SHOWN = 4  # packages named in one message

# A line of a lock: `name==version ; marker \`; the hashes stand on lines of their own.
_PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)\s*(?:;(?P<marker>[^\\]*))?", re.MULTILINE
)

_SET = re.compile(r"^([A-Z_]+)=(\S+)", re.MULTILINE)
_LINE = r"(?m)^\s*#?\s*(?:export\s+)?{}\s*="


def checks(facts: Facts) -> Iterator[Check]:
    """Yield the checks of the app's tools and packages."""
    path = os.pathsep.join((str(facts.root / ".venv/bin"), facts.environment.get("PATH", "")))
    frontend = facts.root / "webapp/frontend"
    yield Check("the Python packages are those of requirements.txt", partial(packages, facts.root))
    yield Check("the npm packages are those of package-lock.json", partial(modules, frontend))
    yield Check(f"Node is one that Vite accepts ({ACCEPTED})", partial(node, path))
    yield Check("npm is there", partial(npm, path))
    yield Check("ffmpeg is there", partial(ffmpeg, path))
    yield Check("a JavaScript runtime is there, which YouTube needs", partial(javascript, path))
    yield Check(f"yt-dlp is younger than {YT_DLP_DAYS} days", yt_dlp)
    title = ".env knows what .env.example sets"
    yield Check(title, partial(known, facts.root, facts.env_files, facts.environment))
    title = "settings and data can be read by you only"
    yield Check(title, partial(private, facts.root, facts.env_files, facts.environment))


def packages(root: Path) -> Problem | None:
    """What is installed, against the lock."""
    wrong = []
    for match in _PIN.finditer((root / "requirements.txt").read_text(encoding="utf-8")):
        name, version, marker = match.group("name", "version", "marker")
        if marker and not _applies(marker):
            continue
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = "missing"
        if installed != version:
            wrong.append(f"{name} ({installed}, the lock says {version})")
    return _out_of_step(wrong, "make setup")


def _applies(marker: str) -> bool:
    """Whether a lock's condition holds here; one that cannot be told is none of ours."""
    try:
        from packaging.markers import InvalidMarker, Marker
    except ImportError:  # it comes with the development packages
        return False
    try:
        return Marker(marker.strip()).evaluate()
    except InvalidMarker:
        return False


def modules(frontend: Path) -> Problem | None:
    """What npm recorded of what it installed, against the lock."""
    record = frontend / "node_modules/.package-lock.json"
    if not record.exists():
        return Problem(f"{record.parent} is missing or incomplete", "make setup")
    installed = _versions(record)
    wrong = [
        f"{name} ({installed.get(path, 'missing')}, the lock says {version})"
        for path, version in _versions(frontend / "package-lock.json", optional=False).items()
        if installed.get(path) != version and (name := path.rpartition("node_modules/")[2])
    ]
    anew = ". .venv/bin/activate && npm --prefix webapp/frontend install"
    return _out_of_step(wrong, f"make setup   # after a change of package.json: {anew}")


def _versions(lock: Path, *, optional: bool = True) -> dict[str, str]:
    """Return path -> version; without `optional`, only what every machine must have."""
    entries: dict[str, dict[str, Any]] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {
        path: str(entry.get("version", ""))
        for path, entry in entries.items()
        if path and (optional or not (entry.get("optional") or entry.get("peer")))
    }


def _out_of_step(wrong: list[str], fix: str) -> Problem | None:
    if not wrong:
        return None
    more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return Problem(f"not as locked: {', '.join(wrong[:SHOWN])}{more}", fix)


def node(path: str) -> Problem | None:
    """The Node that the Procfile's lines find."""
    found = _version("node", path)
    if found is None:
        return Problem("there is no Node", "make setup   # installs one")
    return None if accepts(found) else Problem(f"Node is {found}", "make setup   # installs one")


def npm(path: str) -> Problem | None:
    """It installs the front end's packages."""
    found = shutil.which("npm", path=path)
    if found and (Path(found).resolve().parent.parent / "package.json").exists():
        return None  # to ask it takes Node half a second
    if found and _version("npm", path) is not None:
        return None
    return Problem("there is no npm that runs", "make setup   # installs one")


def ffmpeg(path: str) -> Problem | None:
    """The system's, else the one that a package brings."""
    if _version("ffmpeg", path, "-version") is not None:
        return None
    import imageio_ffmpeg

    try:
        imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        return Problem(
            "there is no ffmpeg: no conversion, and no video whose picture and sound come apart",
            "make setup   # or: sudo apt install ffmpeg, brew install ffmpeg",
        )
    return None


def javascript(path: str) -> Problem | None:
    """deno, which comes as a package; Node is not one that yt-dlp takes."""
    if _version("deno", path) is not None:
        return None
    return Problem("there is no deno: videos of YouTube cannot be had", "make setup")


def yt_dlp(today: date | None = None) -> Problem | None:
    """Its version is the day of its release."""
    version = importlib.metadata.version("yt-dlp")
    released = date(*map(int, version.split(".")[:3]))
    age = ((today or datetime.now(UTC).date()) - released).days
    if age <= YT_DLP_DAYS:
        return None
    return Problem(
        f"yt-dlp {version} is {age} days old: sites change, and old versions fail on them",
        "make lock up=1 && make setup",
    )


def known(root: Path, env_files: Sequence[Path], environment: Mapping[str, str]) -> Problem | None:
    """Lines that .env.example has had since; they are copied once, when `.env` is made.

    What stands behind a `#`, or is empty, was decided otherwise.
    """
    example = (root / ".env.example").read_text(encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in env_files if path.is_file()]
    new = {
        name: value
        for name, value in _SET.findall(example)
        if name not in environment and not any(re.search(_LINE.format(name), t) for t in texts)
    }
    if not texts or not new:
        return None
    lines = [f"{name}={value}" for name, value in new.items()]
    return Problem(
        f".env was made by an earlier version and lacks {', '.join(lines)}",
        rf"printf '\n%s\n' {shlex.join(lines)} >> .env",
    )


def private(
    root: Path, env_files: Sequence[Path], environment: Mapping[str, str]
) -> Problem | None:
    """What other users could read: secrets, links, cookies, and what was downloaded.

    New ones are made private; what an earlier version made, or a copy, may not be.
    """
    data = root / (environment.get("DATA_DIR") or "data")
    wanted = {data: 0o750 if environment.get("DATA_DIR_MODE") == "750" else 0o700}
    wanted |= dict.fromkeys([*env_files, *sorted(data.glob("*.db"))], 0o600)
    found = {path: path.stat() for path in wanted if path.exists()}
    open_ones = {
        path: stat.S_IMODE(status.st_mode)
        for path, status in found.items()
        if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) & ~wanted[path] & 0o077
    }
    if not open_ones:
        return None
    told = ", ".join(f"{_shown(path, root)} (mode {mode:o})" for path, mode in open_ones.items())
    fixes = [f"chmod {wanted[path]:o} {shlex.quote(_shown(path, root))}" for path in open_ones]
    return Problem(f"other users of this computer may read {told}", " && ".join(fixes))


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _version(
    program: str, path: str, option: str = "--version", environment: Mapping[str, str] = os.environ
) -> str | None:
    """Return the first line that a program says of its version; None if it does not run.

    Raises `subprocess.TimeoutExpired` where it takes too long.
    """
    found = shutil.which(program, path=path)
    if found is None:
        return None
    try:
        done = subprocess.run(
            [found, option],
            capture_output=True,
            check=True,
            text=True,
            timeout=VERSION_SECONDS,
            stdin=subprocess.DEVNULL,
            env={**environment, "PATH": path},
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.partition("\n")[0].strip()
