"""Mutation testing itself: a mutant is met by the tests, and is told from the original or not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.mutants.__main__ import ROOT, judge, main
from scripts.mutants.equivalents import equivalents
from scripts.mutants.modules import MODULES
from scripts.mutants.operators import mutants
from scripts.mutants.report import Judged, killed_share, merged, table
from scripts.mutants.runner import NoTestsError, Outcome, outcome, seconds_of

SAMPLE = 8
CLEAN = ("watching/churn", "domain/names", "domain/texts")
SOURCE = "def grown(age):\n    while age < 0:\n        age = age + 1\n    return age >= 18\n"
TEST = """
from looked_at import grown
def test_grown():
    assert grown(20) and not grown(-1)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "looked_at.py").write_text(SOURCE)
    (tmp_path / "test_it.py").write_text(TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    monkeypatch.setattr("scripts.mutants.runner.LEAST_SECONDS", 3.0)
    return tmp_path


def judged(project: Path) -> dict[str, Outcome]:
    file = project / "looked_at.py"
    usual = seconds_of(["test_it.py"], project)
    return {
        each.change: outcome("looked_at", file, each.tree, ["test_it.py"], project, usual / 10)
        for each in mutants(SOURCE)
    }


@pytest.mark.timeout(600)
def test_what_the_tests_tell_from_the_original_is_killed_and_the_rest_survives(
    project: Path,
) -> None:
    found = judged(project)
    assert found["return age >= 18 -> return None"] is Outcome.KILLED
    assert found["age + 1 -> age - 1"] is Outcome.TIMED_OUT
    assert found["age >= 18 -> age > 18"] is Outcome.SURVIVED
    assert (project / "looked_at.py").read_text() == SOURCE


def test_one_that_stands_still_is_told_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.mutants.runner.LEAST_SECONDS", 1.0)
    monkeypatch.setattr("scripts.mutants.runner.STANDING", 2)
    source = "import time\ndef rest():\n    time.sleep(0)\n"
    (project / "looked_at.py").write_text(source)
    (project / "test_it.py").write_text("from looked_at import rest\ndef test_it(): rest()\n")
    waits = next(one for one in mutants(source.replace("0", "60")) if one.change == "60 -> 61")
    file = project / "looked_at.py"
    assert outcome("looked_at", file, waits.tree, ["test_it.py"], project, 0) is Outcome.TIMED_OUT


@pytest.mark.parametrize("tests", ["assert False", "import nothing_there"])
def test_tests_that_fail_as_it_stands_judge_nothing(project: Path, tests: str) -> None:
    (project / "test_it.py").write_text(f"def test_it():\n    {tests}\n")
    with pytest.raises(NoTestsError, match="do not pass as it stands"):
        seconds_of(["test_it.py"], project)
    with pytest.raises(NoTestsError):
        seconds_of(["test_nothing.py"], project)


def test_the_share_is_of_those_that_can_be_told(tmp_path: Path) -> None:
    one = mutants("x = 1")[0]
    killed, survived = Outcome.KILLED, Outcome.SURVIVED
    file = tmp_path / "a.py"
    found = [Judged(file, one, killed, equivalent=False)] * 8
    found += [Judged(file, one, Outcome.TIMED_OUT, equivalent=False)]
    found += [Judged(file, one, survived, equivalent=True)] * 5
    assert killed_share(found) == 1
    found += [Judged(file, one, survived, equivalent=False)]
    assert killed_share(found) == 0.9
    assert killed_share([]) is None
    assert table(found).splitlines()[-1] == "| all | 15 | 9 | 5 | 1 | 9 of 10 |"


def test_what_was_not_run_keeps_its_line_unless_it_has_changed_and_all_are_added_up() -> None:
    one = mutants("x = 1")[0]
    counts = {Path("a.py"): 2, Path("b.py"): 1, Path("c.py"): 3, Path("d.py"): 5}
    former = [Path("a.py"), Path("b.py"), Path("c.py"), Path("gone.py")] * 2
    found = table([Judged(file, one, Outcome.KILLED, equivalent=False) for file in former])
    now = [Judged(Path("b.py"), one, Outcome.SURVIVED, equivalent=False)]
    document = f"| promise | test | red | s |\n{found}\n| F1 | `a` | yes | 1.0 |"
    assert merged(document, now, counts).splitlines()[2:] == [
        "| `a.py` | 2 | 2 | 0 | 0 | 2 of 2 |",
        "| `b.py` | 1 | 0 | 0 | 1 | 0 of 1 |",
        "| all | 3 | 2 | 0 | 1 | 2 of 3 |",
    ]


def test_every_module_and_its_tests_are_there() -> None:
    for module in MODULES:
        assert (ROOT / module.file).is_file()
        assert all((ROOT / test).is_file() for test in module.tests)


def test_every_equivalent_mutant_is_one_of_a_module_and_has_its_reason() -> None:
    listed = [tuple(each[:3]) for each in equivalents()]
    files = {str(file) for file, *_ in listed}  # to make all mutants of the others takes seconds
    there = {
        (module.file.as_posix(), each.code, each.change)
        for module in MODULES
        if module.file.as_posix() in files
        for each in mutants((ROOT / module.file).read_text())
    }
    assert set(listed) <= there
    assert len(set(listed)) == len(listed)
    assert all(len(each.why.split()) >= 4 for each in equivalents())


@pytest.mark.timeout(900)
def test_a_sample_of_all_mutants_is_killed() -> None:
    """Others each day, of modules without a survivor; `make mutants` has them all.

    In a process of its own: what other tests have left in this one would be forked with it.
    """
    chosen = ["--sample", str(SAMPLE), *CLEAN]
    command = [sys.executable, "-m", "scripts.mutants", *chosen]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_judged_by_nobody() -> None:
    assert judge([]) == []
    assert main(["no-such-module"]) == 2
