"""Sentences and fixes that take more than a template: functions of a `Crash`, for `rules`."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from ..core import hints
from . import tracebacks
from .context import Crash


def port_taken(crash: Crash) -> str:
    """Name who holds the port, where that can be seen."""
    holder = crash.context.held_by(crash.port) if crash.port else None
    of_port = f"Port {crash.port}" if crash.port else "The port it needs"
    return f"{of_port} is taken by {holder or 'another program'}, so {crash.name} cannot use it."


def free_the_port(crash: Crash) -> str:
    """Tell how to find the holder of the port, or how to take another."""
    return (
        f"End that program (`{hints.command('doctor', crash.name)}` shows it), or give "
        f"{crash.name} another port in .env: {crash.service.variable}_PORT=..."
    )


def higher_port(crash: Crash) -> str:
    """Name the setting of the port."""
    return f"Give it a port above 1023 in .env: {crash.service.variable}_PORT=..."


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


def python_module(crash: Crash) -> str:
    """Tell a package that is not installed from a mistake in an import of its own code."""
    module = crash.group("module")
    if _is_ours(crash):
        return f"{crash.name} asks for a part of its own code that is not there: {module}."
    return f"{crash.name} needs the Python package {module}, which is not installed."


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


def newer_node(crash: Crash) -> str:
    """Return how a newer Node gets here."""
    restart = hints.command("restart", crash.name)
    if set_up := hints.setup():
        return f"{set_up} && {restart}   # brings a Node that does"
    return f"Install that Node, then: {restart}"


def newer_python(crash: Crash) -> str:
    """Return how a newer Python gets here."""
    anew = hints.setup() or hints.command("restart", crash.name)
    return f"Install a newer Python, then: {anew}"


def install_python_module(crash: Crash) -> str:
    """Return the command that installs it, as this project installs its packages."""
    if _is_ours(crash):
        return f"Correct the import of {crash.group('module')}; it is saved, and it starts again."
    module = crash.group("module").partition(".")[0]
    package = _DISTRIBUTIONS.get(module, module.replace("_", "-"))
    if not _is_package(package):
        return f"Its last lines name it: {hints.command('logs', crash.name)}"
    lock = crash.context.locked(package)
    pip = _pip(crash)
    if lock is None:
        return f"{pip} install {package} && {hints.command('restart', crash.name)}"
    if set_up := _set_up(crash):
        return f"{set_up}   # {lock} lists {package}"
    return (
        f"{pip} install -r {lock} && {hints.command('restart', crash.name)}   # it lists {package}"
    )


def _is_package(name: str) -> bool:
    """Whether that can be a package of Python's: a log may hold anything, and this gets typed."""
    return re.fullmatch(r"[A-Za-z0-9](?:[\w.-]{0,80}[A-Za-z0-9])?", name, re.ASCII) is not None


def _lacks_node_packages(crash: Crash) -> bool:
    return not crash.context.exists(crash.folder / "node_modules")


def node_package_missing(crash: Crash) -> str:
    """Tell one package that is missing from all of them."""
    package = crash.group("package")
    if _lacks_node_packages(crash) or package == ".bin":  # where npm links their programs
        return f"The JavaScript packages that {crash.name} needs are not installed."
    return f"{crash.name} needs the JavaScript package {package}, which is not installed."


def install_node_packages(crash: Crash) -> str:
    """Return the command that installs what the package.json of its folder lists."""
    lock = crash.context.exists(crash.folder / "package-lock.json")
    if lock and (set_up := _set_up(crash)):
        return set_up
    install = f"npm {'ci' if lock else 'install'}"
    restart = hints.command("restart", crash.name)
    return f"(cd {_quoted(crash, crash.folder)} && {install}) && {restart}"


def node_file_missing(crash: Crash) -> str:
    """Name the file that imports what is not there."""
    importer = crash.short(crash.group("importer"))
    return f"{importer} imports {crash.group('module')}, which is not there."


def correct_the_import(crash: Crash) -> str:
    """Name the file in which the import is to be corrected."""
    importer = crash.short(crash.group("importer"))
    return f"Correct the import in {importer}; as soon as it is saved, {crash.name} starts again."


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


def command_missing(crash: Crash) -> str:
    """Tell a program that is missing from JavaScript packages that would bring it."""
    if _is_of_node(crash):
        return f"The JavaScript packages that {crash.name} needs are not installed."
    return f"The program {_command(crash)}, which {crash.name} runs, is not there."


def install_command(crash: Crash) -> str:
    """Return how the program gets there, as this project installs its packages."""
    command = _command(crash)
    if _is_of_node(crash):
        return install_node_packages(crash)
    if crash.context.locked(command) and (set_up := _set_up(crash)):
        return set_up
    return f"Install {command}, or correct {crash.line}."


def make_executable(crash: Crash) -> str:
    """Return the command that makes a program of the file."""
    return f"chmod +x {_quoted(crash, crash.group('file'))}"


def correct_the_option(crash: Crash) -> str:
    """Quote what the program itself suggests, if it does."""
    hint = crash.group("hint")
    meant = f" ({hint[0].lower()}{hint[1:]})" if hint else ""
    return f"Correct {crash.line}{meant}; as soon as it is saved, it starts again."


def correct_the_configuration(crash: Crash) -> str:
    """Name the file that holds it."""
    return f"Correct {crash.short(crash.group('file'))}; then {crash.name} starts again."


def not_allowed(crash: Crash) -> str:
    """Say whose the file is only where that was seen."""
    owner = ": it belongs to another user" if _is_foreign(crash) else ""
    return f"{crash.name} may not use {crash.short(crash.group('file'))}{owner}."


def allow(crash: Crash) -> str:
    """Let only what is of the project change hands: elsewhere it may be another's on purpose."""
    there = _quoted(crash, _what_is_there(crash))
    if _is_foreign(crash):
        return f"sudo chown $USER {there} && {hints.command('restart', crash.name)}"
    return f"Give {crash.name} another place, or look who may use this one: ls -ld {there}"


def _is_foreign(crash: Crash) -> bool:
    return crash.context.is_foreign(_what_is_there(crash))


def _what_is_there(crash: Crash) -> Path:
    """Return what the system asked for permission: of a file to be made, its folder."""
    path = crash.path(crash.group("file"))
    return next(filter(crash.context.exists, (path, *path.parents)), path)


def file_missing(crash: Crash) -> str:
    """Name the file as it is seen from the Procfile's folder."""
    file = crash.group("file") or crash.group("script") or crash.group("package")
    return f"The file {crash.short(file)}, which {crash.name} runs, is not there."


_FRAME = re.compile(r'^ +File "(?P<file>[^"]+)", line (?P<row>\d+)', re.MULTILINE)


def uncaught(crash: Crash) -> str:
    """Name the error, and the last place in the service's own code on the way to it."""
    end = crash.found.end()
    frames = [
        (crash.short(frame["file"]), frame["row"])
        for frame in _FRAME.finditer(crash.text, tracebacks.traceback(crash.text, end), end)
    ]
    own = [frame for frame in frames if not frame[0].startswith(("/", "<", ".venv"))]
    where = " in {} line {}".format(*own[-1]) if own else ""
    return f"{crash.name} stopped at an error{where}: {crash.group('error')}"


def _quoted(crash: Crash, file: str | Path) -> str:
    """Name a file for a command that is typed in the Procfile's folder."""
    return shlex.quote(crash.short(file))
