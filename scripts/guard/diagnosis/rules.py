"""What programs say before they crash, and what that means: the table behind `diagnose`.

The first rule that matches last words is the cause, so what is narrow comes before what is wide.
The patterns are taken from the real programs' messages; the tests run those programs.
"""

from __future__ import annotations

from ..core.cause import DEPENDENCY_DOWN
from . import messages, tracebacks
from .context import Rule

# --- Fixes that several rules share ----------------------------------------------------------

_SAVE = "Correct {at} line {row}; as soon as it is saved, {name} starts again."
_FREE_PORT = (
    "End that program (`{doctor}` shows it), or give {name} another port in .env: "
    "{variable}_PORT=..."
)
_SEE_ABOVE = "The lines before it say more: {logs}"
_FREE_DISK = "Delete what you do not need (`df -h .` shows what is left), then: {restart}"

# --- Pieces of patterns ------------------------------------------------------------------------

_SHELL = r"^(?:/\S*/)?(?:ba|da|z|k)?sh: (?:-c: )?(?:line )?(?:\d+: )?(?:exec: )?"
# Make ends with 2, and tells the program's own code beside.
_BY_MAKE = r"(?=(?:\n.*){0,3}\n\w*make(?:\[\d+\])?: \*\*\* .*Error \d+)"
_MAKE = r"^\w*make(?:\[\d+\])?: "
_NOT_FOUND = r"(?P<command>[^\s:]+): (?:(?:command )?not found|No such file or directory)"

