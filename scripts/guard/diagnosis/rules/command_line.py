"""A line of the Procfile that cannot be run as it stands."""

from __future__ import annotations

import re

from ...core.cause import Told, say
from .. import commands
from ..context import Crash, Rule
from . import packages

_SHELL = r"^(?:/\S*/)?(?:ba|da|z|k)?sh: (?:-c: )?(?:line )?(?:\d+: )?(?:exec: )?"
# Make ends with 2, and tells the program's own code beside.
_BY_MAKE = r"(?=(?:\n.*){0,3}\n\w*make(?:\[\d+\])?: \*\*\* .*Error \d+)"
_MAKE = r"^\w*make(?:\[\d+\])?: "
_NOT_FOUND = r"(?P<command>[^\s:]+): (?:(?:command )?not found|No such file or directory)"

_BAD_OPTION = (
    r"^\S+: bad option: (?P<option>\S+)",  # Node
    (
        r"[Ee]rror: No such option:? '?(?P<option>[^'\s]+?)'?\.?"  # click
        r"(?: \(?(?P<hint>(?:Did you mean|Possible options).*?)\)?)?$"
    ),
    r"error: unrecognized arguments: (?P<option>.+)",  # argparse
    r"Unknown option `(?P<option>[^`]+)`",  # Vite
)

CORRECT_THE_LINE = "Correct the line `{name}:` of the Procfile; it restarts when you save."


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
        and packages.lacks_node_packages(crash)
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
        return packages.install_node_packages(crash)
    if crash.context.locked(command) and (set_up := commands.set_up(crash)):
        return commands.alone(set_up)
    return say("Install {command}, or correct the line `{name}:` of the Procfile.", command=command)


def make_executable(crash: Crash) -> Told:
    """Return the command that makes a program of the file."""
    return commands.alone(f"chmod +x {commands.quoted(crash, crash.group('file'))}")


def file_missing(crash: Crash) -> Told:
    """Name the file as it is seen from the Procfile's folder."""
    file = crash.group("file") or crash.group("script") or crash.group("package")
    return say("The file {at}, which {name} runs, is not there.", at=crash.short(file))


def correct_the_option(crash: Crash) -> Told:
    """Quote what the program itself suggests, if it does."""
    hint = crash.group("hint")
    if not hint:
        return say(CORRECT_THE_LINE)
    return say(
        "Correct the line `{name}:` of the Procfile ({meant}); it restarts when you save.",
        meant=f"{hint[0].lower()}{hint[1:]}",
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "command-not-found",
        _SHELL + _NOT_FOUND + r"|^zsh:\d*:? ?command not found: (?P<zsh>\S+)",
        command_missing,
        install_command,
        codes=frozenset({127}),
    ),
    Rule(
        "command-not-found",
        f"(?:{_SHELL}|{_MAKE}){_NOT_FOUND}{_BY_MAKE}",
        command_missing,
        install_command,
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
        make_executable,
        codes=frozenset({126}),
    ),
    Rule(
        "not-executable",
        rf"(?:{_SHELL}|{_MAKE})(?P<file>[^\s:]+): Permission denied{_BY_MAKE}",
        "The file {file}, which {name} runs, is not executable.",
        make_executable,
        codes=frozenset({2}),
    ),
    Rule(
        "not-executable",
        r"\Z",
        "What {name} runs is not a program, or is one for another kind of computer.",
        CORRECT_THE_LINE,
        codes=frozenset({126}),
    ),
    Rule(
        "folder-missing",
        _SHELL + r"cd: (?:can't cd to )?(?P<file>[^:\n]+)",
        "The folder {file}, in which {name} is to run, is not there.",
        CORRECT_THE_LINE,
    ),
    Rule(
        "shell-syntax",
        _SHELL + r"(?i:syntax error)",
        "The shell does not understand the line `{name}:` of the Procfile.",
        CORRECT_THE_LINE,
    ),
    Rule(
        "file-missing",
        r"can't open file '(?P<file>[^']+)': \[Errno 2\]"
        r"|Cannot find module '(?P<script>/[^']+|[^']+(?='\nRequire stack:\n- internal/preload))'"
        r"|npm (?:error|ERR!) enoent Could not read .* open '(?P<package>[^']+)'",
        file_missing,
        CORRECT_THE_LINE,
    ),
    Rule(
        "script-missing",
        r'npm (?:error|ERR!) Missing script: "(?P<script>[^"]+)"',
        "{name} runs the npm script {script}, which package.json does not have.",
        CORRECT_THE_LINE,
        of_code=True,
    ),
    *(
        Rule(
            "bad-option",
            pattern,
            "{name} is started with {option}, which the program does not know.",
            correct_the_option,
        )
        for pattern in _BAD_OPTION
    ),
)
