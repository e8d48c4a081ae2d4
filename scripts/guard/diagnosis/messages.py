"""Sentences and fixes that take more than a template: functions of a `Crash`, for `rules`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

from ..core import hints
from ..core.cause import Told, say
from . import tracebacks
from .context import Crash

CORRECT_THE_LINE = (
    "Correct the line `{name}:` of the Procfile; as soon as it is saved, it starts again."
)
STOPPED = "{name} stopped at an error: {error}"


def port_taken(crash: Crash) -> Told:
    """Name who holds the port, where that can be seen."""
    if not crash.port:
        return say("The port it needs is taken by another program, so {name} cannot use it.")
    if holder := crash.context.held_by(crash.port):
        return say("Port {port} is taken by {holder}, so {name} cannot use it.", holder=holder)
    return say("Port {port} is taken by another program, so {name} cannot use it.")


def is_free_again(crash: Crash) -> bool:
    """Whether nobody holds the port now."""
    return crash.port is not None and crash.context.held_by(crash.port) is None


# The name to install, where it is not the name to import.
_DISTRIBUTIONS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "jwt": "PyJWT",
    "multipart": "python-multipart",
    "PIL": "Pillow",
    "psycopg2": "psycopg2-binary",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}


def _is_ours(crash: Crash) -> bool:
    module = crash.group("module").partition(".")[0]
    folder = crash.folder
    return crash.context.exists(folder / module) or crash.context.exists(folder / f"{module}.py")


def python_module(crash: Crash) -> Told:
    """Tell a package that is not installed from a mistake in an import of its own code."""
    if _is_ours(crash):
        return say("{name} asks for a part of its own code that is not there: {module}.")
    return say("{name} needs the Python package {module}, which is not installed.")


def _pip(crash: Crash) -> str:
    """Return how a package gets into the environment that the line runs in."""
    tools = crash.context.root / ".venv/bin"
    if crash.context.exists(tools / "pip"):
        return ".venv/bin/pip"
    if crash.context.exists(tools / "uv"):
        return ".venv/bin/uv pip"
    if crash.context.exists(tools / "python"):  # made without pip, which every Python carries
        return ".venv/bin/python -m ensurepip && .venv/bin/python -m pip"
    return "pip"


def _set_up(crash: Crash) -> str | None:
    """Return the project's own command that installs what its locks list, if it has one.

    It knows where Node and pip are, which need not be on the PATH of the shell it is typed in.
    """
    setup = hints.setup()
    if setup is None or not crash.context.has_target("setup"):
        return None
    return f"{setup} && {hints.command('restart', crash.name)}"


def _type(command: str) -> Told:
    """Return a command alone: it is the same in every language."""
    return say("{typed}", typed=command)


def raise_limit(limit: str, file: str) -> Callable[[Crash], Told]:
    """Return what gives the command that raises a limit of inotify, for good."""
    typed = f"echo fs.inotify.{limit} | sudo tee /etc/sysctl.d/{file}.conf && sudo sysctl --system"
    return lambda _crash: _type(typed)


def newer_node(crash: Crash) -> Told:
    """Return how a newer Node gets here."""
    if set_up := hints.setup():
        typed = f"{set_up} && {hints.command('restart', crash.name)}"
        return say("{typed}   # brings a Node that does", typed=typed)
    return say("Install that Node, then: {restart}")


def newer_python(crash: Crash) -> Told:
    """Return how a newer Python gets here."""
    typed = hints.setup() or hints.command("restart", crash.name)
    return say("Install a newer Python, then: {typed}", typed=typed)


def install_python_module(crash: Crash) -> Told:
    """Return the command that installs it, as this project installs its packages."""
    if _is_ours(crash):
        return say("Correct the import of {module}; as soon as it is saved, {name} starts again.")
    module = crash.group("module").partition(".")[0]
    package = _DISTRIBUTIONS.get(module, module.replace("_", "-"))
    if not _is_package(package):
        return say("Its last lines name it: {logs}")
    lock = crash.context.locked(package)
    pip, restart = _pip(crash), hints.command("restart", crash.name)
    if lock is None:
        return _type(f"{pip} install {package} && {restart}")
    if set_up := _set_up(crash):
        return say("{typed}   # {lock} lists {package}", typed=set_up, lock=lock, package=package)
    typed = f"{pip} install -r {lock} && {restart}"
    return say("{typed}   # it lists {package}", typed=typed, package=package)


def _is_package(name: str) -> bool:
    """Whether that can be a package of Python's: a log may hold anything, and this gets typed."""
    return re.fullmatch(r"[A-Za-z0-9](?:[\w.-]{0,80}[A-Za-z0-9])?", name, re.ASCII) is not None


def _lacks_node_packages(crash: Crash) -> bool:
    return not crash.context.exists(crash.folder / "node_modules")


def node_package_missing(crash: Crash) -> Told:
    """Tell one package that is missing from all of them."""
    package = crash.group("package")
    if _lacks_node_packages(crash) or package == ".bin":  # where npm links their programs
        return say("The JavaScript packages that {name} needs are not installed.")
    return say("{name} needs the JavaScript package {package}, which is not installed.")


