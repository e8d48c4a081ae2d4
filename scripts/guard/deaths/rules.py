"""What programs say before they die, and what that means: the table behind `diagnose`.

The first rule that matches is the cause, so what is narrow comes before what is wide. The patterns
are taken from the real programs' messages; the tests run those programs.
"""

from __future__ import annotations

import re

from scripts.guard.deaths.death import Death, Rule

# --- Wording that takes more than a template -------------------------------------------------


def _port_taken(death: Death) -> str:
    holder = death.around.held_by(death.port) if death.port else None
    of_port = f"Port {death.port}" if death.port else "The port it needs"
    return f"{of_port} is taken by {holder or 'another program'}, so {death.name} cannot use it."


def _free_the_port(death: Death) -> str:
    see = f"lsof -i :{death.port}" if death.port else "make doctor"
    return (
        f"End that program (`{see}` shows it), or give {death.name} another port in .env: "
        f"{death.service.variable}_PORT=..."
    )


def _higher_port(death: Death) -> str:
    return f"Give it a port above 1023 in .env: {death.service.variable}_PORT=..."


def _is_free_again(death: Death) -> bool:
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


def _python_module(death: Death) -> str:
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


def _install_python_module(death: Death) -> str:
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


def _node_package_missing(death: Death) -> str:
    package = death.group("package")
    if not death.around.exists(death.folder / "node_modules"):
        return f"The JavaScript packages that {death.name} needs are not installed."
    return f"{death.name} needs the JavaScript package {package}, which is not installed."


def _install_node_packages(death: Death) -> str:
    folder = death.short(death.folder)
    lock = death.around.exists(death.folder / "package-lock.json")
    return f"(cd {folder} && npm {'ci' if lock else 'install'}) && make restart p={death.name}"


def _command_missing(death: Death) -> str:
    command = death.group("command") or death.group("zsh")
    if "node_modules/" in command:
        return f"The JavaScript packages that {death.name} needs are not installed."
    return f"The program {command}, which {death.name} runs, is not there."


def _install_command(death: Death) -> str:
    command = death.group("command") or death.group("zsh")
    if "node_modules/" in command:
        return _install_node_packages(death)
    if death.around.locked(command) and death.around.exists(death.around.root / "Makefile"):
        return f"make setup && make restart p={death.name}"
    return f"Install {command}, or correct {death.line}."


def _file_missing(death: Death) -> str:
    file = death.group("file") or death.group("script") or death.group("package")
    return f"The file {death.short(file)}, which {death.name} runs, is not there."


_FRAME = re.compile(r'^  File "(?P<file>[^"]+)", line (?P<row>\d+)', re.MULTILINE)


def _uncaught(death: Death) -> str:
    """Name the error, and the last place in the service's own code on the way to it."""
    traceback = death.text[death.text.rfind("Traceback (most recent") : death.found.end()]
    frames = [(death.short(frame["file"]), frame["row"]) for frame in _FRAME.finditer(traceback)]
    own = [frame for frame in frames if not frame[0].startswith(("/", "<", ".venv"))]
    where = " in {} line {}".format(*own[-1]) if own else ""
    return f"{death.name} stopped at an error{where}: {death.group('error')}"


# --- Fixes that several rules share ----------------------------------------------------------

_SAVE = "Correct {place}; as soon as it is saved, {name} starts again."
_LINE = "Correct {line}; as soon as it is saved, it starts again."
_LOOK = "The lines before it say more: make logs p={name}"
_FREE_DISK = (
    "Delete what you do not need (`df -h .` shows what is left), then: make restart p={name}"
)

# --- Pieces of patterns ------------------------------------------------------------------------

_SHELL = r"^(?:/\S*/)?(?:ba|da|z|k)?sh: (?:-c: )?(?:line )?(?:\d+: )?(?:exec: )?"
# Errors that end a program are the last that it says; wrappers such as npm add a little.
_END = r"(?:.*\n){0,15}\Z"
_NODE_END = r"(?:.*\n){0,40}\Z"  # what follows is the stack

