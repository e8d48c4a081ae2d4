"""Where the guard's files are, by the XDG base directory specification."""

from pathlib import Path

import pytest

from scripts.guard.config.state_folder import all_of, default


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HOME": "/home/me"}, "/home/me/.local/state/procguard"),
        ({"HOME": "/home/me", "XDG_STATE_HOME": "/var/me"}, "/var/me/procguard"),
        ({"HOME": "/home/me", "XDG_STATE_HOME": ""}, "/home/me/.local/state/procguard"),
        ({"HOME": "/home/me", "XDG_STATE_HOME": "here"}, "/home/me/.local/state/procguard"),
        ({"HOME": "nowhere"}, "/nonexistent/.local/state/procguard"),
    ],
)
def test_the_folder_of_all_projects(environment: dict[str, str], expected: str) -> None:
    assert all_of(environment) == Path(expected)


def test_each_project_has_its_own_and_a_link_to_it_the_same(tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "shop", tmp_path / "b" / "shop"
    one.mkdir(parents=True)
    other.mkdir(parents=True)
    (tmp_path / "link").symlink_to(one)
    assert default(one, {}) != default(other, {})
    assert default(tmp_path / "link", {}) == default(one, {})
    assert default(one, {}).name.startswith("shop-")
