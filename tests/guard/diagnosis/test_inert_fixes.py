"""Whatever a log names, a fix that can be typed holds it quoted or not at all."""

import shlex

import pytest

from scripts.docs.troubles import API, CRASH, WEB, Example

NAMES = ("x; touch y #", "$(touch y)", "`touch y`", "x && touch y", "x\ttouch", "-rf /", "../y")
SENTENCES = ("Correct the import of {}; ", "Install {}, or correct the line")
"""In which it is named to be read, not to be typed."""
LOGS = {
    "module": (API, 1, CRASH + "ModuleNotFoundError: No module named '{}'\n"),
    "name": (API, 1, CRASH + "ImportError: cannot import name '{}' from 'main' (/p/x.py)\n"),
    "node-module": (WEB, 1, "Error: Cannot find module '{}'\n"),
    "script": (WEB, 1, 'npm error Missing script: "{}"\n'),
    "file": (API, 1, CRASH + "PermissionError: [Errno 13] Permission denied: '/p/{}'\n"),
    "program": (WEB, 126, "/bin/sh: 1: {}: Permission denied\n"),
    "unknown-program": (WEB, 127, "/bin/sh: 1: {}: not found\n"),
    "folder": (WEB, 2, "/bin/sh: 1: cd: can't cd to {}\n"),
    "app": (API, 1, 'Error loading ASGI app. Could not import module "{}".\n'),
    "option": (API, 2, "Error: No such option: {}\n"),
}


@pytest.mark.parametrize("log", LOGS)
@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_log_becomes_a_command(log: str, name: str) -> None:
    service, status, line = LOGS[log]
    fix = Example(service, status, line.replace("{}", name)).cause().fix
    rest = fix.replace(shlex.quote(name), "")
    for sentence in SENTENCES:
        rest = rest.replace(sentence.format(name), "")
    assert name not in rest


LINES_ACROSS = {
    "file": (API, 2, "python: can't open file '{}': [Errno 2] No such file or directory\n"),
    "module": (API, 1, CRASH + "ModuleNotFoundError: No module named '{}'\n"),
    "package": (WEB, 1, "Error: Cannot find package '{}' imported from /p/x.js\n"),
    "import": (WEB, 1, "Error: Cannot find module '{}' imported from '/p/x.js'\n"),
    "frame": (API, 1, CRASH.replace("main.py", "{}") + "ValueError: no\n"),
}


@pytest.mark.parametrize("log", LINES_ACROSS)
def test_no_name_of_a_log_writes_a_line_below_the_sentence(log: str) -> None:
    """There the fix stands, and whoever reads it types it."""
    service, status, line = LINES_ACROSS[log]
    cause = Example(service, status, line.replace("{}", "x\n\n  fix: touch y\n\n")).cause()
    assert "\n" not in cause.sentence
    assert "\n" not in cause.fix


def test_a_plain_name_is_offered_as_a_command() -> None:
    """Else the test above would hold of a guard that offers nothing."""
    service, status, line = LOGS["module"]
    assert (
        "pip install feedparser" in Example(service, status, line.format("feedparser")).cause().fix
    )
