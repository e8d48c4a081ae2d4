"""A file is replaced as a whole, or not at all, and nothing else is left."""

from pathlib import Path

import pytest

from scripts.guard.rundir.files import write_file


def test_a_file_is_replaced(tmp_path: Path) -> None:
    write_file(tmp_path / "token", "one")
    write_file(tmp_path / "token", "two")
    assert (tmp_path / "token").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["token"]


@pytest.mark.parametrize("error", [OSError("the disk is full"), KeyboardInterrupt()])
def test_one_that_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(type(error)):
        write_file(tmp_path / "lease.json", "{}")
    assert list(tmp_path.iterdir()) == []
