import json
from pathlib import Path

import pytest

from scripts.setup.node import ACCEPTED, FRONTEND, accepts, is_installed


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2", "v22.12.0", "v23.0.0", "v24.19.0\n"])
def test_a_node_that_vite_runs_on_is_accepted(version: str) -> None:
    assert accepts(version)


@pytest.mark.parametrize("version", ["v18.20.8", "v20.18.3", "v21.7.3", "v22.11.0", "", "20.19.0"])
def test_any_other_is_not(version: str) -> None:
    assert not accepts(version)


def test_the_versions_are_those_that_the_front_end_and_vite_state() -> None:
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    vite = lock["packages"]["node_modules/vite"]
    assert package["engines"]["node"] == vite["engines"]["node"] == ACCEPTED


Packages = dict[str, dict[str, object]]


def installed(folder: Path, lock: Packages, record: Packages | None) -> bool:
    packages = {"": {"name": "web"}, **lock}
    (folder / "node_modules").mkdir()
    for name in record or ():
        (folder / name).mkdir()
    (folder / "package-lock.json").write_text(json.dumps({"packages": packages}))
    if record is not None:
        hidden = folder / "node_modules/.package-lock.json"
        hidden.write_text(json.dumps({"packages": record}))
    return is_installed(folder)


VITE: Packages = {"node_modules/vite": {"version": "8.3.8", "integrity": "sha512-a"}}
NEWER_VITE: Packages = {"node_modules/vite": {"version": "8.3.9", "integrity": "sha512-b"}}
MAC_ONLY: Packages = {"node_modules/fsevents": {"integrity": "sha512-c", "optional": True}}


def test_what_npm_recorded_as_the_lock_says_is_installed(tmp_path: Path) -> None:
    assert installed(tmp_path, VITE, VITE)


def test_a_package_for_another_platform_may_be_missing(tmp_path: Path) -> None:
    assert installed(tmp_path, VITE | MAC_ONLY, VITE)


def test_an_interrupted_installation_is_none(tmp_path: Path) -> None:
    assert not installed(tmp_path, VITE, None)


def test_a_folder_that_was_removed_since_is_missed(tmp_path: Path) -> None:
    assert installed(tmp_path, VITE, VITE)
    (tmp_path / "node_modules/vite").rmdir()
    assert not is_installed(tmp_path)


@pytest.mark.parametrize("record", [{}, NEWER_VITE, VITE | NEWER_VITE | MAC_ONLY])
def test_missing_other_or_surplus_packages_are_not_the_lock(
    tmp_path: Path, record: Packages
) -> None:
    assert not installed(tmp_path, VITE, record)