# Vite, Next and others take another port and go on: "Port 3000 is in use, trying another one..."
_NO_OTHER = r"(?!.*, (?i:try|us|choos|chose|tak))"
_PORT_IN_USE = (
    r"attempting to bind on address \('[^']*', (?P<port>\d+).*address already in use",  # uvicorn
    r"EADDRINUSE: address already in use .*?:(?P<port>\d+)$",  # Node
    r":(?P<port>\d+): bind: address already in use",  # Go
    r"Address already in use - bind\(2\) for .*? port (?P<port>\d+)",  # Ruby
    r"[Pp]ort (?P<port>\d+) is (?:already )?in use" + _NO_OTHER,  # Vite, Flask
    r"(?i:address|port) (?:is )?already in use" + _NO_OTHER + "|EADDRINUSE",  # Python's own, Django
)
_PORT_FORBIDDEN = (
    r"attempting to bind on address \('[^']*', (?P<port>\d+).*permission denied",
    r"listen EACCES: permission denied .*?:(?P<port>\d+)",
)
_NODE_TOO_OLD = (
    r"requires Node\.?js (?:version )?"
    r"(?P<version>(?:(?!\. )[\w.+<>=^| ]){0,60}\w\+?)"  # to the end of its sentence
)
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
_NODE_FILE_MISSING = (
    r"Cannot find module '(?P<module>[^']+)' imported from '?(?P<importer>[^'\n]+)",
    r"Cannot find module '(?P<module>[./][^']*)'\nRequire stack:\n- (?P<importer>/.*)",
)
_SYNTAX_ERROR = (
    (  # Python
        r'^ +File "(?P<file>[^"]+)", line (?P<row>\d+)\n(?:.*\n){0,4}?'
        r"(?P<error>(?:Syntax|Indentation|Tab)Error: .*)"
    ),
    # Node
    r"^(?P<file>(?:file://)?/[^\n:]+):(?P<row>\d+)\n(?:.*\n){1,5}?(?P<error>SyntaxError: .*)",
    # Rolldown and oxc (Vite 8)
    r"\[PARSE_ERROR\] (?P<error>.*)\n.*\[ (?P<file>\S+?):(?P<row>\d+):\d+ \]",
    # esbuild (Vite 7 and before)
    r"\[ERROR\] (?P<error>.*)\n\n +(?P<file>[^\s:]+):(?P<row>\d+):\d+:",
    r"^(?P<file>[^\s:]+):(?P<row>\d+):\d+: ERROR: (?P<error>.*)",
)
_BAD_OPTION = (
    r"^\S+: bad option: (?P<option>\S+)",  # Node
    (
        r"[Ee]rror: No such option:? '?(?P<option>[^'\s]+?)'?\.?"  # click
        r"(?: \(?(?P<hint>(?:Did you mean|Possible options).*?)\)?)?$"
    ),
    r"error: unrecognized arguments: (?P<option>.+)",  # argparse
    r"Unknown option `(?P<option>[^`]+)`",  # Vite
)
_LIBPQ = r'connection to server at "(?P<host>[^"]+)".*, port (?P<port>\d+) failed: '
_CANNOT_CONNECT = (
    _LIBPQ + "(?!FATAL)",
    r"connect ECONNREFUSED (?P<host>\S+):(?P<port>\d+)",  # Node
    r"Error \d+ connecting to (?P<host>[^\s:]+):(?P<port>\d+)\. .*refused",  # redis-py
    r"ConnectionRefusedError: .*Connect call failed \('(?P<host>[^']+)', (?P<port>\d+)",  # asyncio
    r"dial tcp (?P<host>\S+):(?P<port>\d+): connect: connection refused",  # Go
    r"onnection refused - connect\(2\) for \"?(?P<host>[^\s\"]+)\"? port (?P<port>\d+)",  # Ruby
)
_UNREADABLE = (
    r"PermissionError: \[Errno 13\] Permission denied: (?P<quote>['\"])(?P<file>.+?)(?P=quote)",
    r"EACCES: permission denied, \w+ '(?P<file>.+?)'(?: ->|$)",
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
        messages.port_taken,
        _FREE_PORT,
        messages.is_free_again,
        codes=frozenset({0, 1}),  # create-react-app takes that for a success
    ),
    *(
        Rule(
            "port-in-use",
            pattern,
            messages.port_taken,
            _FREE_PORT,
            messages.is_free_again,
        )
        for pattern in _PORT_IN_USE
    ),
    *(
        Rule(
            "port-forbidden",
            pattern,
            "{name} may not use port {port}: ports below 1024 are the administrator's.",
            "Give it a port above 1023 in .env: {variable}_PORT=...",
        )
        for pattern in _PORT_FORBIDDEN
    ),
    Rule(
        "out-of-memory",
        r"JavaScript heap out of memory(?:.*\n)*",  # what follows is V8's own stack
        "{name} needed more memory than Node allows it, and was ended.",
        "Allow it more, in .env: NODE_OPTIONS=--max-old-space-size=4096",
        transient=True,
        codes=frozenset({-4, -5, -6}),  # V8 ends itself by SIGILL, SIGTRAP or SIGABRT
    ),
    Rule(
        "out-of-memory",
        r"^MemoryError\b|Cannot allocate memory|\bENOMEM\b",
        "{name} could get no more memory, and was ended.",
        "Close programs that you do not need; `free -h` shows what is left.",
        transient=True,
    ),
    Rule(
        "wrong-version",
        _NODE_TOO_OLD,
        "{name} does not run on the Node that is installed: it needs {version}.",
        messages.newer_node,
        # Vite says so first, and fails later if it does: the cause is what it said.
        survived=r" ready in ",
        ends=r"\b\w*Error\b",
    ),
    Rule(
        "wrong-version",
        r"requires (?:a different )?Python(?: version)?:?(?P<version>.*)"
        r"|Python (?P<least>[\d.]+\+?)(?: or \w+)? is required",
        "{name} does not run on the Python that is installed.",
        messages.newer_python,
    ),
    *(
        Rule("module-missing", pattern, messages.python_module, messages.install_python_module)
        for pattern in _PYTHON_MODULE_MISSING
    ),
    *(
        Rule(
            "module-missing", pattern, messages.node_package_missing, messages.install_node_packages
        )
        for pattern in _NODE_PACKAGE_MISSING
    ),
    *(
        Rule("syntax-error", pattern, "Syntax error in {at} line {row}: {error}.", _SAVE)
        for pattern in _SYNTAX_ERROR
    ),
    Rule(
        "import-error",
        r"^ImportError: cannot import name '(?P<what>[^']+)' from "
        r"(?:partially initialized module )?'(?P<module>[^']+)'",
        "{name} cannot import {what} from {module}.",
        "Correct the import of {what}; as soon as it is saved, {name} starts again.",
    ),
    Rule(
        "app-missing",
        r"Error loading ASGI app\. (?P<error>.*)",
        "The web server started, but did not find the app to serve: {error}",
        "Correct the app's file or the line `{name}:` of the Procfile; as soon as it is saved, it "
        "starts again.",
    ),
    Rule(
        "config-error",
        r"failed to load config from (?P<file>\S+)\nerror when starting dev server:\n(?P<error>.*)",
        "The configuration of {name} cannot be loaded: {error}",
        "Correct {at}; then {name} starts again.",
    ),
    *(
        Rule("import-error", pattern, messages.node_file_missing, messages.correct_the_import)
        for pattern in _NODE_FILE_MISSING
    ),
    Rule(
        "command-not-found",
        _SHELL + _NOT_FOUND + r"|^zsh:\d*:? ?command not found: (?P<zsh>\S+)",
        messages.command_missing,
        messages.install_command,
        codes=frozenset({127}),
    ),
    Rule(
        "command-not-found",
        f"(?:{_SHELL}|{_MAKE}){_NOT_FOUND}{_BY_MAKE}",
        messages.command_missing,
        messages.install_command,
        codes=frozenset({2}),
    ),
    Rule(
        "command-not-found",
        r"\Z",
        "A program that {name} runs is not there.",
        "Look which in its last lines ({logs}), and install it.",
        codes=frozenset({127}),
    ),
    Rule(
        "not-executable",
        _SHELL + r"(?P<file>[^\s:]+): Permission denied",
        "The file {file}, which {name} runs, is not executable.",
        messages.make_executable,
        codes=frozenset({126}),
    ),
    Rule(
        "not-executable",
        rf"(?:{_SHELL}|{_MAKE})(?P<file>[^\s:]+): Permission denied{_BY_MAKE}",
        "The file {file}, which {name} runs, is not executable.",
        messages.make_executable,
        codes=frozenset({2}),
    ),
    Rule(
        "not-executable",
        r"\Z",
        "What {name} runs is not a program, or is one for another kind of computer.",
        messages.CORRECT_THE_LINE,
        codes=frozenset({126}),
    ),
    Rule(
        "folder-missing",
        _SHELL + r"cd: (?:can't cd to )?(?P<file>[^:\n]+)",
        "The folder {file}, in which {name} is to run, is not there.",
        messages.CORRECT_THE_LINE,
    ),
    Rule(
        "shell-syntax",
        _SHELL + r"(?i:syntax error)",
        "The shell does not understand the line `{name}:` of the Procfile.",
        messages.CORRECT_THE_LINE,
    ),
    Rule(
        "file-missing",
        r"can't open file '(?P<file>[^']+)': \[Errno 2\]"
        r"|Cannot find module '(?P<script>/[^']+|[^']+(?='\nRequire stack:\n- internal/preload))'"
        r"|npm (?:error|ERR!) enoent Could not read .* open '(?P<package>[^']+)'",
        messages.file_missing,
        messages.CORRECT_THE_LINE,
    ),
    Rule(
        "script-missing",
        r'npm (?:error|ERR!) Missing script: "(?P<script>[^"]+)"',
        "{name} runs the npm script {script}, which package.json does not have.",
        messages.CORRECT_THE_LINE,
    ),
    *(
        Rule(
            "bad-option",
            pattern,
            "{name} is started with {option}, which the program does not know.",
            messages.correct_the_option,
        )
        for pattern in _BAD_OPTION
    ),
    Rule(
        "watch-limit",
        _WATCH_LIMIT,
        "{name} watches more files for changes than the system allows.",
        messages.raise_limit("max_user_watches=524288", "60-watches"),
    ),
    Rule(
        "watch-limit",
        r"EMFILE: .*watch|(?i:inotify) instance limit",
        "More programs watch for changed files than the system allows.",
        messages.raise_limit("max_user_instances=1024", "60-watchers"),
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
        Rule("no-permission", pattern, messages.not_allowed, messages.allow)
        for pattern in _UNREADABLE
    ),
    Rule(
        DEPENDENCY_DOWN,
        _LIBPQ + r"FATAL: +(?P<error>the database system is .*|sorry, too many .*)",
        "{name} needs the database at {host}, port {port}, which takes no connection now: {error}.",
        "Wait until that server is ready; its own log says more.",
        transient=True,
    ),
    Rule(
        "config-error",
        _LIBPQ + r"FATAL: +(?P<error>.*)",
        "The database at {host}, port {port}, refuses {name}: {error}.",
        "Correct the user, password or database name in .env, or create them in that server; "
        "then: {restart}",
    ),
    *(
        Rule(
            DEPENDENCY_DOWN,
            pattern,
            "{name} needs the server at {host}, port {port}, and nobody answers there.",
            "Start that server, or correct its address in .env.",
            transient=True,
        )
        for pattern in _CANNOT_CONNECT
    ),
    Rule(
        DEPENDENCY_DOWN,
        r"^(?:ConnectionRefusedError|.*Errno::ECONNREFUSED)\b",
        "{name} needs another server, and nobody answers there.",
        "Start that server, or correct its address in .env; where it is a line of the Procfile: "
        "{variable}_AFTER=<its name>",
        transient=True,
    ),
    # Any error that nobody caught.
    Rule(
        "crash",
        tracebacks.PYTHON,
        messages.uncaught,
        _SEE_ABOVE,
        transient=True,
    ),
    Rule(
        "crash",
        tracebacks.NODE,
        messages.STOPPED,
        _SEE_ABOVE,
        transient=True,
    ),
)
