"""Commands are named as they are typed where the guard was started."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import TYPED
from scripts.guard.core import hints

GUARD = Path(__file__).parents[3] / "scripts/guard"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    hints.configure("procguard", [], TYPED)


def test_elsewhere_they_are_those_of_the_program_with_the_options_it_was_given() -> None:
    hints.configure("procguard", ["-f", "my files/Procfile"], {})
    assert hints.start() == "procguard -f 'my files/Procfile'"
    assert hints.command("restart", "web") == "procguard -f 'my files/Procfile' restart web"
    assert hints.command("status") == "procguard -f 'my files/Procfile' status"
    assert hints.run("env", "web") == "procguard -f 'my files/Procfile' run -s web env"
    assert hints.setup() is None


def test_a_project_says_how_they_are_typed_in_it() -> None:
    hints.configure("procguard", [], TYPED)
    assert hints.command("restart", "web") == "make restart p=web"
    assert hints.command("restart") == "make restart"
    assert (hints.start(), hints.setup()) == ("make dev", "make setup")
    assert hints.run("printenv PORT", "web") == "make run p=web c='printenv PORT'"
    assert hints.run("env") == "make run c='env'"
    assert hints.known("web")["logs"] == "make logs p=web"
    assert hints.known("web")["stop"] == "make stop"


def test_the_guard_of_another_project_is_ended_as_it_was_started_here() -> None:
    root = Path("/my projects/shop")
    hints.configure("procguard", [], TYPED)
    assert hints.stop(root, root / "Procfile") == "cd '/my projects/shop' && make stop"
    for options in ([], ["-f", "Procfile.dev"], ["-e", "other.env"]):
        hints.configure("procguard", options, {})
        typed = hints.stop(root, root / "Procfile")
        assert typed == "procguard -f '/my projects/shop/Procfile' stop"


def test_a_name_is_one_word() -> None:
    assert hints.command("restart", "a b") == "make restart p='a b'"


def test_no_other_file_of_the_guard_spells_a_command_out() -> None:
    files = [*GUARD.rglob("*.py"), *GUARD.rglob("*.html")]
    spelled = re.compile(
        r"\bmake (?:app|dev|setup|clean|status|doctor|why|logs|attach|restart|run|start|stop)\b"
    )
    found = {file.name for file in files if spelled.search(file.read_text(encoding="utf-8"))}
    assert found == {"hints.py"}
    assert len(files) > 80
