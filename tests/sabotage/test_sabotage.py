"""What is broken is a copy, and only a test that turns red in its time has noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.sabotage.__main__ import sabotage
from scripts.sabotage.pairs import BadPairError, Pair, broken, pairs
from scripts.sabotage.scratch import TIMED_OUT, NoNamespaceError, namespace, run, scratch
from scripts.sabotage.table import HEAD, Row, merged

ROOT = Path(__file__).resolve().parents[2]


def test_a_pair_that_does_not_fit_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\ny = 1\n")
    with pytest.raises(BadPairError, match=r"'1' is 2 times in a\.py"):
        broken(Pair("p", "a.py", "1", "2", "t"), tmp_path)
    with pytest.raises(BadPairError, match=r"there is no b\.py"):
        broken(Pair("p", "b.py", "1", "2", "t"), tmp_path)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose promise is held by one test, and by another is not."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # it needs none
    try:
        namespace()
    except NoNamespaceError as error:
        pytest.skip(str(error))
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / "kept.py").write_text("PROMISE = 1\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (tmp_path / "test_kept.py").write_text(
        "import os, time, kept\n"
        "def test_holds(): assert kept.PROMISE == 1\n"
        "def test_holds_nothing(): assert kept\n"
        "def test_is_slow(): time.sleep(0 if kept.PROMISE == 1 else 60)\n"
        "def test_is_alone(): assert os.getpid() < 20\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("test", "seconds", "red"),
    [("test_holds", 120, True), ("test_holds_nothing", 120, False), ("test_is_slow", 3, False)],
)
def test_only_a_test_that_turns_red_in_time_has_noticed(
    copy: Path, test: str, *, seconds: float, red: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = Pair("a: promise", "kept.py", "= 1", "= 2", f"test_kept.py::{test}", seconds)
    (row,) = sabotage(copy, [pair])
    assert row.red is red
    assert ("**no**" in capsys.readouterr().out) is not red
    assert (copy / "kept.py").read_text() == "PROMISE = 1\n"


def test_nothing_is_noticed_by_tests_that_are_red_before(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "kept.py").write_text("PROMISE = 3\n")
    pair = Pair("a: promise", "kept.py", "= 3", "= 2", "test_kept.py::test_holds")
    assert sabotage(copy, [pair]) == []
    assert "not all green before" in capsys.readouterr().err
    assert sabotage(copy, []) == []


def test_broken_code_meets_no_process_of_this_machine(copy: Path) -> None:
    assert run(copy, ["test_kept.py::test_is_alone"], 60)[0] == 0
    (copy / "kept.py").write_text("PROMISE = 20\n")  # of another size: see bytecode.py
    assert run(copy, ["test_kept.py::test_is_slow"], 0.5)[0] == TIMED_OUT


def test_what_is_broken_is_a_copy() -> None:
    with scratch(ROOT) as one:
        assert (one / "Makefile").read_text() == (ROOT / "Makefile").read_text()
        assert (one / ".venv").is_symlink()
        (one / "Makefile").write_text("")
    assert not one.exists()
    assert (ROOT / "Makefile").read_text()


def test_each_way_to_break_a_promise_keeps_its_line() -> None:
    first, second, *_ = (pair for pair in pairs() if pair.promise == "README: A library")
    other = next(pair for pair in pairs() if pair.promise == "architecture: F1")
    changed = next(pair for pair in pairs() if pair.promise == "architecture: F2")
    gone = Pair("a: promise that was", "a.py", "1", "2", "tests/test_a.py")
    was = changed._replace(search="what stood there")
    former = [Row(pair, red=True, seconds=1) for pair in (other, was, first, gone)]
    document = f"text\n{HEAD}\n" + "\n".join(map(str, former)) + "\n<!-- end -->\n"
    now = [Row(pair, red=False, seconds=2) for pair in (first, second)]
    assert merged(document, now, pairs()).splitlines() == [
        *HEAD.splitlines(),
        str(former[0]),
        *map(str, now),
    ]
