"""An error that was survived is not what a program died of; the last of several is."""

import sys
from pathlib import Path

import pytest

from scripts.guard.config.service import Service
from scripts.guard.core.cause import Cause
from scripts.guard.diagnosis.context import Context
from scripts.guard.diagnosis.diagnose import explain
from tests.guard.diagnosis.dying import run

SERVED = "for n in range(30): print('INFO ok', n)"
SURVIVED = [
    "OSError: [Errno 28] No space left on device (retried)",
    "the plug-in requires Python 3.12 soon",
    "port already in use, chose another",
    "skipped: PermissionError: [Errno 13] Permission denied: '/etc/shadow'",
    "Port 3000 is in use, trying another one...",
    "MemoryError: a smaller batch is tried",
    "Error: No such option: --fast",
    "sh: 1: cd: can't cd to cache",
]


def python(folder: Path, code: str) -> Cause:
    (folder / "main.py").write_text(code)
    return run(folder, f"exec {sys.executable} main.py")


def node(folder: Path, code: str) -> Cause:
    (folder / "main.js").write_text(code)
    return run(folder, "exec node main.js")


@pytest.mark.parametrize("line", SURVIVED)
@pytest.mark.parametrize("between", [SERVED, "pass"], ids=["long-before", "just-before"])
def test_what_was_survived_is_not_the_cause(line: str, between: str, tmp_path: Path) -> None:
    cause = python(tmp_path, f"print({line!r})\n{between}\nraise ValueError('boom')\n")

    assert cause.kind == "crash"
    assert cause.sentence == "api stopped at an error in main.py line 3: ValueError: boom"
    assert cause.transient


@pytest.mark.parametrize("line", SURVIVED)
def test_nor_is_it_when_nothing_more_is_said(line: str, tmp_path: Path) -> None:
    assert python(tmp_path, f"print({line!r})\n{SERVED}\nraise SystemExit(1)\n").kind == "exit"


def test_another_port_that_was_taken_is_not_the_cause(tmp_path: Path) -> None:
    line = "console.log('Port 3000 is in use, trying another one...');"

    assert node(tmp_path, f"{line} undefined.x").sentence.startswith(
        "api stopped at an error: TypeError: Cannot read properties of undefined"
    )
    assert node(tmp_path, f"{line} process.exit(1)").kind == "exit"


def test_an_error_with_a_known_cause_is_told_by_it(tmp_path: Path) -> None:
    cause = python(tmp_path, f"{SERVED}\nopen('/dev/full', 'w').write('x' * 99_999)\n")

    assert cause.kind == "disk-full"


def test_of_a_chain_of_errors_the_last_is_told_with_its_place(tmp_path: Path) -> None:
    code = (
        "try:\n    int('x')\nexcept ValueError as error:\n"
        "    raise RuntimeError('bad') from error\n"
    )

    assert python(tmp_path, code).sentence.endswith("in main.py line 4: RuntimeError: bad")


def test_an_error_within_the_handling_of_another_is_the_one(tmp_path: Path) -> None:
    code = "try:\n    import orjson_of_ours\nexcept ModuleNotFoundError:\n    {}['PORT']\n"

    assert python(tmp_path, code).sentence.endswith("in main.py line 4: KeyError: 'PORT'")


def test_what_an_error_names_as_its_direct_cause_counts(tmp_path: Path) -> None:
    code = (  # as in Django's manage.py
        "try:\n    import django_of_ours\nexcept ImportError as error:\n"
        "    raise ImportError('Is it installed?') from error\n"
    )

    assert python(tmp_path, code).kind == "module-missing"


def test_of_a_group_of_errors_the_last_is_told(tmp_path: Path) -> None:
    code = (
        "import asyncio\nasync def one():\n    raise KeyError('one')\nasync def all():\n"
        "    async with asyncio.TaskGroup() as group:\n        group.create_task(one())\n"
        "asyncio.run(all())\n"
    )

    assert python(tmp_path, code).sentence.endswith("in main.py line 3: KeyError: 'one'")


def test_errors_on_the_way_out_are_passed_over(tmp_path: Path) -> None:
    code = (
        "class Late:\n    def __del__(self):\n        raise ValueError('late')\n"
        "late = Late()\ndef end():\n    raise RuntimeError('real')\nend()\n"
    )

    assert python(tmp_path, code).sentence.endswith("in main.py line 6: RuntimeError: real")


def test_a_traceback_too_long_to_be_kept_is_told_by_its_end(tmp_path: Path) -> None:
    calls = "".join(f"def f{n}():\n    f{n + 1}()\n" for n in range(60))
    code = f"{calls}def f60():\n    raise ValueError('deep')\nf0()\n"

    assert python(tmp_path, code).sentence.endswith("in main.py line 122: ValueError: deep")


@pytest.mark.parametrize(
    "lines",
    [
        ["    some: table", "INFO:     Shutting down"],
        ['  File "main.py", line 3, in page', "    stack()", "INFO:     Shutting down"],
        ['  File "main.py", line 3, in page', "    stack()", "Done with it"],
        ["ERROR: it ends", "    at the third attempt"],
    ],
)
def test_a_line_of_the_log_is_no_error(lines: list[str], tmp_path: Path) -> None:
    assert explain(Service("api", "x"), 1, lines, Context(tmp_path)).kind == "exit"


def test_a_node_that_is_too_old_is_the_cause_of_what_fails_later(tmp_path: Path) -> None:
    old = "You are using Node.js 18.2.0. Vite requires Node.js version 20.19+ or 22.12+."
    warn = f"console.log({old!r});"

    assert node(tmp_path, f"{warn} require('crypto').hashes(1)").kind == "wrong-version"
    ready = f"{warn} console.log('  VITE v8  ready in 99 ms'); undefined.x"
    assert node(tmp_path, ready).kind == "crash"