_PORT_IN_USE = (
    r"attempting to bind on address \('[^']*', (?P<port>\d+).*address already in use",  # uvicorn
    r"EADDRINUSE: address already in use .*?:(?P<port>\d+)$",  # Node
    r":(?P<port>\d+): bind: address already in use",  # Go
    r"Address already in use - bind\(2\) for .*? port (?P<port>\d+)",  # Ruby
    r"[Pp]ort (?P<port>\d+) is (?:already )?in use",  # Vite, Flask
    r"(?i:address|port) (?:is )?already in use|EADDRINUSE",  # Python's own, Django
)
_PORT_FORBIDDEN = (
    r"attempting to bind on address \('[^']*', (?P<port>\d+).*permission denied",
    r"listen EACCES: permission denied .*?:(?P<port>\d+)",
)
_PYTHON_MODULE_MISSING = (
    r"^ModuleNotFoundError: No module named '(?P<module>[^']+)'.*\n" + _END,
    r"^\S*python[\d.]*: No module named (?P<module>\S+)\n" + _END,
)
_NODE_PACKAGE_MISSING = (
    r"Cannot find package '(?P<package>[^']+)' imported from",
    r"Cannot find module '(?P<package>[^'/.][^']*)'",
    r"Cannot find module '\S*/node_modules/(?P<package>[^/']+)",
    r"Cannot find (?P<package>native binding)",
)
_SYNTAX_ERROR = (
    # Python
    r'^ +File "(?P<file>[^"]+)", line (?P<row>\d+)\n(?:.*\n){0,4}?'
    r"(?P<error>(?:Syntax|Indentation|Tab)Error: .*)\n" + _END,
    # Node
    r"^(?P<file>(?:file://)?/[^\n:]+):(?P<row>\d+)\n(?:.*\n){1,5}?(?P<error>SyntaxError: .*)\n"
    + _NODE_END,
    # Rolldown and oxc (Vite 8)
    r"\[PARSE_ERROR\] (?P<error>.*)\n.*\[ (?P<file>\S+?):(?P<row>\d+):\d+ \]",
    # esbuild (Vite 7 and before)
    r"\[ERROR\] (?P<error>.*)\n\n +(?P<file>[^\s:]+):(?P<row>\d+):\d+:",
    r"^(?P<file>[^\s:]+):(?P<row>\d+):\d+: ERROR: (?P<error>.*)",
)
_BAD_OPTION = (
    r"^\S+: bad option: (?P<option>\S+)",  # Node
    r"[Ee]rror: No such option:? '?(?P<option>[^'\s]+?)'?\.?$",  # click
    r"error: unrecognized arguments: (?P<option>.+)",  # argparse
    r"Unknown option `(?P<option>[^`]+)`",  # Vite
)
_CANNOT_CONNECT = (
    r'connection to server at "(?P<host>[^"]+)".*, port (?P<port>\d+) failed',  # libpq
    r"connect ECONNREFUSED (?P<host>\S+):(?P<port>\d+)",  # Node
)
_UNREADABLE = (
    r"PermissionError: \[Errno 13\] Permission denied: '(?P<file>[^']+)'",
    r"EACCES: permission denied, \w+ '(?P<file>[^']+)'",
)
_WATCH_LIMIT = (
    r"System limit for number of file watchers reached"
    r"|OS file watch limit reached|(?i:inotify) watch limit|ENOSPC: .*watch"
)

# --- The table ---------------------------------------------------------------------------------

