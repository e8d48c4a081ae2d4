"""What a machine lacks is brought, or done without; in CI it is never done without."""

import os
from pathlib import Path

import pytest

from scripts.setup import SetupError, system


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing on PATH, no package manager, no administrator."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.mark.usefixtures("bare_machine")
def test_a_machine_without_nginx_is_told_what_is_skipped_and_how_to_have_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "nginx", lambda: None)
    system.install_nginx()
    told = capsys.readouterr().err
    assert "no nginx-light here, tests with it are skipped" in told
    assert "brew install nginx" in told


@pytest.mark.usefixtures("bare_machine")
def test_ci_does_without_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(system, "nginx", lambda: None)
    with pytest.raises(SetupError, match="the tests need nginx-light"):
        system.install_nginx()


@pytest.mark.usefixtures("bare_machine")
def test_a_browser_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/opt/chromium/chrome")
    assert system.browser() == Path("/opt/chromium/chrome")


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize("name", system.BROWSERS)
def test_a_browser_on_the_path_is_taken(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / name).chmod(0o755)
    assert system.browser() == tmp_path / name
