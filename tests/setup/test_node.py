"""Which Node is taken, what is said where there is none, and whether npm has installed the lock."""

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.docs.starts import INSTALLATION, NO_NODE
from scripts.setup import SetupError, node
from scripts.setup.node import ACCEPTED, FRONTEND, accepts, is_installed
from tests.stack.harness import is_free, until


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


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_node_that_cannot_be_brought_is_told_and_one_that_is_installed_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a system for which the wheel is not made: what is in it does not run."""
    of_the_wheel, machine = tmp_path / ".venv/bin", tmp_path / "usr/bin"
    monkeypatch.setattr(node, "search_path", lambda: f"{of_the_wheel}:{machine}")
    monkeypatch.setattr(node, "install", lambda _lock: None)
    monkeypatch.setattr(node, "site_packages", lambda: tmp_path)
    monkeypatch.setattr(
        node, "link", lambda name, _to: program(of_the_wheel / name, "exit 127  # not found")
    )
    with pytest.raises(SetupError) as told:
        node.install_node()
    assert (f"setup: {told.value}", told.value.fix) == (NO_NODE.says, NO_NODE.fix)
    shutil.rmtree(of_the_wheel)
    for name in ("node", "npm"):
        program(machine / name, "echo v22.12.0")
    node.install_node()
    assert node.is_on_this_machine()


@pytest.mark.skipif(not shutil.which("npm"), reason="no npm here")
def test_an_installation_without_a_network_is_told_and_works_with_one(
    tmp_path: Path,
    free_port: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    port, page, offered = free_port(), tmp_path / "page", tmp_path / "package"
    package = {"name": "small", "version": "1.0.0"}
    for folder, content in (
        (offered, package),
        (page, {"name": "page", "version": "1.0.0", "dependencies": {"small": "1.0.0"}}),
    ):
        folder.mkdir()
        (folder / "package.json").write_text(json.dumps(content))
    with tarfile.open(tmp_path / "small.tgz", "w:gz") as archive:
        archive.add(offered, "package")
    resolved = {"version": "1.0.0", "resolved": f"http://127.0.0.1:{port}/small.tgz"}
    of_the_page = {"name": "page", "version": "1.0.0", "dependencies": {"small": "1.0.0"}}
    packages = {"": of_the_page, "node_modules/small": resolved}
    lock = {"name": "page", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    (page / "package-lock.json").write_text(json.dumps(lock))
    monkeypatch.setattr(node, "FRONTEND", page)
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_replace_registry_host", "never")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))

    with pytest.raises(SetupError) as told:
        node.install_frontend()
    assert (f"setup: {told.value}", told.value.fix) == (INSTALLATION.says, INSTALLATION.fix)
    assert "ECONNREFUSED" in capfd.readouterr().err  # its own words

    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as registry:
        until(lambda: not is_free(port), "there is a network")
        node.install_frontend()
        registry.kill()
    assert (page / "node_modules/small/package.json").exists()
