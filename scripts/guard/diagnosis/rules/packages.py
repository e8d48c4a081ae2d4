"""Packages of Python and of JavaScript that are not installed."""

from __future__ import annotations

import re

from ...core import hints
from ...core.cause import Told, say
from .. import commands
from ..context import Crash, Rule

_PYTHON_MODULE_MISSING = (
    r"^ModuleNotFoundError: No module named '(?P<module>[^']+)'",
    r"^\S*python[\d.]*: No module named (?P<module>\S+)$",
)
_NODE_PACKAGE_MISSING = (
    r"Cannot find package '(?P<package>[^']+)' imported from",
    r"Cannot find module '(?P<package>[^'/.][^']*)'",
    r"Cannot find module '\S*/node_modules/(?P<package>[^/']+)",
    (  # what a package itself lacks: it was installed by halves
        r"Cannot find module '[^']+'(?: imported from |\nRequire stack:\n- )\S*/node_modules/"
        r"(?P<package>(?:@[^/\n]+/)?[^/\n]+)"
    ),
    r"Cannot find (?P<package>native binding)",
)

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


def install_python_module(crash: Crash) -> Told:
    """Return the command that installs it, as this project installs its packages."""
    if _is_ours(crash):
        return say("Correct the import of {module}; {name} restarts when you save.")
    module = crash.group("module").partition(".")[0]
    package = _DISTRIBUTIONS.get(module, module.replace("_", "-"))
    if not _is_package(package):
        return say("Its last lines name it: {logs}")
    lock = crash.context.locked(package)
    pip, restart = _pip(crash), hints.command("restart", crash.name)
    if lock is None:
        return commands.alone(f"{pip} install {package} && {restart}")
    if set_up := commands.set_up(crash):
        return say("{typed}   # {lock} lists {package}", typed=set_up, lock=lock, package=package)
    typed = f"{pip} install -r {lock} && {restart}"
    return say("{typed}   # it lists {package}", typed=typed, package=package)


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


def _is_package(name: str) -> bool:
    """Whether that can be a package of Python's: a log may hold anything, and this gets typed."""
    return re.fullmatch(r"[A-Za-z0-9](?:[\w.-]{0,80}[A-Za-z0-9])?", name, re.ASCII) is not None


def lacks_node_packages(crash: Crash) -> bool:
    """Whether there are none at all where the command runs."""
    return not crash.context.exists(crash.folder / "node_modules")


def node_package_missing(crash: Crash) -> Told:
    """Tell one package that is missing from all of them."""
    package = crash.group("package")
    if lacks_node_packages(crash) or package == ".bin":  # where npm links their programs
        return say("The JavaScript packages that {name} needs are not installed.")
    return say("{name} needs the JavaScript package {package}, which is not installed.")


def install_node_packages(crash: Crash) -> Told:
    """Return the command that installs what the package.json of its folder lists."""
    lock = crash.context.exists(crash.folder / "package-lock.json")
    if lock and (set_up := commands.set_up(crash)):
        return commands.alone(set_up)
    install = f"npm {'ci' if lock else 'install'}"
    restart = hints.command("restart", crash.name)
    return commands.alone(f"(cd {commands.quoted(crash, crash.folder)} && {install}) && {restart}")


RULES: tuple[Rule, ...] = (
    *(
        Rule("module-missing", pattern, python_module, install_python_module, of_code=True)
        for pattern in _PYTHON_MODULE_MISSING
    ),
    *(
        Rule("module-missing", pattern, node_package_missing, install_node_packages, of_code=True)
        for pattern in _NODE_PACKAGE_MISSING
    ),
)
