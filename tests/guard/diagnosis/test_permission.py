"""A file that may not be used: whose it is, is said and changed only where that was seen."""

import os
import sys
from pathlib import Path

import pytest

from scripts.guard.config.service import Service
from scripts.guard.diagnosis.context import Context
from scripts.guard.diagnosis.diagnose import explain
from scripts.guard.diagnosis.evidence import Evidence
from tests.guard.diagnosis.dying import run

NOBODY = "import os; os.getuid() or os.setuid(65534); "  # root may everything


def test_a_file_of_the_systems_stays_as_it_is(tmp_path: Path) -> None:
    cause = run(tmp_path, f"exec {sys.executable} -c '{NOBODY}open(\"/etc/shadow\")'")

    assert cause.kind == "no-permission"
    assert cause.sentence == "api may not use /etc/shadow."
    assert cause.fix == ("Give api another place, or see who may use this one: ls -ld /etc/shadow")


def test_the_folder_is_named_that_denies_a_new_one(tmp_path: Path) -> None:
    code = (
        "process.getuid() || process.setuid(65534);"
        "require(`fs`).mkdirSync(`/usr/local/lib/nothing here`)"
    )

    cause = run(tmp_path, f"exec node -e '{code}'")

    assert cause.sentence == "api may not use /usr/local/lib/nothing here."
    assert cause.fix.endswith(": ls -ld /usr/local/lib")


def denied(root: Path, file: str, *, is_foreign: bool | None = None) -> tuple[str, str]:
    line = f"PermissionError: [Errno 13] Permission denied: {file!r}"
    surroundings = Evidence(root).gather()
    if is_foreign is not None:
        surroundings = surroundings._replace(is_foreign=lambda _: is_foreign)
    cause = explain(Service("api", "cd app && exec ./serve"), 1, [line], surroundings)
    assert cause.kind == "no-permission"
    assert not cause.transient
    return cause.sentence, cause.fix


def test_a_file_of_the_projects_that_is_anothers_changes_hands(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/it's mine.db").touch()

    sentence, fix = denied(tmp_path, "it's mine.db", is_foreign=True)

    assert sentence == "api may not use app/it's mine.db: it belongs to another user."
    assert fix == "sudo chown $USER 'app/it'\"'\"'s mine.db' && make restart p=api"


def test_a_file_of_ones_own_changes_no_hands(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/own.db").touch()

    assert "ls -ld app/own.db" in denied(tmp_path, "own.db")[1]


@pytest.mark.skipif(os.getuid() != 0, reason="only an administrator gives files away")
def test_whose_a_file_is_is_looked_up_below_the_project_only(tmp_path: Path) -> None:
    root, outside = tmp_path / "project", tmp_path / "outside"
    for folder in (root, outside):
        folder.mkdir()
        (folder / "file").touch()
        os.chown(folder / "file", 65534, 65534)
        os.chown(folder, 65534, 65534)
    (root / "link").symlink_to(outside)
    context = Evidence(root).gather()

    assert context.is_foreign(root / "file")
    for path in (root, root / "link/file", root / "../outside/file", root / "nothing"):
        assert not context.is_foreign(path)


def test_a_name_that_no_file_can_have_is_no_file(tmp_path: Path) -> None:
    exists = Evidence(tmp_path).gather().exists
    line = f"Error: Cannot find module '/{'x' * 500}'"

    assert not exists(tmp_path / ("x" * 500))
    assert explain(Service("api", "x"), 1, [line], Context(tmp_path, exists=exists))
