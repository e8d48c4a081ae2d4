"""What the commands are given of what was typed."""

from pathlib import Path

import pytest

from scripts.guard import __main__ as commands
from scripts.guard.app import up
from scripts.guard.config.selection import Selection


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ("Procfile.dev", [])),
        (["up"], ("Procfile.dev", [])),
        (["-f", "Other"], ("Other", [])),
        (["-f", "Other", "up", "-e", "its.env"], ("Other", ["its.env"])),
        (["up", "-e", "its.env,other.env"], ("Procfile.dev", ["its.env", "other.env"])),
        (["-f", "Other", "up", "-f", "Last"], ("Last", [])),
    ],
)
def test_an_option_means_the_same_before_a_command_and_after_it(
    arguments: list[str], expected: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, list[str]]] = []

    def note(procfile: Path, env: list[Path], _selection: Selection, *, prefix: bool) -> int:
        assert prefix
        given.append((str(procfile), [str(path) for path in env]))
        return 0

    monkeypatch.setattr(up, "up", note)
    assert commands.main(arguments) == 0
    assert given == [expected]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], Selection()),
        (["up", "web", "worker"], Selection(("web", "worker"))),
        (["up", "-m", "web=2,worker=0"], Selection((), {"web": 2, "worker": 0})),
        (["up", "--exit-with", "test"], Selection((), {}, "test")),
        (["up", "web", "--formation", "all=0, web=3"], Selection(("web",), {"all": 0, "web": 3})),
    ],
)
def test_up_is_told_which_lines_to_start_and_how_often(
    arguments: list[str], expected: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Selection] = []

    def note(_procfile: Path, _env: list[Path], selection: Selection, *, prefix: bool) -> int:
        assert prefix
        given.append(selection)
        return 0

    monkeypatch.setattr(up, "up", note)
    assert commands.main(arguments) == 0
    assert given == [expected]


@pytest.mark.parametrize("raw", ["web", "web=", "web=two", "web=-1", "=2", "web=100", "web=²"])
def test_a_formation_that_is_none_is_refused(raw: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        commands.main(["up", "-m", raw])
    assert "is not of the form web=2" in capsys.readouterr().err
