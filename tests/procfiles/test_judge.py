"""What is made of what was seen of a real program; the run itself is `make procfiles`."""

import ast
import re

import pytest

from scripts.procfiles.__main__ import merged, table
from scripts.procfiles.installed import DEBIAN, version_in
from scripts.procfiles.judge import HEAD, Mistake, Seen, cells, faults
from scripts.procfiles.programs import PROGRAMS

DOWN = Mistake("BROKEN", "syntax-error", "page", is_back=True)
WELL = Seen(came_up=True, restarted=True, mistake=DOWN, stopped="page", exit_code=130, left=())


def of_http(seen: Seen) -> list[str]:
    return faults(seen, borrowed=True, serves=True)


def test_what_goes_as_promised_has_no_fault() -> None:
    assert of_http(WELL) == []
    assert of_http(WELL._replace(mistake=None)) == []
    tells = Mistake("READY", None, "answer", is_back=True)
    assert of_http(WELL._replace(mistake=tells)) == []
    assert faults(WELL._replace(stopped="refused"), borrowed=False, serves=True) == []
    assert faults(WELL._replace(stopped=None), borrowed=False, serves=False) == []


WRONG = {
    "it did not come up": Seen(came_up=False),
    "not restarted after a crash": WELL._replace(restarted=False),
    "not back after the repair": WELL._replace(mistake=DOWN._replace(is_back=False)),
    "called READY after a mistake": WELL._replace(
        mistake=DOWN._replace(state="READY", port="silence")
    ),
    "no cause was given": WELL._replace(mistake=DOWN._replace(cause=None)),
    "gave refused, no page": WELL._replace(mistake=DOWN._replace(port="refused")),
    "a visitor gets silence, not page": WELL._replace(stopped="silence"),
    "Ctrl-C ended the guard with 3": WELL._replace(exit_code=3),
    "Ctrl-C left esbuild": WELL._replace(left=("esbuild",)),
}


@pytest.mark.parametrize("fault", WRONG)
def test_each_promise_that_is_broken_is_named(fault: str) -> None:
    (found,) = of_http(WRONG[fault])
    assert fault in found


def test_a_parent_that_keeps_the_port_leaves_none_to_the_page() -> None:
    hangs = WELL._replace(mistake=DOWN._replace(state="STARTING", port="silence"))
    assert faults(hangs, borrowed=True, serves=True, keeps_port=True) == []
    assert "its port hangs" in cells("uvicorn", "1", hangs)[4]
    ready = WELL._replace(mistake=DOWN._replace(state="READY", port="silence"))
    (found,) = faults(ready, borrowed=True, serves=True, keeps_port=True)
    assert "called READY after a mistake" in found


def test_one_that_takes_every_connection_is_excused_by_its_name_and_for_nothing_else() -> None:
    ready = WELL._replace(mistake=DOWN._replace(state="READY", port="silence"))
    assert faults(ready, borrowed=True, serves=True, takes_all="it says so") == []
    for mistake in (DOWN, DOWN._replace(state="READY", port="answer")):
        (found,) = faults(
            WELL._replace(mistake=mistake), borrowed=True, serves=True, takes_all="it says so"
        )
        assert found == "it is excused for nothing (it says so)"
    assert [program.name for program in PROGRAMS if program.takes_all] == ["mkdocs"]


def test_a_row_has_a_cell_for_each_column() -> None:
    head, rule, row = table([cells("vite (npm)", "8.3", WELL)]).splitlines()
    assert head.count("|") == rule.count("|") == row.count("|") == len(HEAD) + 1
    assert row.startswith("| vite (npm) | 8.3 | yes | restarted | BROKEN: syntax-error, page; back")


def test_programs_that_were_not_run_keep_their_rows() -> None:
    page = table([cells("redis (Debian)", "7.0", WELL), cells("vite (npm)", "8.2", WELL)])
    rows = merged(page, [cells("vite (npm)", "8.3", WELL), cells("django (PyPI)", "5.2", WELL)])
    names = [(row[0], row[1]) for row in rows]
    assert names == [("django (PyPI)", "5.2"), ("vite (npm)", "8.3"), ("redis (Debian)", "7.0")]


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("Redis server v=7.0.15 sha=00000000:0", "7.0.15"),
        ("nginx version: nginx/1.22.1", "1.22.1"),
        ("v20.20.2", "20.20.2"),
        ("PHP 8.2.36 (cli) (built: Nov 18", "8.2.36"),
        ("not found", None),
    ],
)
def test_a_version_is_read_from_what_a_program_prints(printed: str, version: str | None) -> None:
    assert version_in([printed]) == version


def test_every_program_can_be_run_as_it_stands_here() -> None:
    assert len(PROGRAMS) >= 20
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS)
    assert len(set(DEBIAN)) == len(DEBIAN)
    for program in PROGRAMS:
        assert program.mistake is None or program.mistake[0] in program.files, program.name
        assert program.speaks == "nothing" or re.search(
            r"PORT", program.line + "".join(program.files.values())
        ), program.name
        for path, text in program.files.items():
            if path.endswith(".py"):
                ast.parse(text)
