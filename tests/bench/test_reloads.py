"""What a save costs is judged by every save, and a file is saved as editors do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from scripts.bench import reloaders, reloads
from scripts.bench.reloads import Save
from scripts.bench.visits import Visits


def save(seconds: float | None, *, failed: int = 0, attempts: int = 200) -> Save:
    failures = ["reset"] * failed
    return Save(seconds, Visits(attempts, attempts - failed, failures=failures), mended=0.1)


def judged(saves: Mapping[str, Sequence[Save | None]]) -> list[tuple[str, bool]]:
    figures = {name: list(found) for name, found in saves.items()}
    targets = reloads.targets(reloaders.BACKEND, figures)
    return [(target.measured, target.reached) for target in targets]


def test_the_guard_is_compared_with_the_fastest_that_fails_no_request() -> None:
    figures: dict[str, list[Save | None]] = {
        "guard": [save(0.2), save(0.2)],
        "fast and careless": [save(0.1), save(0.1, failed=1)],
        "sound": [save(0.5), save(0.5)],
        "not there each time": [save(0.3), None],
        "never served": [save(0.3), save(None)],
    }
    assert judged(figures) == [("0 of 400", True), ("200 ms", True), ("0.40", True)]


@pytest.mark.parametrize("own", [[save(0.1), None], [save(0.1), save(None)]])
def test_a_save_that_was_never_served_is_not_passed_over(own: list[Save | None]) -> None:
    assert judged({"guard": own, "sound": [save(0.5)]})[1:] == [("not measured", False)] * 2


def test_a_lost_request_is_one_too_many() -> None:
    assert judged({"guard": [save(0.1), save(0.1, failed=1)], "sound": [save(1)]})[0] == (
        "1 of 400",
        False,
    )


def test_too_few_requests_tell_nothing() -> None:
    assert judged({"guard": [save(0.1, attempts=9)], "sound": [save(1)]})[0] == ("0 of 9", False)


def test_a_save_replaces_the_file_and_mends_it(tmp_path: Path) -> None:
    program = reloaders.TOY
    program.write(tmp_path)
    file = tmp_path / program.file
    fresh, before = file.read_text(), file.stat().st_ino
    reloads.break_(file)
    with pytest.raises(SyntaxError):
        compile(file.read_text(), program.file, "exec")
    reloads.save(file, "7")
    assert file.read_text() == fresh.replace(reloaders.MARK, "saved: 7")
    assert file.stat().st_ino != before


@pytest.mark.parametrize("program", [reloaders.TOY, reloaders.BACKEND, reloaders.NODE])
def test_what_is_saved_holds_the_mark_once(program: reloaders.Program, tmp_path: Path) -> None:
    program.write(tmp_path)
    assert (tmp_path / program.file).read_text().count(reloaders.MARK) == 1
