"""Sentences and fixes that take more than a template: functions of a `Death`, for `rules`."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from scripts.guard.diagnosis import tracebacks
from scripts.guard.diagnosis.context import Death


def port_taken(death: Death) -> str:
    """Name who holds the port, where that can be seen."""
    holder = death.around.held_by(death.port) if death.port else None
    of_port = f"Port {death.port}" if death.port else "The port it needs"
    return f"{of_port} is taken by {holder or 'another program'}, so {death.name} cannot use it."


def free_the_port(death: Death) -> str:
    """Tell how to find the holder of the port, or how to take another."""
    see = f"lsof -i :{death.port}" if death.port else "make doctor"
    return (
        f"End that program (`{see}` shows it), or give {death.name} another port in .env: "
        f"{death.service.variable}_PORT=..."
    )


def higher_port(death: Death) -> str:
    """Name the setting of the port."""
    return f"Give it a port above 1023 in .env: {death.service.variable}_PORT=..."


def is_free_again(death: Death) -> bool:
    """Whether nobody holds the port now."""
    return death.port is not None and death.around.held_by(death.port) is None


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


def _is_ours(death: Death) -> bool:
    module = death.group("module").partition(".")[0]
    folder = death.folder
    return death.around.exists(folder / module) or death.around.exists(folder / f"{module}.py")


def python_module(death: Death) -> str:
    """Tell a package that is not installed from a mistake in an import of its own code."""
    module = death.group("module")
    if _is_ours(death):
        return f"{death.name} asks for a part of its own code that is not there: {module}."
    return f"{death.name} needs the Python package {module}, which is not installed."


def _pip(death: Death) -> str:
    """Return how a package gets into the environment that the line runs in."""
    tools = death.around.root / ".venv/bin"
    if death.around.exists(tools / "pip"):
        return ".venv/bin/pip"
    return ".venv/bin/uv pip" if death.around.exists(tools / "uv") else "pip"


def install_python_module(death: Death) -> str:
    """Return the command that installs it, as this project installs its packages."""
    if _is_ours(death):
        return f"Correct the import of {death.group('module')}; it is saved, and it starts again."
    module = death.group("module").partition(".")[0]
    package = _DISTRIBUTIONS.get(module, module.replace("_", "-"))
    lock = death.around.locked(package)
    pip = _pip(death)
    if lock is None:
        return f"{pip} install {package} && make restart p={death.name}"
    if death.around.exists(death.around.root / "Makefile"):
        return f"make setup && make restart p={death.name}   # {lock} lists {package}"
    return f"{pip} install -r {lock} && make restart p={death.name}   # it lists {package}"


def _lacks_node_packages(death: Death) -> bool:
    return not death.around.exists(death.folder / "node_modules")


def node_package_missing(death: Death) -> str:
    """Tell one package that is missing from all of them."""
    package = death.group("package")
    if _lacks_node_packages(death):
        return f"The JavaScript packages that {death.name} needs are not installed."
    return f"{death.name} needs the JavaScript package {package}, which is not installed."


def install_node_packages(death: Death) -> str:
    """Return the command that installs what the package.json of its folder lists."""
    lock = death.around.exists(death.folder / "package-lock.json")
    install = f"npm {'ci' if lock else 'install'}"
    return f"(cd {_quoted(death, death.folder)} && {install}) && make restart p={death.name}"


def node_file_missing(death: Death) -> str:
    """Name the file that imports what is not there."""
    importer = death.short(death.group("importer"))
    return f"{importer} imports {death.group('module')}, which is not there."


def correct_the_import(death: Death) -> str:
    """Name the file in which the import is to be corrected."""
    importer = death.short(death.group("importer"))
    return f"Correct the import in {importer}; as soon as it is saved, {death.name} starts again."


def _command(death: Death) -> str:
    return death.group("command") or death.group("zsh")


def _is_of_node(death: Death) -> bool:
    """Whether the program is one of JavaScript packages that are not installed."""
    command = _command(death)
    if "node_modules/" in command:
        return True
    of_a_script = rf"^[>$] (?:.*\s)?{re.escape(command)}(?:\s|$)"  # as npm and its like print it
    return (
        re.search(of_a_script, death.text, re.MULTILINE) is not None
        and death.around.exists(death.folder / "package.json")
        and _lacks_node_packages(death)
    )


def command_missing(death: Death) -> str:
    """Tell a program that is missing from JavaScript packages that would bring it."""
    if _is_of_node(death):
        return f"The JavaScript packages that {death.name} needs are not installed."
    return f"The program {_command(death)}, which {death.name} runs, is not there."


def install_command(death: Death) -> str:
    """Return how the program gets there, as this project installs its packages."""
    command = _command(death)
    if _is_of_node(death):
        return install_node_packages(death)
    if death.around.locked(command) and death.around.exists(death.around.root / "Makefile"):
        return f"make setup && make restart p={death.name}"
    return f"Install {command}, or correct {death.line}."


def mark_as_program(death: Death) -> str:
    """Return the command that makes a program of the file."""
    return f"chmod +x {_quoted(death, death.group('file'))}"


def correct_the_option(death: Death) -> str:
    """Quote what the program itself suggests, if it does."""
    hint = death.group("hint")
    meant = f" ({hint[0].lower()}{hint[1:]})" if hint else ""
    return f"Correct {death.line}{meant}; as soon as it is saved, it starts again."


def correct_the_configuration(death: Death) -> str:
    """Name the file that holds it."""
    return f"Correct {death.short(death.group('file'))}; then {death.name} starts again."


def not_allowed(death: Death) -> str:
    """Say whose the file is only where that was seen."""
    owner = ": it belongs to another user" if _is_foreign(death) else ""
    return f"{death.name} may not use {death.short(death.group('file'))}{owner}."


def allow(death: Death) -> str:
    """Let only what is of the project change hands: elsewhere it may be another's on purpose."""
    there = _quoted(death, _what_is_there(death))
    if _is_foreign(death):
        return f"sudo chown $USER {there} && make restart p={death.name}"
    return f"Give {death.name} another place, or look who may use this one: ls -ld {there}"


def _is_foreign(death: Death) -> bool:
    return death.around.is_foreign(_what_is_there(death))


def _what_is_there(death: Death) -> Path:
    """Return what the system asked for permission: of a file to be made, its folder."""
    path = death.path(death.group("file"))
    return next(filter(death.around.exists, (path, *path.parents)), path)


def file_missing(death: Death) -> str:
    """Name the file as it is seen from the Procfile's folder."""
    file = death.group("file") or death.group("script") or death.group("package")
    return f"The file {death.short(file)}, which {death.name} runs, is not there."


_FRAME = re.compile(r'^ +File "(?P<file>[^"]+)", line (?P<row>\d+)', re.MULTILINE)


def uncaught(death: Death) -> str:
    """Name the error, and the last place in the service's own code on the way to it."""
    end = death.found.end()
    frames = [
        (death.short(frame["file"]), frame["row"])
        for frame in _FRAME.finditer(death.text, tracebacks.traceback(death.text, end), end)
    ]
    own = [frame for frame in frames if not frame[0].startswith(("/", "<", ".venv"))]
    where = " in {} line {}".format(*own[-1]) if own else ""
    return f"{death.name} stopped at an error{where}: {death.group('error')}"


def _quoted(death: Death, file: str | Path) -> str:
    """Name a file for a command that is typed in the Procfile's folder."""
    return shlex.quote(death.short(file))
