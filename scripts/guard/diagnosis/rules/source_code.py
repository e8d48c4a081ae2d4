"""Mistakes in the service's own code and its configuration."""

from __future__ import annotations

from ...core.cause import Told, say
from ..context import Crash, Rule

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

_NODE_FILE_MISSING = (
    r"Cannot find module '(?P<module>[^']+)' imported from '?(?P<importer>[^'\n]+)",
    r"Cannot find module '(?P<module>[./][^']*)'\nRequire stack:\n- (?P<importer>/.*)",
)

_SAVE = "Correct {at} line {row}; {name} restarts when you save."


def node_file_missing(crash: Crash) -> Told:
    """Name the file that imports what is not there."""
    importer = crash.short(crash.group("importer"))
    return say("{importer} imports {module}, which is not there.", importer=importer)


def correct_the_import(crash: Crash) -> Told:
    """Name the file in which the import is to be corrected."""
    return say(
        "Correct the import in {importer}; {name} restarts when you save.",
        importer=crash.short(crash.group("importer")),
    )


RULES: tuple[Rule, ...] = (
    *(
        Rule(
            "syntax-error",
            pattern,
            "Syntax error in {at} line {row}: {error}.",
            _SAVE,
            of_code=True,
        )
        for pattern in _SYNTAX_ERROR
    ),
    Rule(
        "import-error",
        r"^ImportError: cannot import name '(?P<what>[^']+)' from "
        r"(?:partially initialized module )?'(?P<module>[^']+)'",
        "{name} cannot import {what} from {module}.",
        "Correct the import of {what}; {name} restarts when you save.",
        of_code=True,
    ),
    Rule(
        "app-missing",
        r"Error loading ASGI app\. (?P<error>.*)",
        "The web server started, but did not find the app to serve: {error}",
        "Correct the app's file or the line `{name}:` of the Procfile; it restarts when you save.",
    ),
    Rule(
        "config-error",
        r"failed to load config from (?P<file>\S+)\nerror when starting dev server:\n(?P<error>.*)",
        "The configuration of {name} cannot be loaded: {error}",
        "Correct {at}; then {name} restarts.",
        of_code=True,
    ),
    *(
        Rule("import-error", pattern, node_file_missing, correct_the_import, of_code=True)
        for pattern in _NODE_FILE_MISSING
    ),
)
