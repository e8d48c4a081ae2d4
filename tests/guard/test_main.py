"""What the commands are given, and what they do about an error that nobody expected."""

from pathlib import Path

import pytest

from scripts.guard import __main__ as commands
from scripts.guard.app import up


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ("Procfile.dev", None)),
        (["up"], ("Procfile.dev", None)),
        (["-f", "Other"], ("Other", None)),
        (["-f", "Other", "up", "-e", "its.env"], ("Other", "its.env")),
        (["-f", "Other", "up", "-f", "Last"], ("Last", None)),
    ],
)
def test_an_option_means_the_same_before_a_command_and_after_it(
    arguments: list[str], expected: tuple[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, str | None]] = []

    def note(procfile: Path, env: Path | None) -> int:
        given.append((str(procfile), None if env is None else str(env)))
        return 0

    monkeypatch.setattr(up, "up", note)
    assert commands.main(arguments) == 0
    assert given == [expected]


@pytest.mark.parametrize("readable", [True, False], ids=["settings", "no settings"])
def test_an_error_of_the_guards_own_is_kept_in_a_file_that_is_named(
    readable: bool,  # noqa: FBT001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(up, "up", fail)
    monkeypatch.setenv("GUARD_DIR", str(tmp_path / "its"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    procfile = tmp_path / "Procfile"
    if readable:
        procfile.write_text("web: sleep 1\n")

    assert commands.main(["up", "-f", str(procfile)]) == commands.UNEXPECTED

    told = Path(capsys.readouterr().err.strip().rpartition(" ")[2])
    assert "ZeroDivisionError" in told.read_text()
    assert (told == tmp_path / "its/error.log") is readable