RULES: tuple[Rule, ...] = (
    Rule(
        "port-in-use",
        r"already running on port (?P<port>\d+)",
        _port_taken,
        _free_the_port,
        _is_free_again,
        codes=frozenset({0, 1}),  # create-react-app takes that for a success
    ),
    *(
        Rule("port-in-use", pattern, _port_taken, _free_the_port, _is_free_again)
        for pattern in _PORT_IN_USE
    ),
    *(
        Rule(
            "port-forbidden",
            pattern,
            "{name} may not use port {port}: ports below 1024 are the administrator's.",
            _higher_port,
        )
        for pattern in _PORT_FORBIDDEN
    ),
    Rule(
        "out-of-memory",
        r"JavaScript heap out of memory",
        "{name} needed more memory than Node allows it, and was ended.",
        "Allow it more, in .env: NODE_OPTIONS=--max-old-space-size=4096",
        transient=True,
        codes=frozenset({-4, -5, -6}),  # V8 ends itself by SIGILL, SIGTRAP or SIGABRT
    ),
    Rule(
        "out-of-memory",
        r"^MemoryError\b.*\n" + _END + r"|Cannot allocate memory|\bENOMEM\b",
        "{name} could get no more memory, and was ended.",
        "Close programs that you do not need; `free -h` shows what is left.",
        transient=True,
    ),
    Rule(
        "wrong-version",
        r"requires Node\.?js (?:version )?(?P<version>[\w.+<>=^| ]*\w\+?)",
        "{name} does not run on the Node that is installed: it needs {version}.",
        "make setup && make restart p={name}   # brings a Node that does",
    ),
    Rule(
        "wrong-version",
        r"requires (?:a different )?Python(?: version)?:?(?P<version>.*)"
        r"|Python (?P<least>[\d.]+\+?)(?: or \w+)? is required",
        "{name} does not run on the Python that is installed.",
        "Install a newer Python, then: make clean setup",
    ),
    *(
        Rule("module-missing", pattern, _python_module, _install_python_module)
        for pattern in _PYTHON_MODULE_MISSING
    ),
    *(
        Rule(
            "module-missing",
            pattern + r".*\n" + _NODE_END,
            _node_package_missing,
            _install_node_packages,
        )
        for pattern in _NODE_PACKAGE_MISSING
    ),
    *(
        Rule("syntax-error", pattern, "{place} cannot be understood: {error}.", _SAVE)
        for pattern in _SYNTAX_ERROR
    ),
    Rule(
        "import-error",
        r"^ImportError: cannot import name '(?P<what>[^']+)' from "
        r"(?:partially initialized module )?'(?P<module>[^']+)'.*\n" + _END,
        "{name} asks the module {module} for {what}, which is not in it.",
        "Correct the import of {what}; as soon as it is saved, {name} starts again.",
    ),
    Rule(
        "app-missing",
        r"Error loading ASGI app\. (?P<error>.*)",
        "The web server started, but did not find the app to serve: {error}",
        "Correct the app's file or {line}; as soon as it is saved, it starts again.",
    ),
    Rule(
        "config-error",
        r"failed to load config from (?P<file>\S+)\nerror when starting dev server:\n(?P<error>.*)",
        "The configuration of {name} cannot be loaded: {error}",
        lambda death: (
            f"Correct {death.short(death.group('file'))}; then {death.name} starts again."
        ),
    ),
    Rule(
        "command-not-found",
        _SHELL + r"(?P<command>[^\s:]+): (?:(?:command )?not found|No such file or directory)"
        r"|^zsh:\d*:? ?command not found: (?P<zsh>\S+)",
        _command_missing,
        _install_command,
        codes=frozenset({127}),
    ),
    Rule(
        "command-not-found",
        r"\Z",
        "A program that {name} runs is not there.",
        "Look which in its last lines (make logs p={name}), and install it.",
        codes=frozenset({127}),
    ),
    Rule(
        "not-executable",
        _SHELL + r"(?P<file>[^\s:]+): Permission denied",
        "The file {file}, which {name} runs, is not marked as a program.",
        lambda death: f"chmod +x {death.short(death.group('file'))}",
        codes=frozenset({126}),
    ),
    Rule(
        "not-executable",
        r"\Z",
        "What {name} runs is not a program, or is one for another kind of computer.",
        _LINE,
        codes=frozenset({126}),
    ),
    Rule(
        "folder-missing",
        _SHELL + r"cd: (?:can't cd to )?(?P<file>[^\s:]+)",
        "The folder {file}, in which {name} is to run, is not there.",
        _LINE,
    ),
    Rule(
        "shell-syntax",
        _SHELL + r"(?i:syntax error)",
        "The shell does not understand {line}.",
        _LINE,
    ),
    Rule(
        "file-missing",
        r"can't open file '(?P<file>[^']+)': \[Errno 2\]"
        r"|Cannot find module '(?P<script>/[^']+)'"
        r"|npm (?:error|ERR!) enoent Could not read .* open '(?P<package>[^']+)'",
        _file_missing,
        _LINE,
    ),
    Rule(
        "script-missing",
        r'npm (?:error|ERR!) Missing script: "(?P<script>[^"]+)"',
        "{name} runs the npm script {script}, which package.json does not have.",
        _LINE,
    ),
    *(
        Rule(
            "bad-option",
            pattern,
            "{name} is started with {option}, which the program does not know.",
            _LINE,
        )
        for pattern in _BAD_OPTION
    ),
    Rule(
        "watch-limit",
        _WATCH_LIMIT,
        "{name} watches more files for changes than the system allows.",
        "echo fs.inotify.max_user_watches=524288 | sudo tee /etc/sysctl.d/60-watches.conf"
        " && sudo sysctl --system",
    ),
    Rule(
        "watch-limit",
        r"EMFILE: .*watch|(?i:inotify) instance limit",
        "More programs watch for changed files than the system allows.",
        "echo fs.inotify.max_user_instances=1024 | sudo tee /etc/sysctl.d/60-watchers.conf"
        " && sudo sysctl --system",
    ),
    Rule(
        "disk-full",
        r"No space left on device|\bENOSPC\b|database or disk is full|[Dd]isk quota exceeded",
        "{name} could not write: the disk is full.",
        _FREE_DISK,
    ),
    Rule(
        "too-many-files",
        r"[Tt]oo many open files|\bE[MN]FILE\b",
        "{name} had more files or connections open than the system allows.",
        "Raise the limit before the start, in the same shell: ulimit -n 8192",
        transient=True,
    ),
    *(
        Rule(
            "no-permission",
            pattern,
            "{name} may not use {file}: it belongs to another user.",
            "sudo chown -R $USER {file} && make restart p={name}",
        )
        for pattern in _UNREADABLE
    ),
    *(
        Rule(
            "dependency-down",
            pattern,
            "{name} needs the server at {host}, port {port}, and nobody answers there.",
            "Start that server, or correct its address in .env.",
            transient=True,
        )
        for pattern in _CANNOT_CONNECT
    ),
    # Any error that nobody caught.
    Rule(
        "crash",
        r"^ {2,}\S.*\n(?P<error>[A-Za-z_][\w.]*(?::.*)?)\n" + _END,
        _uncaught,
        _LOOK,
        transient=True,
    ),
    Rule(
        "crash",
        r"^(?:Uncaught )?(?P<error>[A-Z]\w*(?: \[\w+\])?: .*)\n(?: +at .*\n)+" + _NODE_END,
        "{name} stopped at an error: {error}",
        _LOOK,
        transient=True,
    ),
)