def install_node_packages(crash: Crash) -> Told:
    """Return the command that installs what the package.json of its folder lists."""
    lock = crash.context.exists(crash.folder / "package-lock.json")
    if lock and (set_up := _set_up(crash)):
        return _type(set_up)
    install = f"npm {'ci' if lock else 'install'}"
    restart = hints.command("restart", crash.name)
    return _type(f"(cd {_quoted(crash, crash.folder)} && {install}) && {restart}")


def node_file_missing(crash: Crash) -> Told:
    """Name the file that imports what is not there."""
    importer = crash.short(crash.group("importer"))
    return say("{importer} imports {module}, which is not there.", importer=importer)


def correct_the_import(crash: Crash) -> Told:
    """Name the file in which the import is to be corrected."""
    return say(
        "Correct the import in {importer}; as soon as it is saved, {name} starts again.",
        importer=crash.short(crash.group("importer")),
    )


def _command(crash: Crash) -> str:
    return crash.group("command") or crash.group("zsh")


def _is_of_node(crash: Crash) -> bool:
    """Whether the program is one of JavaScript packages that are not installed."""
    command = _command(crash)
    if "node_modules/" in command:
        return True
    of_a_script = rf"^[>$] (?:.*\s)?{re.escape(command)}(?:\s|$)"  # as npm and its like print it
    return (
        re.search(of_a_script, crash.text, re.MULTILINE) is not None
        and crash.context.exists(crash.folder / "package.json")
        and _lacks_node_packages(crash)
    )


def command_missing(crash: Crash) -> Told:
    """Tell a program that is missing from JavaScript packages that would bring it."""
    if _is_of_node(crash):
        return say("The JavaScript packages that {name} needs are not installed.")
    return say("The program {command}, which {name} runs, is not there.", command=_command(crash))


def install_command(crash: Crash) -> Told:
    """Return how the program gets there, as this project installs its packages."""
    command = _command(crash)
    if _is_of_node(crash):
        return install_node_packages(crash)
    if crash.context.locked(command) and (set_up := _set_up(crash)):
        return _type(set_up)
    return say("Install {command}, or correct the line `{name}:` of the Procfile.", command=command)


def make_executable(crash: Crash) -> Told:
    """Return the command that makes a program of the file."""
    return _type(f"chmod +x {_quoted(crash, crash.group('file'))}")


def correct_the_option(crash: Crash) -> Told:
    """Quote what the program itself suggests, if it does."""
    hint = crash.group("hint")
    if not hint:
        return say(CORRECT_THE_LINE)
    return say(
        "Correct the line `{name}:` of the Procfile ({meant}); as soon as it is saved, it starts "
        "again.",
        meant=f"{hint[0].lower()}{hint[1:]}",
    )


def not_allowed(crash: Crash) -> Told:
    """Say whose the file is only where that was seen."""
    if _is_foreign(crash):
        return say("{name} may not use {at}: it belongs to another user.")
    return say("{name} may not use {at}.")


def allow(crash: Crash) -> Told:
    """Let only what is of the project change hands: elsewhere it may be another's on purpose."""
    there = _quoted(crash, _what_is_there(crash))
    if _is_foreign(crash):
        return _type(f"sudo chown $USER {there} && {hints.command('restart', crash.name)}")
    return say(
        "Give {name} another place, or see who may use this one: {typed}",
        typed=f"ls -ld {there}",
    )


def _is_foreign(crash: Crash) -> bool:
    return crash.context.is_foreign(_what_is_there(crash))


def _what_is_there(crash: Crash) -> Path:
    """Return what the system asked for permission: of a file to be made, its folder."""
    path = crash.path(crash.group("file"))
    return next(filter(crash.context.exists, (path, *path.parents)), path)


def file_missing(crash: Crash) -> Told:
    """Name the file as it is seen from the Procfile's folder."""
    file = crash.group("file") or crash.group("script") or crash.group("package")
    return say("The file {at}, which {name} runs, is not there.", at=crash.short(file))


_FRAME = re.compile(r'^ +File "(?P<file>[^"]+)", line (?P<row>\d+)', re.MULTILINE)


def uncaught(crash: Crash) -> Told:
    """Name the error, and the last place in the service's own code on the way to it."""
    end = crash.found.end()
    frames = [
        (crash.short(frame["file"]), frame["row"])
        for frame in _FRAME.finditer(crash.text, tracebacks.traceback(crash.text, end), end)
    ]
    own = [frame for frame in frames if not frame[0].startswith(("/", "<", ".venv"))]
    if not own:
        return say(STOPPED)
    file, row = own[-1]
    return say("{name} stopped at an error in {at} line {row}: {error}", at=file, row=row)


def _quoted(crash: Crash, file: str | Path) -> str:
    """Name a file for a command that is typed in the Procfile's folder."""
    return shlex.quote(crash.short(file))
