"""uv asks the index that the machine's settings name, pip's too: it does not read those itself."""

from pathlib import Path

import pytest

from scripts.setup import uv

OURS = "https://pip.example/simple"


@pytest.fixture(autouse=True)
def bare_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("HOME", str(tmp_path))


def test_without_any_settings_uv_is_left_to_its_own() -> None:
    assert "UV_DEFAULT_INDEX" not in uv.settings()


def test_the_index_of_pips_settings_is_uvs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", OURS)
    assert uv.settings()["UV_DEFAULT_INDEX"] == OURS


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE"])
def test_what_uv_is_told_by_a_variable_counts_more(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", OURS)
    monkeypatch.setenv(name, "https://uv.example/simple")
    assert "UV_DEFAULT_INDEX" not in uv.settings()


def test_what_uv_is_told_by_its_file_counts_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", OURS)
    (tmp_path / ".config/uv").mkdir(parents=True)
    (tmp_path / ".config/uv/uv.toml").touch()
    assert "UV_DEFAULT_INDEX" not in uv.settings()
